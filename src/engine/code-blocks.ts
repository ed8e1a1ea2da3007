import type { AgentMessage, Recorded, RunEvent, Whereabouts } from "./events/events.ts";
import { shown } from "./reading/shown.ts";

/** A fenced block of code in somebody's words. */
export interface FencedBlock {
  /** Lower case; `python` where the fence has no label. */
  readonly language: string;
  readonly code: string;
}

/** More blocks than this in one message are not looked at. */
const BLOCKS_MAX = 20;

/**
 * The code blocks of a Markdown text, tolerant of what models write: a label with or without a blank before it, in any case and with
 * trailing words, CRLF, and fences as {@link fences} has them, the last of which may never have been closed.
 * Blocks without a label count as Python only where no block of the text has one: beside labelled code they show output. What is quoted
 * (`> `, `<blockquote>`), thought (`<think>`) or raw HTML (`<!--`, `<pre>`) is no block.
 */
export function codeBlocks(text: string): FencedBlock[] {
  const found = fences(withoutThoughts(text));
  const labelled = found.filter((block) => block.label !== "");
  return (labelled.length > 0 ? labelled : found).map(({ label, code }) => ({ language: languageOf(label), code }));
}

/**
 * Whether code may be taken from it: an agent's finished message to the team, and nothing else. Not a question or another hand-over, a stop
 * message, a tool's output that stands in for prose, a person's words, or what was said inside another participant or outside of this one.
 */
export const maySayCode = (event: RunEvent): event is AgentMessage & Whereabouts & Recorded =>
  event.type === "message.posted" &&
  "agent" in event &&
  event.kind === undefined &&
  event.within === undefined &&
  !event.quiet &&
  !event.outside;

/** A fence of a text; `isOpen` where the text ends within it. `from` and `to`: its lines of code, the last excluded. */
interface Fence {
  readonly label: string;
  readonly code: string;
  readonly isOpen: boolean;
  readonly from: number;
  readonly to: number;
}

/**
 * Every fence of a text, in order, as CommonMark reads them: at the beginning of a line or of a list's item. Besides, as models write them, a
 * fence with its label behind words at the end of a line, where another closes it; and words behind the fence that closes one.
 */
export function fences(text: string): readonly Fence[] {
  const found: Fence[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  let items: readonly number[] = [];
  for (let at = 0; at < lines.length && found.length < BLOCKS_MAX;) {
    const line = lines[at] ?? "";
    items = itemsAt(line, items);
    const opening = openingOf(line, items.at(-1) ?? 0);
    const end = opening && endOf(lines, at + 1, opening);
    if (!opening || !end || (opening.isBehindWords && end.isOpen)) {
      at++;
      continue;
    }
    const code = withoutIndent(lines.slice(at + 1, end.at), opening);
    found.push({ label: opening.label, code: `${code.join("\n")}\n`, isOpen: end.isOpen, from: at + 1, to: end.at });
    // What stands behind the closing fence is read on.
    if (end.behind !== "") lines[end.at] = end.behind;
    at = end.behind === "" ? end.at + 1 : end.at;
  }
  return found;
}

interface Opening {
  readonly fence: string;
  readonly label: string;
  /** Blanks before its lines that are not its own; `isItem`: those of a list's item, which all of its lines have, or none. */
  readonly indent: number;
  readonly isItem: boolean;
  readonly isBehindWords: boolean;
}

const ITEM = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+/;

/** How far the words of each list's item are indented in which a line stands, the outermost first. */
function itemsAt(line: string, before: readonly number[]): readonly number[] {
  if (line.trim() === "") return before;
  const indent = indentOf(line);
  const around = before.filter((item) => item <= indent);
  const item = ITEM.exec(line);
  return item ? [...around, columnsOf(item[0])] : around;
}

function openingOf(line: string, itemIndent: number): Opening | undefined {
  const item = ITEM.exec(line)?.[0] ?? "";
  const rest = line.slice(item.length);
  const isItem = itemIndent > 0;
  const [, blanks = "", fence = "", info = ""] = /^([ \t]*)(`{3,}|~{3,})[ \t]*(.*)$/.exec(rest) ?? [];
  // Behind backticks another one makes it code within a line.
  if (fence !== "" && !(fence[0] === "`" && info.includes("`"))) {
    const indent = columnsOf(item + blanks);
    return indent > itemIndent + 3 ? undefined : { fence, label: labelOf(info), indent, isItem, isBehindWords: false };
  }
  const [, words = "", ticks, label = ""] = /^([^`]*(?:`[^`]+`[^`]*)*)(`{3,})([\w+#.-]*)[ \t]*$/.exec(rest) ?? [];
  if (ticks === undefined || words.trim() === "" || words.trimStart().startsWith(">")) return undefined;
  if (label === "" && !/[:：]\s*$/.test(words)) return undefined;
  return { fence: ticks, label: label.toLowerCase(), indent: itemIndent, isItem, isBehindWords: true };
}

interface End {
  /** Index of the line that closes it; behind the last where none does. */
  readonly at: number;
  readonly isOpen: boolean;
  readonly behind: string;
}

function endOf(lines: readonly string[], from: number, { fence, indent }: Opening): End {
  for (let at = from; at < lines.length; at++) {
    const [, blanks = "", run = "", behind = ""] = /^([ \t]*)(`{3,}|~{3,})(.*)$/.exec(lines[at] ?? "") ?? [];
    if (run[0] !== fence[0] || run.length < fence.length || columnsOf(blanks) > indent + 3) continue;
    // One word behind it is the label of a fence within; several are words.
    if (behind.trim() === "" || /^[ \t]+\S+[ \t]+\S/.test(behind)) return { at, isOpen: false, behind: behind.trim() };
  }
  return { at: lines.length, isOpen: true, behind: "" };
}

