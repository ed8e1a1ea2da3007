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
 * Blocks without a label count as Python only where no block of the text has one: beside labelled code they show output.
 */
export function codeBlocks(text: string): FencedBlock[] {
  const found: { label: string; code: string }[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length && found.length < BLOCKS_MAX; at++) {
    const opening = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/.exec(lines[at] ?? "");
    const fence = opening?.[1];
    if (!fence) continue;
    const indent = (lines[at] ?? "").length - (lines[at] ?? "").trimStart().length;
    const code: string[] = [];
    for (at++; at < lines.length && !closes(lines[at] ?? "", fence); at++) code.push(withoutIndent(lines[at] ?? "", indent));
    found.push({ label: (opening[2]?.trim().split(/[\s{]/)[0] ?? "").toLowerCase(), code: code.join("\n") + "\n" });
  }
  const labelled = found.filter((block) => block.label !== "");
  return (labelled.length > 0 ? labelled : found).map(({ label, code }) => ({
    language: LANGUAGE_NAMES[label] ?? (label || "python"),
    code,
  }));
}

const LANGUAGE_NAMES: { readonly [label: string]: string } = {
  py: "python",
  python3: "python",
  shell: "sh",
  zsh: "bash",
  js: "javascript",
  ts: "typescript",
};

function closes(line: string, fence: string): boolean {
  const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return run !== undefined && run[0] === fence[0] && run.length >= fence.length;
}

function withoutIndent(line: string, indent: number): string {
  const spaces = line.length - line.trimStart().length;
  return line.slice(Math.min(indent, spaces));
}
