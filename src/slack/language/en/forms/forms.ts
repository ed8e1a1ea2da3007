/** What forms have in common. */
export const forms = {
  "submit.cancel": "Cancel",
  "submit.close": "Close",
  "submit.save": "Save",
  "submit.start": "Start",
  "label.team": "Team",
  "label.channel": "Channel",
} as const;