function withoutIndent(lines: readonly string[], { indent, isItem }: Opening): string[] {
  // Some write an item's code at the beginning of the line; what it is indented by is then its own.
  if (isItem && lines.some((line) => line.trim() !== "" && indentOf(line) < indent)) return [...lines];
  return lines.map((line) => withoutColumns(line, indent));
}

const indentOf = (line: string): number => columnsOf(line.slice(0, line.length - line.trimStart().length));

/** How wide a line's beginning is: a tab reaches to the next fourth column. */
function columnsOf(begin: string): number {
  let columns = 0;
  for (const character of begin) columns += character === "\t" ? TAB_COLUMNS - (columns % TAB_COLUMNS) : 1;
  return columns;
}
const TAB_COLUMNS = 4;

/** A line without its blanks up to this column; of a tab that reaches beyond it, the rest is left as blanks. */
function withoutColumns(line: string, indent: number): string {
  let from = 0;
  let columns = 0;
  while (columns < indent && /\s/.test(line[from] ?? "")) columns = columnsOf(line.slice(0, ++from));
  return " ".repeat(Math.max(columns - indent, 0)) + line.slice(from);
}

/** The language that stands first behind a fence, as in `python title="a"`, `python:main.py`, `rust,no_run`, `{r}` and `{.bash .numbered}`. */
const labelOf = (info: string): string => (/^\{?\s*\.?([^\s{}:,;]+)/.exec(info)?.[1] ?? "").toLowerCase();

/** A text in which the code of its fences stands in the form in which it is shown to people; what is around them is as it was. */
export function withShownCode(text: string): string {
  if (shown(text) === text) return text;
  const pieces = text.split(/(\r\n|\r|\n)/);
  for (const { from, to } of fences(text))
    for (let line = from; line < to; line++) {
      pieces[2 * line] = shown(pieces[2 * line] ?? "");
      // It ends the line of code, and is run as that.
      if (2 * line + 1 < pieces.length) pieces[2 * line + 1] = "\n";
    }
  return pieces.join("");
}

/**
 * The text without what a model has thought, where its server leaves that in the answer, and without what is marked as somebody else's words.
 * Templates that open the thought themselves leave only its end, on a line of its own.
 */
function withoutThoughts(text: string): string {
  const end = /^<\/(?:think|thinking)>[ \t]*$/im.exec(text);
  const begin = ASIDE.exec(text);
  let rest = end && (!begin || begin.index > end.index) ? text.slice(end.index + end[0].length) : text;
  // One that stands in a program is part of the program.
  for (let from = 0, asides = 0; asides < ASIDES_MAX; asides++) {
    const found = asideFrom(rest, from);
    if (!found) return rest;
    if (found.isCode) from = found.to;
    else rest = rest.slice(0, found.from) + rest.slice(found.to);
  }
  return "";
}

/** A text with more of them is no answer. */
const ASIDES_MAX = 100;
const ASIDE = /^[ \t]*<(?:(think|thinking|thoughts?|reasoning|reflection|blockquote|pre|script|style|textarea)\b[^>\n]*>|!--)/im;

function asideFrom(text: string, from: number): { readonly from: number; readonly to: number; readonly isCode: boolean } | undefined {
  const found = ASIDE.exec(text.slice(from));
  if (!found) return undefined;
  const at = from + found.index;
  const isCode = fences(text.slice(0, at)).at(-1)?.isOpen === true;
  if (isCode) return { from: at, to: at + found[0].length, isCode };
  const end = found[1] === undefined ? "-->" : `</${found[1]}>`;
  const close = text.slice(at).toLowerCase().indexOf(end.toLowerCase());
  return { from: at, to: close < 0 ? text.length : at + close + end.length, isCode };
}

/** The language that a fence's label names. */
export const languageOf = (label: string): string => LANGUAGE_NAMES.get(label) ?? (label || "python");

const LANGUAGE_NAMES: ReadonlyMap<string, string> = new Map([
  ["py", "python"],
  ["python3", "python"],
  ["shell", "sh"],
  ["zsh", "bash"],
  ["js", "javascript"],
  ["ts", "typescript"],
]);
