import type { Translated } from "../../messages.ts";

export const scheduledRuns: Translated<"scheduledRuns"> = {
  "text.begins": ":alarm_clock: *{starts}*, mis en place par {owner} (`{id}`) :\n{task}",
  "text.answers": "*{agent}* répond : {starts}",
  "text.noCanvas": "La réponse n’a pas pu être mise dans un canevas ({code}) ; elle est dans ce fil. {mend}",
  "text.canvasScope": "Pour cela, Parley a besoin de l’autorisation `canvases:write`.",
  "text.hasPaused": ":double_vertical_bar: La planification *{starts}* (`{id}`) de {owner} s’est mise en pause : {why} {mend}",
  "text.makeAnew": "Son heure est passée : créez-en une nouvelle.",
  "text.switchOn": "Elle reprend quand quelqu’un la réactive, dans App Home ou avec `/parley schedule on {id}`.",
  "text.didNotBegin": "La planification *{starts}* (`{id}`) dans {place} n’a pas lancé d’exécution : {why}",

  "text.why.ownerLeft": "{owner}, à qui elle appartient, n’est plus membre actif à part entière de cet espace de travail.",
  "text.why.ownerOutside": "{owner}, à qui elle appartient, n’est plus dans {place}.",
  "text.why.ownerMayNot": "{owner}, à qui elle appartient, ne peut plus {doing} là-bas. Une personne qui en a le droit peut la recréer.",
  "text.why.closed": "Je ne peux plus publier dans {place} ({code}). {says}",
  "text.why.busy": "Des agents parlaient déjà dans son fil.",
  "text.why.enoughToday":
    "{count, plural, one {Elle a lancé # exécution aujourd’hui, le maximum permis.} other {Elle a lancé # exécutions aujourd’hui, le maximum permis.}}",
  "text.why.enoughByBots":
    "{count, plural, one {Des mots de bots ont lancé # exécution, et aucune personne n’a rien dit depuis.} other {Des mots de bots ont lancé # exécutions de suite, et aucune personne n’a rien dit entre-temps.}}",
  "text.why.botByName":
    "Elle attend un bot par un nom, que toute app qui publie peut choisir. Supprimez-la et recréez-la : le nom désignera alors une seule app.",
  "text.why.silent": "Pendant une heure, Slack n’a pas répondu, ou n’a pas donné ce qui avait été publié.",
  "text.why.queue":
    "{count, plural, one {Slack ne répond pas, et # exécution l’attend déjà.} other {Slack ne répond pas, et # exécutions l’attendent déjà.}}",
  "text.why.late": "Elle n’a pas pu démarrer dans l’heure qui suivait l’heure prévue.",
  "text.why.missed": "Parley était absent à l’heure prévue.",
};
