/** Short answers to a press. */
export const notes = {
  "title.notOpen": "Not open to you",
  "title.run": "Run",
  "title.answer": "Answer",
  "title.raise": "Raise",
  "title.finish": "Finish",
  "title.resume": "Resume",
  "title.stop": "Stop",
  "title.schedules": "Schedules",
  "text.runGone": "This run is not there any more, or is in a channel that you are not in.",
  "text.answered": "This question was answered already. To say more, reply in the thread.",
  "text.over": "This run is over.",
  "text.nobodyElse": "Nobody else of this team could speak next here.",
  "text.agentGone": 'The team *{team}* has nobody called "{agent}" any more.',
  "text.transcriptThere": "The transcript is in this thread already.",
  "text.transcriptFailed":
    "The transcript could not be uploaded ({code}). `parley export` writes the same on the machine where Parley runs.",
  "text.sharedAlready": "This result has been shared to the channel already.",
  "text.shareFailed": "The result could not be shared ({code}). Try again.",
  "text.shareUnsure": "Whether the result was shared is not known ({code}), for I may not read here. Look into the channel.",
  "text.nothingToForget": "There is nothing of this thread left to forget.",
  "text.forgotten":
    "Forgotten: what was said in this thread, its files and what agents noted from it are gone from Parley, and what its forks shared with it. Costs and decisions stay, without words. The messages here are Slack's: delete them in Slack.",
  "text.onlyOnce": "Not all of this was shown on its card, so it can be allowed once, and not for the run. It still waits.",
  "text.tooLong":
    "This is too long for one of Slack's forms. Deny it with what should be different, or write that here in the thread: the agent reads it and writes it anew.",
  "text.noJson": "What you wrote is not valid JSON, so nothing was run. It still waits: press `{button}` again.",
  "text.expired": "Nobody had allowed it in time; the agents went on without.",
  "text.decidedAlready": "This was decided already.",
  "text.callOver": "This run is over, or its turn was skipped: there is nothing to decide.",
  "text.marks": "What cannot be seen, or looks like something else, stands between ⟦ and ⟧ by its number: it is part of what runs.",
} as const;
