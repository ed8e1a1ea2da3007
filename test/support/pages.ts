import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fromMarkdown } from "mdast-util-from-markdown";

const ROOT = resolve(import.meta.dirname, "../..");

/** Something that a page shows as code: a block with its language, or words in a line. */
export interface ShownCode {
  readonly page: string;
  readonly line: number;
  /** `inline` for words in a line. */
  readonly lang: string;
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly lang?: string | null;
  readonly position?: { readonly start: { readonly line: number } };
  readonly children?: readonly Node[];
}

/** The pages that people read to use Parley, or to change it: the README, docs and the guide. What was decided when is history, and no instruction. */
export const pages = (): readonly string[] => [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !path.startsWith("decisions"))
    .map((path) => `docs/${path}`)
    .toSorted(),
];

export const textOf = (page: string): string => readFileSync(join(ROOT, page), "utf8");

export const shownCode = (): readonly ShownCode[] => pages().flatMap((page) => codeIn(page, fromMarkdown(textOf(page)) as Node));

function codeIn(page: string, node: Node): readonly ShownCode[] {
  const inner = (node.children ?? []).flatMap((child) => codeIn(page, child));
  if (node.type !== "code" && node.type !== "inlineCode") return inner;
  const lang = node.type === "inlineCode" ? "inline" : (node.lang ?? "");
  return [{ page, line: node.position?.start.line ?? 0, lang, text: node.value ?? "" }];
}
