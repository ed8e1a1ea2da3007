import type { Translated } from "../../messages.ts";

export const cards: Translated<"cards"> = {
  "text.isOnIt": "*{team}* y travaille, à la demande de {person}",
  "text.isDone": "*{team}* a terminé, à la demande de {person}",
  "text.hasStopped": "*{team}* s’est arrêtée, à la demande de {person}",
  "text.newRun": "une nouvelle exécution",
  "text.atMost": "Au plus {turns}, {minutes}, {tokens}, {money}",
  "text.forecast": "4 exécutions semblables sur 5 ont pris {what}",
  "text.replyToSteer": "répondez ici pour guider",
  "text.near": ":hourglass_flowing_sand: près d’une limite : {what}",
  "text.endsWithSummary": "se termine par un résumé",
  "text.waitsAtLimit": "attend à une limite",
  "text.pausedBy": "mise en pause par {person}",
  "text.waitForAnswer": "{count, plural, one {{agents} attend une réponse} other {{agents} attendent une réponse}}",
  "text.waitsForApproval": "attend un accord",
  "text.next": "ensuite : {agents}",
  "text.behind":
    ":hourglass_flowing_sand: attend son tour, derrière {count, plural, one {# autre exécution} other {# autres exécutions}} au plus",
  "text.spentOf": "{spent} sur {limit}",
  "text.ownPart": "partage {shared} · en propre : {facts}",

  "button.stop": "Arrêter",
  "button.pause": "Mettre en pause",
  "button.resume": "Reprendre",
  "button.steer": "Guider…",
  "sure.stop": "Arrêter cette exécution ?",
  "meaning.stop": "Elle se termine aussitôt, en plein tour. Ce qui a été dit reste, et vous pouvez repartir de là plus tard.",
  "yes.stop": "Arrêter",

  "text.turnNow": "Tour {turn}",
  "text.ofAtMost": "{what} sur {most} au plus",
  "text.earlierAbove": "{what}, {count, plural, one {# tour précédent plus haut} other {# tours précédents plus haut}}",
  "text.speaksNext": "parle ensuite, quelqu’un l’a demandé",
  "text.handsOver": "passe la main à {agent}",
  "text.nothingToAdd": "n’avait rien à ajouter",
  "text.couldNotAnswer": "n’a pas pu répondre",
  "text.skippedBy": "passé par {person}",

  "text.readBefore": "Lu dans ce fil, d’avant : {what}",
  "text.readNothing": "Rien lu d’avant dans ce fil",
  "text.messages": "{count, plural, one {# message} other {# messages}}",
  "text.files": "{count, plural, one {# fichier} other {# fichiers}}",
  "text.olderLeftOut":
    "{count, plural, one {# plus ancien omis en raison de sa longueur} other {# plus anciens omis en raison de leur longueur}}",
  "text.unreadNewer":
    "{count, plural, one {au moins un plus récent n’a pas pu être lu : {why}} other {# plus récents n’ont pas pu être lus : {why}}}",
  "text.unreadMore": "{count, plural, one {au moins un autre n’a pas pu être lu : {why}} other {# autres n’ont pas pu être lus : {why}}}",
  "text.whyUnread.busy": "Slack ne laisse pas l’app en lire davantage pour le moment",
  "text.whyUnread.barred": "l’app n’a pas le droit de lire ce qui a été dit ici auparavant",
  "text.whyUnread.outside": "l’app n’est pas dans ce canal",
  "text.whyUnread.silent": "Slack n’a pas répondu",
  "text.whyUnread.long": "le fil en a plus de {read}",
  "text.whyUnread.refused": "Slack a répondu {code}",

  "text.asks": "*{agent} demande :*",
  "text.agentAsks": "{agent} demande : {question}",
  "text.answeredBy": "réponse de {person} : {answer}",
  "text.nobodyAnswered": "personne n’a répondu à temps ; l’exécution a continué",
  "text.stoppedUnanswered": "sans réponse ; l’exécution s’est arrêtée",
  "text.skippedUnanswered": "sans réponse ; le tour a été passé",
  "button.inWords": "Répondre par écrit…",
  "text.orReply": "ou répondez simplement ici",
  "text.goesOnWithout": "sans réponse, l’exécution continue le {at}",

  "text.codeOffByRule":
    "Le code est désactivé ici, par la règle de ce canal ou de l’équipe : les agents ne font donc que raisonner dessus.",
  "text.codeOff":
    "Cette installation n’exécute pas de code : les agents ne font donc que raisonner dessus. Pour les personnes qui gèrent Parley : {why}",
  "text.silent": "{agent} n’avait rien à ajouter à ce que ses outils ont donné.",
  "text.wasAway": "J’ai été absent un moment et je reprends là où la conversation s’est arrêtée ; rien n’est perdu.",

  "text.runIsPaused": "L’exécution est en pause.",
  "text.runWasPaused": "L’exécution était en pause.",
  "text.pausedNow":
    ":double_vertical_bar: L’exécution a été mise en pause par {person}. Les tours en cours se terminent, aucun autre ne commence. Ce que vous écrivez ici est gardé pour la reprise.",
  "text.letGoOn": "L’exécution avait été mise en pause par {person} ; {other} l’a laissée reprendre.",
  "text.endedPaused": "L’exécution avait été mise en pause par {person} ; elle s’est terminée depuis.",
  "text.skipped": "Le tour de *{agent}* a été passé par {person}.",
  "text.turnSkipped": "Le tour de {agent} a été passé.",

  "text.notUploaded": "{file} n’a pas été téléversé : les fichiers de plus de {size} restent dans le journal.",
  "text.madeByCode": "{file}, produit par du code que {agent} a exécuté",
  "text.fileFrom": "{file}, de *{agent}*",
};
