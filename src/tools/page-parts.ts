import { quoted } from "./result.ts";

/** A piece of a longer text, from one place in it up to another. */
export interface PagePart {
  readonly from: number;
  readonly to: number;
}

/**
 * Parts that follow each other: joined they are the text, none is longer than `charsMax` (2 or more), and none begins within a character. A part
 * ends where the text itself has a break, as far as there is one in its second half: before a page (`starts`) or a heading, else behind a
 * paragraph, a line, a word. One empty part for an empty text.
 */
export function partsOf(text: string, charsMax: number, starts: readonly number[] = []): readonly PagePart[] {
  const parts: PagePart[] = [];
  let from = 0;
  do {
    const to = text.length - from <= charsMax ? text.length : breakBefore(text, from, from + charsMax, starts);
    parts.push({ from, to });
    from = to;
  } while (from < text.length);
  return parts;
}

function breakBefore(text: string, from: number, limit: number, starts: readonly number[]): number {
  const least = from + Math.ceil((limit - from) / 2);
  const page = starts.findLast((start) => start >= least && start <= limit);
  if (page !== undefined) return page;
  const window = text.slice(least, limit);
  const heading = lastHeadingIn(window);
  if (heading >= 0) return least + heading;
  for (const gap of ["\n\n", "\n", " "]) {
    const at = window.lastIndexOf(gap);
    if (at >= 0) return least + at + gap.length;
  }
  return isLowHalf(text, limit) ? limit - 1 : limit;
}

/** Where the last line begins that is a heading; -1 where none is. */
function lastHeadingIn(window: string): number {
  for (let at = window.length; at > 0;) {
    at = window.lastIndexOf("\n#", at - 1);
    if (at >= 0 && /^#{1,6} /.test(window.slice(at + 1, at + 8))) return at + 1;
  }
  return -1;
}

const isLowHalf = (text: string, at: number): boolean => /[\uDC00-\uDFFF]/.test(text.charAt(at));

const LINES_MAX = 30;
const LINE_CHARS_MAX = 90;
const HEADINGS_SHOWN = 3;

/** What is where: a line for each part, or for some that follow each other where there are more than a reader wants lines, by what stands in them. */
export function contentsOf(text: string, parts: readonly PagePart[], starts: readonly number[] = []): string {
  const each = Math.ceil(parts.length / LINES_MAX);
  const lines: string[] = [];
  for (let first = 0; first < parts.length; first += each) {
    const some = parts.slice(first, first + each);
    const { from } = some[0] ?? { from: 0 };
    const { to } = some.at(-1) ?? { to: text.length };
    const pages = pagesIn({ from, to }, starts);
    const numbers = some.length === 1 ? `part ${first + 1}` : `parts ${first + 1}–${first + some.length}`;
    lines.push(`- ${numbers}${pages === "" ? "" : `, ${pages}`}: ${quoted(wordsIn(text.slice(from, to)), LINE_CHARS_MAX)}`);
  }
  return lines.join("\n");
}

/** `page 3`, `pages 3–7`; nothing where there are no pages. */
export function pagesIn({ from, to }: PagePart, starts: readonly number[]): string {
  // One that ends where the part begins has nothing in it.
  const first = starts.findLastIndex((start) => start <= from) + 1;
  const last = starts.findLastIndex((start) => start < Math.max(to, from + 1)) + 1;
  if (first <= 0 || last <= 0) return "";
  return first >= last ? `page ${last}` : `pages ${first}–${last}`;
}

/** Its headings, else its first words. */
function wordsIn(text: string): string {
  const headings = [...text.matchAll(/^#{1,6} +(\S[^\n]{0,200})/gm)].slice(0, HEADINGS_SHOWN).map(([, words = ""]) => words.trim());
  return headings.length > 0 ? headings.join("; ") : text.trimStart().slice(0, 2 * LINE_CHARS_MAX);
}
