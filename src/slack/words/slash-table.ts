/**
 * What `/parley` takes. One table: the code answers by it, the help is made of it, and docs/doors.md is held to it by a test.
 */

export type SlashWord = (typeof SLASH_COMMANDS)[number]["word"];

/** `usage`: as it is typed behind `/parley`. What each does, people read in their language (`help.text.slash`). */
export const SLASH_COMMANDS = [
  { word: "new", usage: "new [team] task" },
  { word: "status", usage: "status [mine]" },
  { word: "pause", usage: "pause" },
  { word: "resume", usage: "resume" },
  { word: "stop", usage: "stop" },
  { word: "transcript", usage: "transcript" },
  { word: "teams", usage: "teams" },
  { word: "settings", usage: "settings" },
  {
    word: "schedule",
    usage: "schedule [when task]",
  },
  { word: "budget", usage: "budget" },
  { word: "memory", usage: "memory" },
  { word: "help", usage: "help" },
] as const;

/** The command that somebody typed; nothing where it is none. */
export const slashWord = (typed: string): SlashWord | undefined => SLASH_COMMANDS.find(({ word }) => word === typed.toLowerCase())?.word;
