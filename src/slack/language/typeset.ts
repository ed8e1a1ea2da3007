import type { Language } from "./languages.ts";

/** A space that a line is not broken at, and the narrow one that French sets before `;`, `!` and `?`. */
const NO_BREAK = "\u00A0";
const NARROW_NO_BREAK = "\u202F";

/**
 * A message as its language sets it. In French a mark such as `:` or `?` stands apart from the word before it and must not begin a line of its own
 * (Imprimerie nationale, Lexique des règles typographiques): catalogues have plain spaces there, which can be seen and typed. What stands in code
 * and the names of emoji stay as they are.
 */
export function typeset(language: Language, message: string): string {
  if (language !== "fr") return message;
  return message
    .split(/(`[^`]*`)/)
    .map((part, nth) => (nth % 2 === 1 ? part : french(part)))
    .join("");
}

const french = (words: string): string =>
  words
    .replaceAll(/ (?=[;!?])/g, NARROW_NO_BREAK)
    .replaceAll(/ (?=:(?![\w+-]+:))/g, NO_BREAK)
    .replaceAll(/ (?=»)/g, NO_BREAK)
    .replaceAll(/« /g, `«${NO_BREAK}`);
