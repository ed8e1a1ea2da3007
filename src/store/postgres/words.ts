import { wordsOf } from "../records/words.ts";
import type { Query } from "./server/connection.ts";

/**
 * Words as SQLite's indexes have them (unicode61 without diacritics; of memories by their stems, of runs as they stand), made to `tsvector` and `tsquery` here: Postgres' own parser would take
 * addresses, numbers and file names for things of their own, and its lists would drop words that people look for.
 */

/** Postgres takes 2,046 bytes. */
const STEM_CHARS_MAX = 200;
/** A place behind these is no place of its own for Postgres. */
const PLACES_MAX = 16_383;

/** What a word is looked for by: parts that follow each other. */
export type Stems = readonly string[];

/** Of each word its parts. Those without a letter or digit have none. */
export async function stemsOf(query: Query, words: readonly string[]): Promise<readonly Stems[]> {
  const parts = words.map(partsOf);
  const all = [...new Set(parts.flat())];
  if (all.length === 0) return parts;
  const rows = await query<{ part: string; stem: string | null }>(
    "SELECT part, (ts_lexize('stems', part))[1] AS stem FROM unnest($1::text[]) AS part",
    [all],
  );
  const stems = new Map(rows.map(({ part, stem }) => [part, stem ?? part]));
  return parts.map((own) => own.map((part) => stems.get(part) ?? part));
}

/** The stems of a text, one after the other. */
export const textStemsOf = async (query: Query, text: string): Promise<Stems> => (await stemsOf(query, wordsOf(text))).flat();

/** Words with their places, as text of a `tsvector`. */
export const vectorOf = (words: Stems): string =>
  words.map((word, index) => `${quoted(word)}:${Math.min(index + 1, PLACES_MAX)}`).join(" ");

/** Text of a `tsquery` for what has these parts one after the other; `isBeginning`: the last may be the beginning of one. */
export const matchOf = (stems: Stems, isBeginning: boolean): string =>
  stems.map((stem, index) => `${quoted(stem)}${isBeginning && index === stems.length - 1 ? ":*" : ""}`).join(" <-> ");

/** What a word is made of for an index: letters and digits, small, without accents. */
export const partsOf = (word: string): string[] =>
  (
    word
      .toWellFormed()
      .normalize("NFD")
      .replaceAll(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
  ).map((part) => part.slice(0, STEM_CHARS_MAX).toWellFormed());

const quoted = (stem: string): string => `'${stem.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
