import type { Runner } from "../../../runner/runner.ts";
import { isEvent, type Delta, type RunEvent } from "../../../engine/events/events.ts";
import { safeLine, withoutMarks } from "../../words/escape.ts";

/** What agents are writing now: shown while it comes, kept nowhere. Of a turn that guards look at no words come by here. */
export interface WordsUnderWay {
  /** As the runner tells them. */
  hear(thread: string, item: RunEvent | Delta): void;
  /** All whole words of this agent's so far, masked; empty when it has written none. */
  of(thread: string, agent: string): string;
}

/** A turn is read by people up to a message's length; more is not followed. */
const CHARS_MAX = 12_000;
/** Agents followed at once; of the others nothing is shown. */
const TURNS_MAX = 1_000;

/**
 * Secrets that are taken out of what is shown may come in pieces: hence all words are looked at together once more, and the last one is shown when
 * something stands behind it.
 */
export function createWordsUnderWay({ shown = (delta) => delta }: Pick<Runner, "shown">): WordsUnderWay {
  const turns = new Map<string, string>();
  return {
    hear(thread, item) {
      if (isEvent(item)) {
        // Whatever an agent records ends what it was writing: the words are in the log, or were none of the thread's.
        if ("agent" in item && item.agent !== undefined) turns.delete(keyOf(thread, item.agent));
        else if (item.type === "run.stopped") for (const key of turns.keys()) if (key.startsWith(`${thread}\n`)) turns.delete(key);
        return;
      }
      if (item.type !== "text.delta") return;
      const key = keyOf(thread, item.agent);
      const before = turns.get(key);
      if (before === undefined && turns.size >= TURNS_MAX) return;
      turns.set(key, ((before ?? "") + item.text).slice(0, CHARS_MAX));
    },
    of(thread, agent) {
      const words = turns.get(keyOf(thread, agent));
      if (words === undefined) return "";
      const delta = shown({ type: "text.delta", agent, text: words.slice(0, words.search(/\s\S*$/) + 1) });
      return delta.type === "text.delta" ? delta.text : "";
    },
  };
}

const keyOf = (thread: string, agent: string): string => `${thread}\n${agent}`;

/** Of what an agent writes, the line that it is at, or its end: what one reads at a glance. */
export function lastWords(words: string): string {
  const line = withoutMarks(words.trimEnd().split("\n").at(-1) ?? "").trim();
  if (line === "") return "";
  const end = line.slice(-WORDS_CHARS_SHOWN);
  const whole = line.length > end.length ? `…${end.slice(end.search(/\s|$/))}` : end;
  return `${safeLine(whole, WORDS_CHARS_SHOWN)} …`;
}
const WORDS_CHARS_SHOWN = 70;
