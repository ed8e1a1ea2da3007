/** The form that searches runs which are over. */
export const search = {
  "title.search": "Search runs",
  "submit.search": "Search",
  "label.words": "Words",
  "hint.words": "Of the task, or of what was said.",
  "label.person": "Person",
  "hint.person": "Who started it, or spoke in it.",
  "button.older": "Older",
  "text.nothingSoFar": "Nothing so far; there are older runs to look through.",
  "text.nothing": "No run that is over fits.",
  "error.tooLong": "This takes longer than Slack waits. Search once more, or for less.",
} as const;
