/** Short answers to a press in App Home. */
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
  "text.notPaused": "The run is not paused.",
} as const;
