import type { AgentMessage, Recorded, RunEvent, Whereabouts } from "./events/events.ts";
import { FenceReader, fences } from "./reading/fences.ts";
import { shown } from "./reading/shown.ts";

/** A fenced block of code in somebody's words. */
export interface FencedBlock {
  /** Lower case; `python` where the fence has no label. */
  readonly language: string;
  readonly code: string;
}

/**
 * The code blocks of a Markdown text, tolerant of what models write: a label with or without a blank before it, in any case and with
 * trailing words, CRLF, and fences as {@link fences} has them, the last of which may never have been closed, or at the end of a line of code;
 * one that begins with the last line begins nothing.
 * Blocks without a label count as Python only where no block of the text has one: beside labelled code they show output. What is quoted
 * (`> `, `<blockquote>`), thought (`<think>`) or raw HTML (`<!--`, `<pre>`) is no block.
 */
export function codeBlocks(text: string): FencedBlock[] {
  const found = fences(withoutThoughts(text));
  const labelled = found.filter((block) => block.label !== "");
  return (labelled.length > 0 ? labelled : found).flatMap(({ fence, label, code, isOpen }) =>
    isOpen && code.trim() === "" ? [] : [{ language: languageOf(label), code: isOpen && fence === TICKS ? upToFence(code) : code }],
  );
}

const TICKS = "```";

/** Code that nothing closes, without what stands behind the first of its lines that ends with a fence; two of them in a line are of the line. */
function upToFence(code: string): string {
  const lines = code.split("\n");
  const last = lines.findIndex((line) => {
    const at = line.indexOf(TICKS);
    return at > 0 && line.slice(0, at).trim() !== "" && line.slice(at).trim() === TICKS;
  });
  const end = lines[last];
  return end === undefined ? code : `${[...lines.slice(0, last), end.slice(0, end.indexOf(TICKS)).trimEnd()].join("\n")}\n`;
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
 * Templates that open the thought themselves leave only its end, on a line of its own. Goes over the text once.
 */
function withoutThoughts(text: string): string {
  const end = /^<\/(?:think|thinking)>[ \t]*$/im.exec(text);
  const begin = FIRST_ASIDE.exec(text);
  const rest = end && (!begin || begin.index > end.index) ? text.slice(end.index + end[0].length) : text;
  const reader = new FenceReader();
  let kept = "";
  let asides = 0;
  for (let at = 0; at < rest.length;) {
    // One that stands in a program is part of the program. What stands behind any other begins its line.
    const behindAside = reader.isWithin ? undefined : endOfAside(rest, at);
    if (behindAside !== undefined) {
      if (++asides >= ASIDES_MAX) return "";
      at = behindAside;
      continue;
    }
    LINE_END.lastIndex = at;
    const lineEnd = LINE_END.exec(rest);
    const next = lineEnd ? lineEnd.index + lineEnd[0].length : rest.length;
    reader.take(rest.slice(at, lineEnd?.index));
    kept += rest.slice(at, next);
    at = next;
  }
  return kept;
}

/** A text with more of them is no answer. */
const ASIDES_MAX = 100;
const LINE_END = /\r\n|\r|\n/g;
const ASIDE = String.raw`[ \t]*<(?:(think|thinking|thoughts?|reasoning|reflection|blockquote|pre|script|style|textarea)\b[^>\r\n\u2028\u2029]*>|!--)`;
const FIRST_ASIDE = new RegExp(`^${ASIDE}`, "im");
const ASIDE_HERE = new RegExp(ASIDE, "iy");

/** Where what begins at this place as an aside has ended: behind the text where nothing ends it. `undefined`: none begins. */
function endOfAside(text: string, at: number): number | undefined {
  ASIDE_HERE.lastIndex = at;
  const found = ASIDE_HERE.exec(text);
  if (!found) return undefined;
  const close = new RegExp(found[1] === undefined ? "-->" : `</${found[1]}>`, "gi");
  close.lastIndex = at;
  const end = close.exec(text);
  return end ? end.index + end[0].length : text.length;
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
