/** What is not clear in the words behind `/parley schedule`: each a sentence with the mend. */
export const spokenSchedules = {
  "text.time.when":
    "Say when first, such as `every weekday at 9:00`, `mondays at 14:30 Europe/Berlin`, `on the 1st of every month at 8:00` or `0 9 * * 1-5`, and the task behind it.",
  "text.trigger":
    'Say what it begins by, such as `when :bug: is added`, `when a file is posted`, `when a pdf is posted`, `when a message says "deploy failed"` or `when "PagerDuty" posts`, and the task behind it.',
  "text.time.unevenMinutes": "So many do not make up a whole hour or day. Take 15, 20 or 30 minutes, or hours.",
  "text.time.unevenHours": "So many do not make up a whole hour or day. Take 1, 2, 3, 4, 6, 8 or 12 hours, or a time of the day.",
  "text.time.timeOfDate": "Say at which one time of that day, such as `tomorrow at 9:00`.",
  "text.time.timeOrEvery": "It is either every so often or at a time of the day. Leave one of them out.",
  "text.time.timeOfDay": "Say at which time of the day as well, such as `every weekday at 9:00`.",
  "text.time.minutesDiffer": "Several times of a day must be at the same minute, such as `9:00 and 17:00`. Make two schedules of it.",
  "text.noZone": "There is no time zone “{zone}”. Name one as the IANA database does, such as Europe/Berlin or America/New_York.",
  "text.noCron": "“{pattern}” is no rule of cron: write minute, hour, day of the month, month and day of the week, such as `0 9 * * 1-5`.",
  "text.time.noTime": "There is no such time from now on. Look at the day and the month.",
  "text.tooOften":
    "{count, plural, one {That is every minute; a team begins at most every {least} minutes. Take more time between runs.} other {That is every # minutes; a team begins at most every {least} minutes. Take more time between runs.}}",

  "text.noTask": "Say what is to be done as well, behind the time: `every weekday at 9:00 Sum up what is new`.",
  "text.longTask": "The task has {chars} characters; at most {max} are kept. Shorten it.",
  "text.answeredThere":
    "What begins by something that is posted is answered in the thread of that message, or on a canvas (`to=canvas`): so nothing can answer itself for ever.",
  "text.whereTo": "Results go `to=thread`, `to=channel`, `to=canvas`, or to a thread of this channel by its link.",
  "text.howMissed": "Times that are missed are run `missed=once` when I am back, or left out: `missed=skip`.",
  "text.howUsd": "What a run may cost is in US dollars, such as `usd=0.50`, and at most {max}.",
  "text.runsNotTimes": "`runs=` is for what begins by something that is posted. A time comes as often as it is said: say it less often.",
  "text.howRuns": "Runs a day are `runs=1` to `runs={max}`.",

  "text.isPerson":
    '{person} is a person, and no bot. What people write begins something by its words: `when a message says "deploy failed"`.',
  "text.howBot": "Mention it (`when @its-name posts`), or name its id (`when B0123ABCD posts`), which stands in the link of its profile.",
  "text.cannotLook": "I cannot look which app *{name}* is: Slack does not answer just now ({code}).",
  "text.manyCalled":
    "{count, plural, one {# app is called *{name}* here: {ids}. Name the one that is meant by its id: `when {first} posts`.} other {# apps are called *{name}* here: {ids}. Name the one that is meant by its id: `when {first} posts`.}}",
  "text.noneCalled": "I have seen no app called *{name}* post here lately.",
  "text.postsAs":
    "What posts here as *{name}* is `{id}`. Any app can post under any name: if that is the one you mean, say `when {id} posts`.",
  "text.postsAsApp":
    "What posts here as *{name}* is `{id}`, the app *{app}*. Any app can post under any name: if that is the one you mean, say `when {id} posts`.",
} as const;
