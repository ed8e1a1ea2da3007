/** `/parley budget`: how the budgets of the day stand, and what came of raising one. */
export const budgets = {
  "text.nothing": "Nothing is counted here.",
  "text.spentToday": "*Spent today* (a day ends at 00:00 UTC)",
  "text.of.person": "• runs that you started: {spent}",
  "text.of.channel": "• this channel: {spent}",
  "text.of.workspace": "• the workspace: {spent}",
  "text.unknown": "no price is known, no limit",
  "text.howRaise": "`/parley budget raise me|channel|workspace DOLLARS` raises one for today.",
  "text.whose": "Say whose and to how much: `/parley budget raise channel 10`.",
  "text.mostFor.person":
    "The budget of runs that you started can be raised here to at most {most} a day, and {usd} is more (`ceilings.raised` in the team file).",
  "text.mostFor.channel":
    "The budget of this channel can be raised here to at most {most} a day, and {usd} is more (`ceilings.raised` in the team file).",
  "text.mostFor.workspace":
    "The budget of the workspace can be raised here to at most {most} a day, and {usd} is more (`ceilings.raised` in the team file).",
  "text.unchanged.person": "The budget of runs that you started is not lower than {usd}, or there is none; nothing was changed.",
  "text.unchanged.channel": "The budget of this channel is not lower than {usd}, or there is none; nothing was changed.",
  "text.unchanged.workspace": "The budget of the workspace is not lower than {usd}, or there is none; nothing was changed.",
  "text.raised.person": "The budget of runs that you started is {usd} for today. Runs that wait for it go on.",
  "text.raised.channel": "The budget of this channel is {usd} for today. Runs that wait for it go on.",
  "text.raised.workspace": "The budget of the workspace is {usd} for today. Runs that wait for it go on.",
} as const;
