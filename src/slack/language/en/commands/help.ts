/** What to type: for `help`, an empty mention and `/parley help`. */
export const help = {
  "text.mention": "*Mention me with a task*, and a team of agents works it out in the thread: `@parley compare these two plans`",
  "text.otherTeam": "For another team, put its name and a colon first: {bot} `{team}: …` (or `team:{team} …`)",
  "text.whileTheyTalk":
    "*While they talk*, just reply in the thread, without a mention: your words reach the next speaker, or answer the question that was asked. Begin with an agent's name (`critic: …`) and that agent speaks next.",
  "text.alone": "*Alone on a line*, with or without a please, and in some other languages too:",
  "text.below":
    "What stands below a first line of `pause`, `resume` or `skip` is for the agents; a longer sentence (_stop guessing and ask_) is for them too.",
  "text.direct": "In a direct message to me, every message is a task.",
  "text.link": "Put a link to a message into your task, and I read it where both of us may. `/parley help` has the rest.",
  "text.commands":
    "*/parley*, outside of threads (Slack has no commands in them; use the words, the buttons, or _Parley run controls_ in a message's menu)",
  "text.teams": "*Teams*",
  "text.more": "… and {count} more",
  "text.noTeam": 'There is no team "{team}" any more; choose another.',
  "text.unknown": "I do not know `/parley {typed}`.",

  "text.word.stop": "ends the run at once",
  "text.word.pause": "lets the turns under way end, and begins no other",
  "text.word.resume": "lets a paused run go on; in one, `continue`, `go on` and `weiter` do too",
  "text.word.skip": "breaks off the turn of whoever has the floor",
  "text.word.summary": "says where things stand, to you alone; one of the team's models sums it up",
  "text.word.help": "says what I hear, to you alone",

  "text.slash.new": "starts a run here; without a task it asks for one",
  "text.slash.status": "the runs of this channel that go on, with buttons; `mine`: yours, everywhere",
  "text.slash.pause": "pauses a run here; where there are several, you choose",
  "text.slash.resume": "lets a paused run here go on; where there are several, you choose",
  "text.slash.stop": "ends a run here at once; where there are several, you choose",
  "text.slash.transcript": "the whole of a run as a file, for you alone",
  "text.slash.teams": "the teams, and which one is the default here",
  "text.slash.settings": "how I am in this channel",
  "text.slash.schedule": "has work start by itself, such as `every weekday at 9:00 …`; alone: what does here",
  "text.slash.budget": "what was spent today, and what may be",
  "text.slash.memory": "what agents remember in this channel, and lets you delete it",
  "text.slash.help": "all of this",
} as const;
