/** `/parley memory`: what the agents remember in a channel. */
export const memory = {
  "text.how": "Write `/parley memory` to see the notes of this channel, and `/parley memory forget 12` to delete note 12.",
  "text.forgotten": "Forgotten, note {id}: “{words}”",
  "text.noSuch": "There is no note {id} in this channel, or no longer.",
  "text.head":
    "{count, plural, one {*What the agents remember in this channel*: # note} other {*What the agents remember in this channel*: # notes}}",
  "text.headOfPage":
    "{count, plural, one {*What the agents remember in this channel*: # note, page {page} of {pages}} other {*What the agents remember in this channel*: # notes, page {page} of {pages}}}",
  "button.newer": "Newer",
  "button.older": "Older",
  "button.forget": "Forget",
  "text.none": "The agents remember nothing in this channel. An agent with `memory: true` in the team file can be asked to.",
  "text.toDelete": "To delete a note: `/parley memory forget` and its number.",
  "text.origin": "{agent}, asked by {person}, {day}",
  "text.thread": "thread",
} as const;
