/** A change of a team that was found to help, for who may take it. */
export const proposals = {
  "button.look": "Look",
  "button.take": "Take it",
  "button.notNow": "Not now",
  "title.look": "What would change",
  "text.found":
    "A change to the team *{team}* was tried: on {cases, plural, one {# case} other {# cases}} that nobody had seen it solves {after}, and as it is {before}. Nothing changes unless you take it.",
  "text.figures": "Difference: {points} points ({low} to {high}). `parley tune` was run by {who} with `{file}`.",
  "text.cut": "This is its beginning; the studio shows all of it, with the team.",
  "text.taken": "Taken: *{team}* is this now, as revision {revision}. The studio keeps what it was before.",
  "text.left": "Left: *{team}* stays as it is.",
  "text.changed":
    "*{team}* was changed by {person} at {time} UTC, after this was found. It does not fit any more and cannot be taken; `parley tune` looks anew.",
  "text.changedBySomebody": "*{team}* is not any more what this was found for, and it cannot be taken; `parley tune` looks anew.",
  "text.decided": "{person} has decided on the change to *{team}* already, at {time} UTC.",
  "text.gone": "This change to *{team}* does not wait any more.",
  "text.mistakes": "*{team}* may not be so any more, and nothing was changed: {why}",
} as const;
