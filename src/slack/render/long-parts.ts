import type { Code, RootContent, Table, TableCell } from "mdast";
import type { TurnWords } from "../language/turn-words.ts";
import { CODE_LINES_SHOWN, TABLE_CHARS_MAX, TABLE_COLUMNS_MAX, TABLE_ROWS_MAX } from "../words/limits.ts";
import { parse } from "../words/split-markdown.ts";

/** A part of a turn that is a file of its own. */
export interface LongPart {
  /** `table-1.csv`, `code-2.py`: the turn's number is put in by whoever knows it. */
  readonly name: string;
  readonly what: "table" | "program";
  readonly text: string;
}

/** The words without what Slack cannot show: tables over its limits go into CSV files, programs over a screen keep their beginning. */
export function withoutLong(
  text: string,
  say: Pick<TurnWords, "tableBelow" | "linesBelow">,
): { readonly words: string; readonly files: readonly LongPart[] } {
  const files: LongPart[] = [];
  let words = "";
  let at = 0;
  for (const node of mayBeLong(text) ? (parse(text)?.children ?? []) : []) {
    const [from, to] = [node.position?.start.offset, node.position?.end.offset];
    const long = from === undefined || to === undefined ? undefined : attached(node, text, { n: files.length + 1, say });
    if (!long || from === undefined || to === undefined) continue;
    files.push(long.file);
    words += text.slice(at, from) + long.instead;
    at = to;
  }
  return { words: words + text.slice(at), files: files.slice(0, FILES_MAX) };
}

/** Of one turn; more is a sign that something is wrong with it, and the words still name them. */
const FILES_MAX = 5;

/** Most turns need not be parsed. */
const mayBeLong = (text: string): boolean =>
  text.split("\n").length > Math.min(CODE_LINES_SHOWN, TABLE_ROWS_MAX) || text.length > TABLE_CHARS_MAX;

function attached(
  node: RootContent,
  text: string,
  { n, say }: { readonly n: number; readonly say: Pick<TurnWords, "tableBelow" | "linesBelow"> },
): { readonly file: LongPart; readonly instead: string } | undefined {
  if (node.type === "table" && isOverLimits(node, text)) {
    const name = `table-${n}.csv`;
    const rows = node.children.map((row) => row.children.map((cell) => words(cell, text)));
    const csv = rows.map((row) => row.map(field).join(",")).join("\r\n");
    return {
      file: { name, what: "table", text: `${csv}\r\n` },
      instead: `_(${say.tableBelow(rows.length - 1)})_`,
    };
  }
  if (node.type !== "code" || node.value.split("\n").length <= CODE_LINES_SHOWN) return undefined;
  const lines = node.value.split("\n");
  const fence = "`".repeat(Math.max(3, ...[...node.value.matchAll(/`+/g)].map(([marks]) => marks.length + 1)));
  const head = lines.slice(0, CODE_HEAD_LINES).join("\n");
  return {
    file: { name: `code-${n}.${codeFileEnding(node.lang ?? undefined)}`, what: "program", text: `${node.value}\n` },
    instead: `${fence}${langOf(node)}\n${head}\n${fence}\n_(${say.linesBelow(lines.length - CODE_HEAD_LINES)})_`,
  };
}

/** What a message keeps of a program that is a file. */
const CODE_HEAD_LINES = 25;
const ENDINGS: { readonly [language: string]: string } = {
  python: "py", py: "py", javascript: "js", js: "js", typescript: "ts", ts: "ts", bash: "sh", sh: "sh", shell: "sh", json: "json", sql: "sql", yaml: "yml", html: "html", css: "css", go: "go", rust: "rs", java: "java",
}; // prettier-ignore

export const codeFileEnding = (language: string | undefined): string =>
  language !== undefined && Object.hasOwn(ENDINGS, language) ? (ENDINGS[language] ?? "txt") : "txt";

const langOf = ({ lang }: Code): string => (/^[\w+#-]{1,30}$/.test(lang ?? "") ? (lang ?? "") : "");

const isOverLimits = ({ children }: Table, text: string): boolean =>
  children.length > TABLE_ROWS_MAX ||
  (children[0]?.children.length ?? 0) > TABLE_COLUMNS_MAX ||
  children.flatMap((row) => row.children).reduce((sum, cell) => sum + words(cell, text).length, 0) > TABLE_CHARS_MAX;

/** A cell as it was written. */
function words({ children }: TableCell, text: string): string {
  const [from, to] = [children[0]?.position?.start.offset, children.at(-1)?.position?.end.offset];
  return from === undefined || to === undefined ? "" : text.slice(from, to).replaceAll("\\|", "|").trim();
}

/** RFC 4180; a field that a spreadsheet would run as a formula is made text. */
function field(value: string): string {
  const plain = /^[=+\-@\t]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
