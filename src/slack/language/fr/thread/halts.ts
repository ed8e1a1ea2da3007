import type { Translated } from "../../messages.ts";

export const halts: Translated<"halts"> = {
  "text.reached": "La limite de {what} est atteinte.",
  "text.budget": "Le budget du jour pour {owner}, {limit}, est épuisé.",
  "text.some": "Une limite est atteinte.",
  "text.couldPass": "Le prochain appel pourrait dépasser la limite de {what}.",
  "text.took": "durée : {what}",
  "text.used": "{what} utilisés",
  "text.spent": "{what} dépensés",
  "text.spentToday": "{what} dépensés aujourd’hui",
  "text.wait": "Les agents attendent.",
  "text.nothingSpent": "Les agents attendent ; plus rien n’est dépensé.",
  "text.stopsAt": "Sans décision, l’exécution s’arrête le {at}.",
  "button.raise": "Porter à {limits}",
  "button.finish": "Terminer par un résumé",
  "text.raised": "{person} l’a portée à {limits}",
  "text.budgetAgain": "il y a de nouveau du budget ; l’exécution continue",
  "text.summary": "se termine par un résumé, à la demande de {person}",
  "text.nobodyDecided": "personne n’a décidé à temps ; l’exécution s’est arrêtée",
};
