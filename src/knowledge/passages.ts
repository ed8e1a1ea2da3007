import { PASSAGE_CHARS_MAX, PASSAGES_PER_DOCUMENT_MAX, type PassageDraft } from "../store/knowledge/knowledge-index.ts";

/** What a document says, and where its pages begin. */
export interface DividedText {
  readonly text: string;
  /** Offsets in the text; absent where it has no pages. */
  readonly pages?: readonly number[];
  /** The number of the first line, where lines are what people find things by; absent elsewhere. */
  readonly firstLine?: number;
}

/** A passage and the part of the text that is its own: these follow each other without a gap. */
export interface Passage extends PassageDraft {
  readonly start: number;
  readonly end: number;
}

/** About 250 words: enough to be understood alone, and a few fit into an answer. */
const PASSAGE_CHARS = 1_500;
/** A sentence or two, so that what stands across a border is found. */
const OVERLAP_CHARS = 200;
const HEADING_CHARS_MAX = 120;
const PLACE_CHARS_MAX = 400;

/** A piece of the text that is not taken apart where it fits: a paragraph with the blank lines behind it, a heading, a block of code. */
interface Block {
  readonly start: number;
  readonly end: number;
  readonly headings: readonly string[];
  /** What begins with it. */
  readonly begins: "page" | "heading" | undefined;
  /** A heading and nothing below it: it goes with what follows. */
  readonly isBare: boolean;
}

/**
 * Divides a text into passages: by pages and headings, within them by paragraphs, and where one is longer than a passage by lines, sentences and
 * words. Each begins with the end of the one before, where both are of the same page and heading. Goes once over the text: a parser of all of Markdown takes some thirty times as long, and
 * nobody is served meanwhile; headings and fences are all that is wanted of it.
 */
export function passagesOf(divided: DividedText): readonly Passage[] {
  const { text } = divided;
  const passages: Passage[] = [];
  let group: Block[] = [];
  const lines = linesBefore(text);
  const close = () => {
    const [first] = group;
    const last = group.at(-1);
    if (!first || !last) return;
    const { headings } = group.find(({ isBare }) => !isBare) ?? last;
    for (const [start, end] of cutUp(text, first.start, last.end)) {
      const before = passages.at(-1);
      const goesOn = before !== undefined && (start > first.start || first.begins === undefined);
      const overlap = goesOn ? overlapBefore(text, start, before.start) : 0;
      const place = placeOf(divided, headings, { start, end }, lines);
      passages.push({ start, end, overlap, text: text.slice(start - overlap, end), place });
    }
    group = [];
  };
  for (const block of blocksOf(divided)) {
    const [first] = group;
    const isNext = block.begins === "page" || (block.begins === "heading" && group.some(({ isBare }) => !isBare));
    if (first && (isNext || block.end - first.start > PASSAGE_CHARS)) close();
    group.push(block);
  }
  close();
  return passages.length <= PASSAGES_PER_DOCUMENT_MAX ? passages : passages.slice(0, PASSAGES_PER_DOCUMENT_MAX);
}

function blocksOf({ text, pages = [] }: DividedText): readonly Block[] {
  const blocks: Block[] = [];
  const headings: string[] = [];
  const begins = new Set(pages);
  let start = 0;
  let opens: Block["begins"] = "page";
  let fence: string | undefined;
  let isBlank = false;
  let wordLines = 0;
  let isHeading = false;
  const end = (at: number) => {
    if (at > start)
      blocks.push({ start, end: at, headings: headings.filter(Boolean), begins: opens, isBare: isHeading && wordLines === 1 });
    [start, opens, isBlank, wordLines, isHeading] = [at, undefined, false, 0, false];
  };
  for (let at = 0; at < text.length;) {
    const stop = text.indexOf("\n", at);
    const next = stop < 0 ? text.length : stop + 1;
    const line = text.slice(at, Math.min(next, at + LINE_CHARS_LOOKED_AT));
    const heading = fence === undefined ? HEADING.exec(line) : null;
    if (begins.has(at)) {
      end(at);
      [opens, fence] = ["page", undefined];
    }
    if (heading) {
      end(at);
      opens ??= "heading";
      isHeading = true;
      const level = heading[1]?.length ?? 1;
      headings.length = Math.min(headings.length, level - 1);
      headings[level - 1] = (heading[2] ?? "").trim().slice(0, HEADING_CHARS_MAX);
    } else if (isBlank && wordLines > 0 && line.trim() !== "" && fence === undefined) end(at);
    isBlank = line.trim() === "";
    if (!isBlank) wordLines++;
    fence = fenceAfter(fence, line);
    at = next;
  }
  end(text.length);
  return blocks;
}

