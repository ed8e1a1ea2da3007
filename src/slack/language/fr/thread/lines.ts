import type { Translated } from "../../messages.ts";

export const lines: Translated<"lines"> = {
  "text.toNext": "{person} à l’agent qui parle ensuite :",
  "text.toAgent": "{person} à *{agent}* :",
  "text.answers": "{person} répond :",
  "text.goesOn": "{person} continue :",
  "text.asksTeam": "{person} demande à l’équipe *{team}* :",
  "text.shared": "*{agent}* répond, partagé par {person}",

  "text.forkRoot": "{person} prend une autre voie à partir du tour {turn} {thread} : {how}.",
  "text.ofThread": "d’un fil",
  "text.forkNews": "{person} prend une autre voie à partir du tour {turn} : {how}, dans {thread}.",
  "text.ownThread": "un fil distinct",
  "text.otherTeam": "l’équipe *{team}* continue",
  "text.otherSpeaker": "*{agent}* parle ensuite",
};
