import type { Translated } from "../../messages.ts";

export const lines: Translated<"lines"> = {
  "text.toNext": "{person} an den Agenten, der als Nächstes spricht:",
  "text.toAgent": "{person} an *{agent}*:",
  "text.answers": "{person} antwortet:",
  "text.goesOn": "{person} macht weiter:",
  "text.asksTeam": "{person} fragt das Team *{team}*:",
  "text.shared": "*{agent}* antwortet, geteilt von {person}",

  "text.forkRoot": "{person} geht ab Beitrag {turn} {thread} einen anderen Weg: {how}.",
  "text.ofThread": "eines Threads",
  "text.forkNews": "{person} geht ab Beitrag {turn} einen anderen Weg: {how}, in {thread}.",
  "text.ownThread": "einem eigenen Thread",
  "text.otherTeam": "das Team *{team}* macht weiter",
  "text.otherSpeaker": "*{agent}* spricht als Nächstes",
};