/** Of a line no more says what it is. */
const LINE_CHARS_LOOKED_AT = 300;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(\S[^\n]*)/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** What ends the block of code that a line stands in, after this line. */
function fenceAfter(open: string | undefined, line: string): string | undefined {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return open;
  if (open === undefined) return mark;
  return mark.startsWith(open) ? undefined : open;
}

/** A part that is longer than a passage, at the best places there are. */
function* cutUp(text: string, start: number, end: number): Generator<readonly [number, number]> {
  let from = start;
  while (end - from > PASSAGE_CHARS) {
    const to = borderBefore(text, from + PASSAGE_CHARS, from + PASSAGE_CHARS / 2);
    yield [from, to];
    from = to;
  }
  if (end > from) yield [from, end];
}

/** Behind a line, else a sentence, else a word; never within a character. */
function borderBefore(text: string, latest: number, earliest: number): number {
  const line = text.lastIndexOf("\n", latest - 1);
  if (line >= earliest) return line + 1;
  const part = text.slice(earliest, latest);
  const sentence = [...part.matchAll(/[.!?…。！？]\s|[。！？]/g)].at(-1);
  if (sentence) return earliest + sentence.index + sentence[0].length;
  const space = part.lastIndexOf(" ");
  if (space >= 0) return earliest + space + 1;
  return isHalf(text, latest) ? latest - 1 : latest;
}

/** Whether a pair that makes one character would be parted here. */
const isHalf = (text: string, at: number): boolean =>
  /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));

/** As much of what stands before as is repeated, from the beginning of a word on. */
function overlapBefore(text: string, start: number, earliest: number): number {
  const from = Math.max(earliest, start - OVERLAP_CHARS);
  const space = text.slice(from, start).search(/\s/);
  const at = from === earliest ? from : space < 0 ? from : from + space + 1;
  return start - (isHalf(text, at) ? at + 1 : at);
}

function placeOf(
  { pages, firstLine }: DividedText,
  headings: readonly string[],
  { start, end }: { readonly start: number; readonly end: number },
  lines: (at: number) => number,
): string {
  const heading = headings.join(" › ");
  const page = pages === undefined ? undefined : pages.filter((one) => one <= start).length;
  const [from, to] = firstLine === undefined ? [0, 0] : [firstLine + lines(start), firstLine + lines(Math.max(start, end - 1))];
  const at = page !== undefined ? `page ${page}` : firstLine === undefined ? "" : from === to ? `line ${from}` : `lines ${from}–${to}`;
  return [heading.slice(0, PLACE_CHARS_MAX).toWellFormed(), at].filter(Boolean).join(", ");
}

/** How many lines end before an offset, for offsets that grow. */
function linesBefore(text: string): (at: number) => number {
  let [counted, lines] = [0, 0];
  return (at) => {
    if (at < counted) [counted, lines] = [0, 0];
    for (let end = text.indexOf("\n", counted); end >= 0 && end < at; end = text.indexOf("\n", end + 1)) {
      lines++;
      counted = end + 1;
    }
    return lines;
  };
}

/** Longest of what {@link passagesOf} makes. */
export const PASSAGE_CHARS_LONGEST = PASSAGE_CHARS + OVERLAP_CHARS;
if (PASSAGE_CHARS_LONGEST > PASSAGE_CHARS_MAX) throw new Error("a passage would be longer than the index takes");
