/** Why words are not heard, or something is not begun: to whoever said it. */
export const unheard = {
  "text.for.empty": "There is nothing to do in an empty message. Mention me with a task.",
  "text.long": "The message has {chars} characters; I read at most {max}. Shorten it, or attach the text as a file.",
  "text.team": 'There is no team "{team}". The teams are: {teams}.',
  "text.usedUp": "Today's budget is used up: {budgets}. It starts anew on {at}.",
  "text.runs":
    "{count, plural, one {You have started # run within an hour, as many as one person may here. You can start the next on {at}.} other {You have started # runs within an hour, as many as one person may here. You can start the next on {at}.}}",
  "text.messages":
    "{count, plural, one {You have written # message to agents within an hour, as many as one person may here; they have not been given this one. Say it again on {at}.} other {You have written # messages to agents within an hour, as many as one person may here; they have not been given this one. Say it again on {at}.}}",
  "text.more":
    "{count, plural, one {# more message of yours here was not heard. {why}} other {# more messages of yours here were not heard. {why}}}",
  "text.for.ended": "The run had ended there: there is nothing to go on from.",
  "text.for.taken": "Somebody has begun something else in that thread.",
  "text.for.elsewhere": "There is no such thread here.",
  "text.for.later": "No more runs could be started then. Fork it once more.",
} as const;
