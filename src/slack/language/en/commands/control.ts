/** What came of a word, a press or a command about a run, and what is asked of one person. */
export const control = {
  "text.nothingToStop": "No agent is talking in this thread; there is nothing to stop.",
  "text.noneTalked": "No agents have talked in this thread yet.",
  "text.noneTalking": "No agent is talking in this thread.",
  "text.notNow.pause": "The run is paused already. `resume` lets it go on.",
  "text.notNow.resume": "The run is not paused.",
  "text.notNow.skip": "Nobody has the floor just now: there is no turn to skip.",
  "text.otherRun": "This button belongs to a run that is over. To stop the one that goes on now, write `stop` in its thread.",
  "text.goesOn": "The run goes on.",
  "text.goesOnAlready": "The run goes on already.",
  "text.heldAbove": "The run waits at a limit. Your words are kept, and are read when somebody raises it, above.",
  "text.heldAboveOrHere": "The run waits at a limit. Your words are kept, and are read when it is raised, above or here.",
  "text.heldHere": "The run waits at a limit. Your words are kept, and are read when it is raised.",
  "text.heldPaused": "The run is paused by {person}. Your words are kept, and are read when it goes on.",

  "text.goOnTeam": "*Continue with this?* {team} has ended here and did not read your message. Later, mention me to go on.",
  "text.goOnAgents": "*Continue with this?* The agents have ended here and did not read your message. Later, mention me to go on.",
  "button.continue": "Continue with this",
  "button.no": "No",
  "text.meanTeam": "Do you mean the team *{near}*? Nothing is begun until you say so; you can also edit your message.",
  "text.noTeamMean": "There is no team *{said}*. Do you mean *{near}*? Nothing is begun until you say so; you can also edit your message.",
  "button.noAsAlways": "No, {team} as always",
  "text.answersOne":
    "Your words answer what *{agent}* asked. {count, plural, one {One more question waits} other {# more questions wait}} for an answer.",
  "text.linkUnread":
    "A message that you linked to could not be read: both you and I have to be in its channel. Paste its words here if they matter.",
  "text.noWords": "There are no words in this message to discuss.",

  "text.isHeard": "It is heard.",
  "text.isAsked": "*{team}* is asked.",
  "text.nothingBegun": "Nothing was begun.",
  "text.reading": "Slack lets me read your message in {count, plural, one {# second} other {# seconds}}; a moment.",
  "text.busy":
    "Slack lets me read nothing more for {count, plural, one {# second} other {# seconds}}, so nothing was begun yet. Press again then, or mention me with your words.",
  "text.failed": "Slack did not answer, so nothing was begun yet. Press again, or mention me with your words.",
  "text.gone": "Your message is not there any more, so nothing was begun.",
  "text.unread": "I could not read your message once more, so nothing was begun. Mention me with it.",

  "text.atWork": "A team is at work in this thread already; what you write here reaches it.",
  "text.thanks": "Thanks, noted.",
  "text.thanksMore": "Thanks, noted. `{button}` lets you say what was missing.",
  "text.overBefore": "The run was over before your words came. Mention me in its thread to go on.",
  "text.ofOverRun": "This button belongs to a run that is over.",
  "text.overBeginAnother": "This run is over. Mention me here to begin another.",

  "text.unreadAtEnd": "The run ended before anybody read your words: {words}",
  "text.unreadAtEndQuoted": "The run ended before anybody read your words:\n>{words}",
  "button.leave": "Leave it",
} as const;
