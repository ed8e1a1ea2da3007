import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fromMarkdown } from "mdast-util-from-markdown";

/** The pages that strangers read. Fenced blocks are their examples: `ts our-tools.ts` is a file, `sh` commands, and `text` lines that they print, in order. */
export interface GuidePage {
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Each with the lines that it must print. */
  readonly commands: readonly { readonly line: string; readonly code: number; readonly prints: readonly string[] }[];
}

const FOLDER = resolve(import.meta.dirname, "../../docs/guide");

export const guidePages = (): readonly GuidePage[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".md"))
    .toSorted()
    .map((name) => pageOf(name, readFileSync(join(FOLDER, name), "utf8")));

function pageOf(name: string, text: string): GuidePage {
  const files: { name: string; text: string }[] = [];
  const commands: { line: string; code: number; prints: string[] }[] = [];
  for (const block of fromMarkdown(text).children.flatMap((node) => (node.type === "code" ? [node] : []))) {
    const file = block.lang === "sh" ? undefined : block.meta?.trim();
    const code = Number(/^exit-(\d+)$/.exec(block.meta ?? "")?.[1] ?? 0);
    if (file) files.push({ name: file, text: `${block.value}\n` });
    else if (block.lang === "sh") commands.push(...block.value.split("\n").map((line) => ({ line, code, prints: [] })));
    else if (block.lang === "text") commands.at(-1)?.prints.push(...block.value.split("\n"));
    else throw new Error(`${name}: a block of ${block.lang ?? "nothing"} that is neither a named file, commands nor what they print`);
  }
  return { name, files, commands };
}

/** The words of a command line: blanks part them, double quotes hold them together. */
export const wordsOf = (line: string): string[] => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");

/** Those of these lines that do not come in this order. */
export function missingFrom(out: string, lines: readonly string[]): readonly string[] {
  let at = 0;
  return lines.filter((line) => {
    const found = out.indexOf(line, at);
    if (found >= 0) at = found + line.length;
    return found < 0;
  });
}
