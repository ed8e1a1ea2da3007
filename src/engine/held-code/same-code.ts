import type { HeldCode } from "../events/events.ts";
import type { FencedBlock } from "../code-blocks.ts";

/**
 * What is held back is known again by its words and signs alone: in another language's fence, indented otherwise or on other lines it is the
 * same. A yes is for exactly what was shown.
 */
export function isMeant(held: HeldCode, { language, code }: FencedBlock): boolean {
  if (held.why === "allowed") return held.language === language && held.code === plain(code);
  const [words, heldWords] = [wordsOf(code), wordsOf(held.code)];
  if (words === SEAM) return false;
  if (held.isWithin) return heldWords.includes(words);
  return held.isBeginning ? words.startsWith(heldWords.slice(0, -1)) : words === heldWords;
}

/** Whatever stands between blanks, and what frames or quotes it, parted by what is in no text. */
const wordsOf = (text: string): string => SEAM + (text.match(/[\p{L}\p{M}\p{N}_]+|[^\s>`]/gu) ?? []).map((word) => word + SEAM).join("");
const SEAM = "\0";

/** Blanks at the ends of lines, and empty lines around it, make no other code. */
export const plain = (code: string): string =>
  code
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd()
    .replace(/^\n+/, "");
