import type { Translated } from "../../messages.ts";

export const memory: Translated<"memory"> = {
  "text.how": "Schreib `/parley memory`, um die Notizen dieses Channels zu sehen, und `/parley memory forget 12`, um Notiz 12 zu löschen.",
  "text.forgotten": "Vergessen, Notiz {id}: „{words}“",
  "text.noSuch": "Eine Notiz {id} gibt es in diesem Channel nicht, oder nicht mehr.",
  "text.head":
    "{count, plural, one {*Was sich die Agenten in diesem Channel merken*: # Notiz} other {*Was sich die Agenten in diesem Channel merken*: # Notizen}}",
  "text.headOfPage":
    "{count, plural, one {*Was sich die Agenten in diesem Channel merken*: # Notiz, Seite {page} von {pages}} other {*Was sich die Agenten in diesem Channel merken*: # Notizen, Seite {page} von {pages}}}",
  "button.newer": "Neuere",
  "button.older": "Ältere",
  "button.forget": "Vergessen",
  "text.none": "Die Agenten merken sich in diesem Channel nichts. Einen Agenten mit `memory: true` in der Teamdatei kann man darum bitten.",
  "text.toDelete": "Um eine Notiz zu löschen: `/parley memory forget` und ihre Nummer.",
  "text.origin": "{agent}, gebeten von {person}, {day}",
  "text.thread": "Thread",
};
