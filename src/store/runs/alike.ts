import { rankedByRarity, wordsOf } from "../records/words.ts";
import { alikeWords, type TakenRun } from "./finished-runs.ts";

/**
 * Of these runs, newest first: those in whose tasks words of this one stand, the rarer the better, and behind them the others. They are few and of one
 * team, and so gone through: in an index of words that all workspaces share, the runs of others would be found in their stead.
 */
export function alikeFirst(newest: readonly TakenRun[], task: string, limit: number): readonly TakenRun[] {
  const texts = newest.map(textOf);
  // By their places from the end, so that of two alike the newer one comes first.
  const found = wordsAsked(task).map((word) =>
    texts.flatMap(({ text, words }, place) => (words.has(word) || (UNSPACED.test(word) && text.includes(word)) ? [-place] : [])),
  );
  const ranked = rankedByRarity(
    found.filter((places) => places.length > 0),
    newest.length,
  );
  const places = new Set([...ranked.map((place) => -place), ...newest.keys()]);
  return [...places].slice(0, limit).flatMap((place) => newest[place] ?? []);
}

interface Text {
  readonly text: string;
  readonly words: ReadonlySet<string>;
}

/** Whoever keeps a run finds it divided. */
const divided = new WeakMap<TakenRun, Text>();

function textOf(run: TakenRun): Text {
  const known = divided.get(run);
  if (known) return known;
  const text = run.task.toLowerCase();
  const made = { text, words: new Set(text.match(WORDS)) };
  divided.set(run, made);
  return made;
}

const WORDS = /[\p{L}\p{N}]+/gu;
/** No spaces stand around it. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

const wordsAsked = (task: string): readonly string[] => [
  ...new Set(alikeWords(task, (text) => wordsOf(text).flatMap((word) => word.match(WORDS) ?? []))),
];
