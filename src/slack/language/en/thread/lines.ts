/** Lines over what people send by a form or a button: their words, an answer that is shared, a fork. */
export const lines = {
  "text.toNext": "{person} to whoever speaks next:",
  "text.toAgent": "{person} to *{agent}*:",
  "text.answers": "{person} answers:",
  "text.goesOn": "{person} goes on:",
  "text.asksTeam": "{person} asks the team *{team}*:",
  "text.shared": "*{agent}* answers, shared by {person}",

  "text.forkRoot": "{person} tries another way from turn {turn} of {thread}: {how}.",
  "text.forkRefused": "{person}, this does not begin. {why}",
  "text.ofThread": "a thread",
  "text.forkNews": "{person} tries another way from turn {turn}: {how}, in {thread}.",
  "text.ownThread": "a thread of its own",
  "text.otherTeam": "the team *{team}* goes on",
  "text.otherSpeaker": "*{agent}* speaks next",
  "text.otherWords": "{count, plural, one {one message of it reads} other {# messages of it read}} otherwise",
  "text.otherInstructions": "its agents have other instructions",
  "text.sameTeam": "the same team goes on",

  "text.turnUnposted": "A message of {agent} could not be posted here ({code}). It is kept in Parley's log.",
  "text.unposted": "A message could not be posted here ({code}). It is kept in Parley's log.",
  "text.notUploaded": "{file} could not be uploaded: {why}. It is kept in Parley's log.",
  "text.whyNot.missing_scope": "the app lacks the scope files:write; add it and install the app again",
  "text.whyNot.unknown_method": "this server takes no uploads",
  "text.whyNot.content_gone": "its content is gone",
  "text.whyNot.empty": "it is empty",
} as const;
