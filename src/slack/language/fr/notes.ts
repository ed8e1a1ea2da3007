import type { Translated } from "../messages.ts";

export const notes: Translated<"notes"> = {
  "title.notOpen": "Pas ouvert pour vous",
  "title.run": "Exécution",
  "title.answer": "Réponse",
  "title.raise": "Relever",
  "title.finish": "Terminer",
  "title.resume": "Reprendre",
  "title.stop": "Arrêter",
  "title.schedules": "Planifications",
  "text.runGone": "Cette exécution n’existe plus, ou se trouve dans un canal où vous n’êtes pas.",
  "text.answered": "Cette question a déjà reçu une réponse. Pour en dire plus, répondez dans le fil.",
  "text.over": "Cette exécution est terminée.",
  "text.notPaused": "L’exécution n’est pas en pause.",
};
