import type { Translated } from "../../messages.ts";

export const help: Translated<"help"> = {
  "text.mention": "*Mentionnez-moi avec une tâche*, et une équipe d’agents la traite dans le fil : `@parley compare these two plans`",
  "text.otherTeam": "Pour une autre équipe, mettez d’abord son nom et deux-points : {bot} `{team}: …` (ou `team:{team} …`)",
  "text.whileTheyTalk":
    "*Pendant qu’ils parlent*, répondez simplement dans le fil, sans mention : vos mots parviennent à qui parle ensuite, ou répondent à la question posée. Commencez par le nom d’un agent (`critic: …`), et c’est lui qui parle ensuite.",
  "text.alone": "*Seuls sur une ligne*, avec ou sans formule de politesse, et dans quelques autres langues aussi :",
  "text.below":
    "Ce qui suit une première ligne `pause`, `resume` ou `skip` est pour les agents ; une phrase plus longue (_arrêtez de deviner et demandez_) aussi.",
  "text.direct": "Dans un message direct avec moi, chaque message est une tâche.",
  "text.link":
    "Mettez un lien vers un message dans votre tâche, et je le lis là où nous en avons tous deux le droit. `/parley help` dit le reste.",
  "text.commands":
    "*/parley*, hors des fils (Slack n’y a pas de commandes ; utilisez les mots, les boutons ou _Parley run controls_ dans le menu d’un message)",
  "text.teams": "*Équipes*",
  "text.more": "… et {count} de plus",
  "text.noTeam": "Il n’y a plus d’équipe « {team} » ; choisissez-en une autre.",
  "text.unknown": "Je ne connais pas `/parley {typed}`.",

  "text.word.stop": "termine l’exécution aussitôt",
  "text.word.pause": "laisse finir les tours en cours, et n’en commence pas d’autre",
  "text.word.resume": "fait reprendre une exécution en pause ; dans celle-ci, `continue`, `go on` et `weiter` aussi",
  "text.word.skip": "interrompt le tour de qui a la parole",
  "text.word.summary": "dit où en sont les choses, à vous seul ; un modèle de l’équipe résume",
  "text.word.help": "dit ce que je comprends, à vous seul",

  "text.slash.new": "lance une exécution ici ; sans tâche, en demande une",
  "text.slash.status": "les exécutions en cours de ce canal, avec des boutons ; `mine` : les vôtres, partout",
  "text.slash.pause": "met en pause une exécution ici ; s’il y en a plusieurs, vous choisissez",
  "text.slash.resume": "fait reprendre une exécution en pause ici ; s’il y en a plusieurs, vous choisissez",
  "text.slash.stop": "termine une exécution ici aussitôt ; s’il y en a plusieurs, vous choisissez",
  "text.slash.transcript": "toute une exécution dans un fichier, pour vous seul",
  "text.slash.teams": "les équipes, et celle par défaut ici",
  "text.slash.settings": "comment je me comporte dans ce canal",
  "text.slash.schedule": "fait démarrer du travail tout seul, par exemple `every weekday at 9:00 …` ; seul : ce qui démarre ici",
  "text.slash.budget": "ce qui a été dépensé aujourd’hui, et ce qui peut l’être",
  "text.slash.memory": "ce que les agents retiennent dans ce canal, et permet de l’effacer",
  "text.slash.help": "tout cela",
};
