import type { Translated } from "../../messages.ts";

export const forms: Translated<"forms"> = {
  "submit.cancel": "Annuler",
  "submit.close": "Fermer",
  "submit.save": "Enregistrer",
  "submit.start": "Lancer",
  "label.team": "Équipe",
  "label.channel": "Canal",
};
