import { words } from "../../../src/slack/language/en/words.ts";

/**
 * What the app says in English and is found in these texts, by message and piece: of each message of the English catalogue every piece between its
 * values that has a few words. Nothing is to be found in what a reader of another language is shown.
 */
export const englishIn = (texts: readonly string[]): readonly string[] =>
  PIECES.flatMap(([key, piece]) => (texts.some((text) => text.includes(piece)) ? [`${key}: ${piece}`] : []));

/** Fewer words are also said by agents and people, or are the same in another language. */
const WORDS_MIN = 3;

const PIECES: readonly (readonly [key: string, piece: string])[] = Object.entries(words).flatMap(([theme, messages]) =>
  Object.entries(messages).flatMap(([key, message]) =>
    // What stands in a plural's forms is in braces of its own: each brace ends a piece.
    message
      .split(/[{}#]/)
      .map((piece) => piece.trim())
      .filter((piece) => (piece.match(/\p{L}{2,}/gu)?.length ?? 0) >= WORDS_MIN && !/\w+, plural,/.test(piece))
      .map((piece) => [`${theme}.${key}`, piece] as const),
  ),
);

/** Every text within, such as in the arguments of a call. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
