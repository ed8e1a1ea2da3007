import type { Translated } from "../../messages.ts";

export const halts: Translated<"halts"> = {
  "text.reached": "Die Grenze ist erreicht: {what}.",
  "text.budget": "Das heutige Budget für {owner} ({limit}) ist aufgebraucht.",
  "text.some": "Eine Grenze ist erreicht.",
  "text.couldPass": "Der nächste Aufruf könnte die Grenze überschreiten: {what}.",
  "text.took": "{what} gebraucht",
  "text.used": "{what} verbraucht",
  "text.spent": "{what} ausgegeben",
  "text.spentToday": "{what} heute ausgegeben",
  "text.wait": "Die Agenten warten.",
  "text.nothingSpent": "Die Agenten warten; es wird nichts mehr ausgegeben.",
  "text.stopsAt": "Ohne Entscheidung endet der Lauf am {at}.",
  "button.raise": "Erhöhen auf {limits}",
  "button.finish": "Mit Zusammenfassung beenden",
  "text.raised": "von {person} auf {limits} erhöht",
  "text.budgetAgain": "es gibt wieder Budget; der Lauf geht weiter",
  "text.summary": "endet mit einer Zusammenfassung, gewünscht von {person}",
  "text.nobodyDecided": "niemand hat rechtzeitig entschieden; der Lauf hat aufgehört",
};
