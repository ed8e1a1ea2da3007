import type { Translated } from "../../messages.ts";

export const forms: Translated<"forms"> = {
  "submit.cancel": "Abbrechen",
  "submit.close": "Schließen",
  "submit.save": "Speichern",
  "submit.start": "Starten",
  "label.team": "Team",
  "label.channel": "Channel",
};
