import type { Translated } from "../../messages.ts";

export const search: Translated<"search"> = {
  "title.search": "Läufe suchen",
  "submit.search": "Suchen",
  "label.words": "Wörter",
  "hint.words": "Aus der Aufgabe oder aus dem, was gesagt wurde.",
  "label.person": "Person",
  "hint.person": "Wer ihn gestartet oder darin gesprochen hat.",
  "button.older": "Ältere",
  "text.nothingSoFar": "Bisher nichts; es gibt ältere Läufe, die noch durchsucht werden können.",
  "text.nothing": "Kein Lauf, der zu Ende ist, passt.",
  "error.tooLong": "Das dauert länger, als Slack wartet. Suche noch einmal oder grenze die Suche ein.",
};
