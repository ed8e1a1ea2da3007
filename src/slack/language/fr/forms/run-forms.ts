import type { Translated } from "../../messages.ts";

export const runForms: Translated<"runForms"> = {
  "title.newRun": "Nouvelle exécution",
  "label.task": "Tâche",
  "hint.member": "Je dois en être membre : /invite @parley",
  "text.atMost": "au plus {turns}, {minutes}, {money}",

  "title.controls": "Exécution Parley",
  "text.atWork": "*{team}* travaille : {turns}, {duration}, lancée par {person}.\nPour la guider, répondez dans le fil.",
  "text.somebody": "quelqu’un",
  "text.noRun": "Aucun agent ne parle dans ce fil. Pour lancer une exécution, mentionnez-moi ici avec une tâche.",
  "button.forget": "Oublier ce fil…",
  "sure.forget": "Oublier ce fil ?",
  "meaning.forget":
    "Tout ce qui y a été dit, ses fichiers et les notes des agents quittent Parley pour de bon ; une exécution en cours est arrêtée, comme ses branches, qui perdent la partie commune. Coûts et décisions restent, sans les mots. Les messages restent dans Slack : supprimez-les là.",
  "yes.forget": "Oublier",

  "title.steer": "Guider l’exécution",
  "submit.send": "Envoyer",
  "label.to": "À",
  "option.next": "Qui parle ensuite",
  "label.steer": "Que doivent-ils savoir ou faire ?",
  "title.continue": "Continuer",
  "submit.continue": "Continuer",
  "text.continue": "L’équipe continue dans ce fil et l’a lu en entier.",
  "label.continue": "Et ensuite ?",
  "title.otherTeam": "Une autre équipe",
  "title.answer": "Répondre",
  "text.asks": "*{agent} demande :*\n{question}",
  "submit.answer": "Répondre",
  "label.answer": "Votre réponse",

  "title.forkSpeaker": "Autre intervenant",
  "title.forkTeam": "À partir d’ici",
  "submit.fork": "Créer la branche",
  "text.shared": "Un fil distinct commence, qui partage tous les tours jusqu’à celui-ci. Ce fil reste tel qu’il est.",
  "text.spokeNext":
    "Ici, *{agent}* a parlé ensuite. Un fil distinct commence, qui partage tous les tours jusqu’à celui-ci. Ce fil reste tel qu’il est.",
  "label.nextSpeaker": "Prochain intervenant",

  "title.edit": "Modifier et exécuter",
  "submit.edit": "Exécuter une fois",
  "text.wantsToRun": "Ce que *{agent}* veut exécuter. Les agents sont informés de vos modifications.",
  "text.wantsToCall": "Ce avec quoi *{agent}* veut appeler `{tool}`, en JSON. Les agents sont informés de vos modifications.",
  "text.takenOut": "Ce que vous retirez est retiré de ce qui s’exécute.",
  "label.code": "Code",
  "label.arguments": "Arguments",
  "title.deny": "Refuser",
  "submit.deny": "Refuser",
  "text.readsReason": "*{agent}* lit votre raison et continue sans.",
  "label.whyNot": "Pourquoi pas ?",
};
