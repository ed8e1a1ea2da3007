import { BOXES, FAMILIES, FRAMES, SHELLS } from "./marks.ts";

const LITERALS: readonly string[] = [
  ...FAMILIES.flatMap(({ open, close }) => [...open, ...close]),
  ...FRAMES,
  ...BOXES,
  ...SHELLS.flatMap((name) => [`<${name}>`, `</${name}>`]),
];

/** Marks of code and the ends of lines: words that say how others are to be read. */
export const FORM = /^(?:`+|~{3,}|\n)$/;

/** Beside a tag's name: attributes, and blanks where models write them. On one line, without marks of code. */
const REST = String.raw`[ \t][^<>\n\x60~]{0,80}`;
const REST_CHARS_MAX = 82;

const nameOf = (literal: string): string | undefined => /^<\/?([a-z][\w:]*)>$/.exec(literal)?.[1];

/** Any mark, as models write it, or a mark of form; see {@link plainMark}. */
export const MARKS = new RegExp([...LITERALS.map(pattern), "`+", "~{3,}", String.raw`\n`].join("|"), "gi");

function pattern(literal: string): string {
  const name = nameOf(literal);
  if (name === undefined) return literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return literal.startsWith("</") ? String.raw`</[ \t]?${name}[ \t]?>` : `<${name}(?:${REST})?/?>`;
}

/** A mark as it is listed, whatever stands beside a tag's name; one that closes itself as `<name/>`. */
export function plainMark(text: string): string {
  const mark = text.toLowerCase();
  const found = /^(<\/?)[ \t]?([a-z][\w:]*)(?:[ \t][^<>]*|\/)?>$/.exec(mark);
  return found ? `${found[1]}${found[2]}${mark.endsWith("/>") ? "/" : ""}>` : mark;
}

const LITERAL_CHARS_MAX = Math.max(...LITERALS.map((literal) => literal.length)) + REST_CHARS_MAX;

/** A longer row of one character is not waited for. */
export const RUN_CHARS_MAX = 200;

/** How many characters at the end of a text may be the beginning of a mark, or one that goes on. */
export function heldBack(text: string): number {
  const form = /(?:(?<!`)`+|(?<!~)~+)$/.exec(text.slice(-RUN_CHARS_MAX))?.[0].length ?? 0;
  if (form > 0) return form < RUN_CHARS_MAX ? form : 0;
  const tail = text.slice(-LITERAL_CHARS_MAX).toLowerCase();
  for (let at = 0; at < tail.length; at++) if (MARK_STARTS.has(tail[at] ?? "") && isBegun(tail.slice(at))) return tail.length - at;
  return 0;
}

function isBegun(begun: string): boolean {
  const bare = begun.replace(/^<\/[ \t]/, "</").replace(/^(<\/[a-z][\w:]*)[ \t]$/, "$1");
  const whole = plainMark(begun).replace("/>", ">"); // It has ended; what follows says how it is meant.
  if (LITERALS.some((literal) => literal.startsWith(bare) || literal === whole)) return true;
  const name = BEGUN_TAG.exec(begun)?.[1];
  return name !== undefined && TAG_NAMES.has(name);
}

const BEGUN_TAG = new RegExp(String.raw`^<([a-z][\w:]*)(?:${REST})?/?$`);
const TAG_NAMES: ReadonlySet<string | undefined> = new Set(LITERALS.map(nameOf));
const MARK_STARTS = new Set(LITERALS.map((literal) => literal[0]));
