/**
 * Postgres keeps every text but NUL. It is written as two characters instead, of which the first stands in no text that means anything
 * (a noncharacter of Unicode) and is itself written as two; what is looked for in a column is written alike, so that it is found. Half a
 * surrogate pair becomes U+FFFD on its way to UTF-8, as it does in SQLite; JSON holds both by escapes of its own.
 */
const ESCAPE = "\u{10FFFF}";
const NUL = `${ESCAPE}0`;
const ESCAPED = `${ESCAPE}1`;

export const toKept = (text: string): string =>
  text.includes("\0") || text.includes(ESCAPE) ? text.replaceAll(ESCAPE, ESCAPED).replaceAll("\0", NUL) : text;

export const fromKept = (kept: string): string => (kept.includes(ESCAPE) ? kept.replaceAll(NUL, "\0").replaceAll(ESCAPED, ESCAPE) : kept);
