/** Lines over what people send by a form or a button: their words, an answer that is shared, a fork. */
export const lines = {
  "text.toNext": "{person} to whoever speaks next:",
  "text.toAgent": "{person} to *{agent}*:",
  "text.answers": "{person} answers:",
  "text.goesOn": "{person} goes on:",
  "text.asksTeam": "{person} asks the team *{team}*:",
  "text.shared": "*{agent}* answers, shared by {person}",

  "text.forkRoot": "{person} tries another way from turn {turn} of {thread}: {how}.",
  "text.ofThread": "a thread",
  "text.forkNews": "{person} tries another way from turn {turn}: {how}, in {thread}.",
  "text.ownThread": "a thread of its own",
  "text.otherTeam": "the team *{team}* goes on",
  "text.otherSpeaker": "*{agent}* speaks next",
} as const;
