import { isWrittenTogether, nameKey } from "../../engine/names.ts";

/** What a reply in a thread asks of the run itself, and to whom it speaks. */

export type Word = (typeof WORDS)[number];

const WORDS = ["stop", "pause", "resume", "skip", "summary", "help"] as const;

/** A word of command, and what was said below it. */
export interface Command {
  readonly word: Word;
  /** Words for the agents; empty without any. */
  readonly rest: string;
}

/**
 * The word of command that a message is, or that its first line is. Bold, emoji, punctuation and a please or a thank-you around it change
 * nothing; any other word makes it a sentence, so that "stop guessing and ask" stays steering. What is quoted above it belongs to others.
 * `paused`: then "continue" lets the run go on; else it may be an answer or a task.
 */
export function commandIn(text: string, { paused = false } = {}): Command | undefined {
  const [first = "", ...below] = text.replace(/^(?:[ \t]*>[^\n]*\n|\s+)+/, "").split("\n");
  const said = first.slice(0, LINE_CHARS_MAX + 1);
  if (said.length > LINE_CHARS_MAX || /:\s*$/.test(said.replaceAll(EMOJI, ""))) return undefined;
  const words = said
    .replaceAll(EMOJI, " ")
    .toLowerCase()
    .replaceAll(/[*_`.,!?…;()"'“”–—-]+/g, " ")
    .trim();
  const word = meant(` ${words} `.replaceAll(COURTESY, " ").trim(), paused);
  const rest = below.join("\n").trim();
  // "help" or "summary" above more words is what the words are about.
  if (word === undefined || (rest !== "" && (word === "help" || word === "summary"))) return undefined;
  return { word, rest };
}

const LINE_CHARS_MAX = 100;
const EMOJI =
  /:[a-z0-9_+'-]{1,80}:(?::skin-tone-[2-6]:)?|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f/giu;
const COURTESY = / (?:please|pls|thanks|thank you|thx|now|ok|okay|bitte|danke|jetzt)(?= )/g;

function meant(words: string, paused: boolean): Word | undefined {
  if (paused && GO_ON.has(words)) return "resume";
  return WORDS.find((known) => known === words);
}

const GO_ON: ReadonlySet<string> = new Set([
  "continue",
  "go on",
  "carry on",
  "proceed",
  "unpause",
  "weiter",
  "weitermachen",
  "mach weiter",
]);

/** `critic: …`, `Critic, …` or `@Critic …`, where the first words are an agent's name. The words stay whole: agents read whom they are for. */
export function addressee(text: string, agents: readonly { readonly name: string }[]): string | undefined {
  const start = nameKey(text.trimStart());
  return agents
    .toSorted((one, other) => other.name.length - one.name.length)
    .find(({ name }) => {
      const own = nameKey(name);
      const isCalled = start.startsWith(`@${own}`);
      const rest = start.slice(own.length + (isCalled ? 1 : 0));
      if (isCalled) return isWrittenTogether(own.at(-1) ?? "") || /^[\s,:、]/.test(rest);
      return start.startsWith(own) && /^\s?[:,、]\s*\S/.test(rest);
    })?.name;
}
