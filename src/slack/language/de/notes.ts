import type { Translated } from "../messages.ts";

export const notes: Translated<"notes"> = {
  "title.notOpen": "Nicht für dich offen",
  "title.run": "Lauf",
  "title.answer": "Antwort",
  "title.raise": "Erhöhen",
  "title.finish": "Beenden",
  "title.resume": "Fortsetzen",
  "title.stop": "Stoppen",
  "title.schedules": "Zeitpläne",
  "text.runGone": "Diesen Lauf gibt es nicht mehr, oder er ist in einem Channel, in dem du nicht bist.",
  "text.answered": "Diese Frage wurde schon beantwortet. Um mehr zu sagen, antworte im Thread.",
  "text.over": "Dieser Lauf ist zu Ende.",
  "text.notPaused": "Der Lauf ist nicht angehalten.",
};
