/**
 * What `/parley` takes. One table: the code answers by it, the help is made of it, and docs/doors.md is held to it by a test.
 */

export type SlashWord = (typeof SLASH_COMMANDS)[number]["word"];

/** `usage`: as it is typed behind `/parley`; `does`: one line for people, in mrkdwn. */
export const SLASH_COMMANDS = [
  { word: "new", usage: "new [team] task", does: "starts a run here; without a task it asks for one" },
  { word: "status", usage: "status [mine]", does: "the runs of this channel that go on, with buttons; `mine`: yours, everywhere" },
  { word: "pause", usage: "pause", does: "pauses a run here; where there are several, you choose" },
  { word: "resume", usage: "resume", does: "lets a paused run here go on; where there are several, you choose" },
  { word: "stop", usage: "stop", does: "ends a run here at once; where there are several, you choose" },
  { word: "transcript", usage: "transcript", does: "the whole of a run as a file, for you alone" },
  { word: "teams", usage: "teams", does: "the teams, and which one is the default here" },
  { word: "settings", usage: "settings", does: "how I am in this channel" },
  {
    word: "schedule",
    usage: "schedule [when task]",
    does: "has work start by itself, such as `every weekday at 9:00 …`; alone: what does here",
  },
  { word: "budget", usage: "budget", does: "what was spent today, and what may be" },
  { word: "memory", usage: "memory", does: "what agents remember in this channel, and lets you delete it" },
  { word: "help", usage: "help", does: "all of this" },
] as const;

/** The command that somebody typed; nothing where it is none. */
export const slashWord = (typed: string): SlashWord | undefined => SLASH_COMMANDS.find(({ word }) => word === typed.toLowerCase())?.word;
