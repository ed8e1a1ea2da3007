/** What a run may take, what it waits at, and the budgets of the day. */
export const limits = {
  "text.minutes": "{count, plural, one {# minute} other {# minutes}}",
  "text.today": "{money} today",
  "sure.raise": "Raise the limit?",
  "meaning.raise": "The run goes on, and may take up to {limits}.",
  "yes.raise": "Raise",
  "yes.notNow": "Not now",

  "text.atMessages": "reached {limit} messages",
  "text.atTurns": "reached {count, plural, one {# turn} other {# turns}}",
  "text.saidWords": '{agent} said "{words}"',
  "text.usedTokens": "used {total} tokens, the limit is {limit}",
  "text.spentMoney": "spent {spent}, the limit is {limit}",
  "text.tookMinutes": "took {count, plural, one {# minute} other {# minutes}}, the limit is {limit}",
  "text.spentToday": "{spent} spent today, the budget of {owner} is {limit} a day",
  "text.handedOver": "{agent} handed over to {to}",
  "text.decidedFinished": "{agent} decided that it is finished",
  "text.hasSpoken": "{agent} has spoken",
  "text.askedForEnd": "{agent} asked for the end",
  "text.wasCalled": "{tool} was called",
  "text.stoppedBy": "stopped by {person}",
  "text.couldNotAnswer": "{agent} could not answer: {why}",
  "text.nobodyLeft": "nobody left to speak",

  "text.ofWorkspace": "the workspace",
  "text.ofPerson": "the person who asked",
  "text.ofChannel": "this channel",

  "text.mostBudget": "the budget of {owner} to {most} a day",
  "text.mostMoney": "the money to {most}",
  "text.mostTurns": "the turns to {most}",
  "text.mostMinutes": "the minutes to {most}",
  "text.mostTokens": "the tokens to {most}",
  "text.atCeiling": "Nobody can raise this any further here: {most} at most (`ceilings.raised` in the team file).",

  "text.nearMoney": "{used} of {limit} used",
  "text.nearBudget": "{used} of the {limit} that {owner} may spend a day",
  "text.nearTurns": "{used} of {limit} turns used",
  "text.nearMinutes": "{used} of {limit} minutes used",
  "text.nearTokens": "{used} of {limit} tokens used",

  "text.ownBudget":
    "Spent today on runs that you started: *{spent}*. A day ends at 00:00 UTC; `/parley budget` in a channel shows its own.",
  "text.noLimit": "{spent}, no limit",
  "text.unknownOfLimit": "no price is known, at most {limit}",
  "text.ofLimit": "{spent} of {limit} ({percent})",
} as const;
