import type { AgentMessage, Recorded, RunEvent, Whereabouts } from "../events.ts";
import { shown } from "../shown.ts";

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
 * trailing words, CRLF, fences of backticks or tildes, indented fences, longer fences around shorter ones, a last fence that was never closed.
 * Blocks without a label count as Python only where no block of the text has one: beside labelled code they show output. What is quoted
 * (`> `) or thought (`<think>`) is no block.
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

/** Every fence of a text, in order; `isOpen` where the text ends within it. `from` and `to`: its lines of code, the last excluded. */
export function fences(text: string): readonly Fence[] {
  const found: Fence[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length && found.length < BLOCKS_MAX; at++) {
    const opening = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/.exec(lines[at] ?? "");
    const fence = opening?.[1];
    if (!fence) continue;
    const indent = (lines[at] ?? "").length - (lines[at] ?? "").trimStart().length;
    const from = at + 1;
    const code: string[] = [];
    for (at++; at < lines.length && !closes(lines[at] ?? "", fence); at++) code.push(withoutIndent(lines[at] ?? "", indent));
    const label = (opening[2]?.trim().split(/[\s{]/)[0] ?? "").toLowerCase();
    found.push({ label, code: code.join("\n") + "\n", isOpen: at >= lines.length, from, to: at });
  }
  return found;
}

interface Fence {
  readonly label: string;
  readonly code: string;
  readonly isOpen: boolean;
  readonly from: number;
  readonly to: number;
}

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
 * The text behind what a model has thought, where its server leaves that in front of the answer. Templates that open the thought themselves
 * leave only its end, on a line of its own.
 */
function withoutThoughts(text: string): string {
  const mark = /^\s*<(think|thinking|reasoning)>/.exec(text)?.[1];
  if (mark !== undefined) {
    const end = text.indexOf(`</${mark}>`);
    return end < 0 ? "" : text.slice(end + mark.length + 3);
  }
  const end = /^<\/(?:think|thinking)>[ \t]*$/m.exec(text);
  return end ? text.slice(end.index + end[0].length) : text;
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

function closes(line: string, fence: string): boolean {
  const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return run !== undefined && run[0] === fence[0] && run.length >= fence.length;
}

function withoutIndent(line: string, indent: number): string {
  const spaces = line.length - line.trimStart().length;
  return line.slice(Math.min(indent, spaces));
}
