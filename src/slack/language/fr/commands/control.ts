import type { Translated } from "../../messages.ts";

export const control: Translated<"control"> = {
  "text.nothingToStop": "Aucun agent ne parle dans ce fil ; il n’y a rien à arrêter.",
  "text.noneTalked": "Aucun agent n’a encore parlé dans ce fil.",
  "text.noneTalking": "Aucun agent ne parle dans ce fil.",
  "text.notNow.pause": "L’exécution est déjà en pause. `resume` la fait reprendre.",
  "text.notNow.resume": "L’exécution n’est pas en pause.",
  "text.notNow.skip": "Personne n’a la parole en ce moment : il n’y a pas de tour à passer.",
  "text.otherRun": "Ce bouton appartient à une exécution terminée. Pour arrêter celle en cours, écrivez `stop` dans son fil.",
  "text.goesOn": "L’exécution continue.",
  "text.goesOnAlready": "L’exécution continue déjà.",
  "text.heldAbove": "L’exécution attend à une limite. Vos mots sont gardés, et seront lus quand quelqu’un la relèvera, ci-dessus.",
  "text.heldAboveOrHere": "L’exécution attend à une limite. Vos mots sont gardés, et seront lus quand elle sera relevée, ci-dessus ou ici.",
  "text.heldHere": "L’exécution attend à une limite. Vos mots sont gardés, et seront lus quand elle sera relevée.",
  "text.heldPaused": "L’exécution a été mise en pause par {person}. Vos mots sont gardés, et seront lus quand elle reprendra.",

  "text.goOnTeam": "*Continuer avec ceci ?* {team} a terminé ici et n’a pas lu votre message. Plus tard, mentionnez-moi pour continuer.",
  "text.goOnAgents":
    "*Continuer avec ceci ?* Les agents ont terminé ici et n’ont pas lu votre message. Plus tard, mentionnez-moi pour continuer.",
  "button.continue": "Continuer avec ceci",
  "button.no": "Non",
  "text.meanTeam": "Voulez-vous dire l’équipe *{near}* ? Rien ne commence avant votre accord ; vous pouvez aussi modifier votre message.",
  "text.noTeamMean":
    "Il n’y a pas d’équipe *{said}*. Voulez-vous dire *{near}* ? Rien ne commence avant votre accord ; vous pouvez aussi modifier votre message.",
  "button.noAsAlways": "Non, {team} comme toujours",
  "text.answersOne":
    "Vos mots répondent à ce que *{agent}* a demandé. {count, plural, one {Une autre question attend} other {# autres questions attendent}} une réponse.",
  "text.linkUnread":
    "Un message vers lequel vous avez mis un lien n’a pas pu être lu : vous et moi devons tous deux être dans son canal. Collez son texte ici s’il est important.",
  "text.noWords": "Il n’y a pas de mots à discuter dans ce message.",

  "text.isHeard": "Il est pris en compte.",
  "text.isAsked": "*{team}* s’en charge.",
  "text.nothingBegun": "Rien n’a été commencé.",
  "text.reading": "Slack me laisse lire votre message dans {count, plural, one {# seconde} other {# secondes}} ; un instant.",
  "text.busy":
    "Slack ne me laisse plus rien lire pendant {count, plural, one {# seconde} other {# secondes}}, donc rien n’a encore été commencé. Appuyez de nouveau ensuite, ou mentionnez-moi avec vos mots.",
  "text.failed": "Slack n’a pas répondu, donc rien n’a encore été commencé. Appuyez de nouveau, ou mentionnez-moi avec vos mots.",
  "text.gone": "Votre message n’est plus là, donc rien n’a été commencé.",
  "text.unread": "Je n’ai pas pu relire votre message, donc rien n’a été commencé. Mentionnez-moi avec vos mots.",

  "text.atWork": "Une équipe travaille déjà dans ce fil ; ce que vous écrivez ici lui parvient.",
  "text.thanks": "Merci, c’est noté.",
  "text.thanksMore": "Merci, c’est noté. `{button}` vous permet de dire ce qui manquait.",
  "text.overBefore": "L’exécution était terminée avant l’arrivée de vos mots. Mentionnez-moi dans son fil pour continuer.",
  "text.ofOverRun": "Ce bouton appartient à une exécution terminée.",
  "text.overBeginAnother": "Cette exécution est terminée. Mentionnez-moi ici pour en commencer une autre.",

  "text.unreadAtEnd": "L’exécution s’est terminée avant que quelqu’un lise vos mots : {words}",
  "text.unreadAtEndQuoted": "L’exécution s’est terminée avant que quelqu’un lise vos mots :\n>{words}",
  "button.leave": "Laisser",
};
