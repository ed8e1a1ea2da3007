/** What is said, where it stands and to its owner, of what has started by itself, was left out, or has stopped. */
export const scheduledRuns = {
  "text.begins": ":alarm_clock: *{starts}*, set up by {owner} (`{id}`):\n{task}",
  "text.answers": "*{agent}* answers: {starts}",
  "text.noCanvas": "The answer could not be put on a canvas ({code}); it stands in this thread. {mend}",
  "text.canvasScope": "Parley needs the scope `canvases:write` for it.",
  "text.hasPaused": ":double_vertical_bar: The schedule *{starts}* (`{id}`) of {owner} has paused: {why} {mend}",
  "text.makeAnew": "Its one time has passed: make a new one.",
  "text.switchOn": "It goes on when it is switched on again, in App Home or with `/parley schedule on {id}`.",
  "text.didNotBegin": "The schedule *{starts}* (`{id}`) in {place} did not begin a run: {why}",

  "text.why.ownerLeft": "{owner}, whose it is, is no active full member of this workspace any more.",
  "text.why.ownerOutside": "{owner}, whose it is, is not in {place} any more.",
  "text.why.ownerMayNot": "{owner}, whose it is, may no longer {doing} there. Whoever may can make it anew.",
  "text.why.closed": "I can no longer post in {place} ({code}). {says}",
  "text.why.busy": "Agents were talking in its thread already.",
  "text.why.enoughToday":
    "{count, plural, one {It has begun # run today, as many as it may.} other {It has begun # runs today, as many as it may.}}",
  "text.why.enoughByBots":
    "{count, plural, one {Bots' words have begun # run in a row, and no person has said anything since.} other {Bots' words have begun # runs in a row, and no person has said anything between them.}}",
  "text.why.botByName":
    "It waits for a bot by a name, which whoever posts may choose. Delete it and make it anew: then the name stands for one app.",
  "text.why.silent": "Slack did not answer, or did not give what was posted, for an hour.",
  "text.why.queue":
    "{count, plural, one {Slack does not answer, and # run waits for it already.} other {Slack does not answer, and # runs wait for it already.}}",
  "text.why.late": "It could not be begun within an hour of its time.",
  "text.why.missed": "Parley was away at its time.",
} as const;
