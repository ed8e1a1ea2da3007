import type { Translated } from "../../messages.ts";

export const cases: Translated<"cases"> = {
  "button.keep": "Als Fall behalten…",
  "title.keep": "Als Fall behalten",
  "submit.keep": "Behalten",
  "label.expected": "Die richtige Antwort",
  "hint.expected": "Berichtige sie, wo das Team falsch lag.",
  "hint.long": "Zu lang für dieses Feld: Leer gelassen, ist es die Antwort des Teams, wie sie ist.",
  "label.why": "Was war daran gut oder schlecht?",
  "text.names": "Namen, Erwähnungen und Mailadressen von Leuten werden ersetzt, bevor er behalten wird.",
  "text.kept": "Als Fall behalten. `parley eval export` schreibt die Fälle dieses Workspace heraus, für `parley eval`.",
  "text.noAnswer": "Hier gibt es keine Antwort zu behalten.",
  "text.full":
    "Es sind so viele Fälle behalten, wie Platz haben. Hol sie mit `parley eval export` heraus und vergiss Threads, deren Fälle nicht mehr gebraucht werden.",
  "text.large": "Dieser Lauf ist zu lang, um als Fall behalten zu werden.",
  "text.manyPeople": "In diesem Lauf haben zu viele Leute gesprochen, um ihn als Fall zu behalten.",
};
