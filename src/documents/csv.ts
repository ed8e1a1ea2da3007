import { parse } from "csv-parse/sync";
import { type Budget, type DocumentText, cut } from "./document.ts";
import { parsing } from "./failures.ts";
import { decoded } from "./plain.ts";
import { markdownTable } from "./tables.ts";

/** More rows than the longest text holds. */
const ROWS_MAX = 20_000;

/** A table; quotes and ends of lines as spreadsheets write them. */
export async function readCsv(content: Uint8Array, { charsMax }: Budget): Promise<DocumentText> {
  const whole = decoded(content);
  if (whole === undefined) return { kind: "unread", why: "it is no text" };
  // Excel's own way to say by what cells are apart.
  const [told = "", mark] = /^\ufeff?"?sep=([,;|\t])"?(?:\r\n?|\n)/i.exec(whole) ?? [];
  const text = whole.slice(told.length);
  const delimiter = mark ?? delimiterOf(text);
  const options = { delimiter, to: ROWS_MAX, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, bom: true };
  const rows = await parsing((): string[][] => {
    try {
      return parse(text, options);
    } catch {
      // A quotation that nobody ends, as in a file that was cut off: then it is one mark among others.
      return parse(text, { ...options, quote: null });
    }
  });
  const table = markdownTable(rows);
  if (table === "") return { kind: "unread", why: "it is empty" };
  const shown = cut(table, charsMax);
  const rowsShown = shown.split("\n").length - 1;
  const part = rowsShown < rows.length ? `rows 1–${rowsShown} of ${rows.length === ROWS_MAX ? "more than " : ""}${rows.length}` : undefined;
  return { kind: "read", text: shown, ...(part === undefined ? {} : { part }) };
}

const SAMPLE_CHARS = 20_000;
const SAMPLE_LINES = 50;
/** Those that are seldom anything else go first: where numbers have commas in them, each line has as many of these. */
const DELIMITERS = ["\t", ";", "|", ","] as const;

/** By what cells are apart: what stands equally often in most lines, quoted words aside; a title above the table has none of it, or less. */
function delimiterOf(text: string): string {
  const lines = text
    .slice(0, SAMPLE_CHARS)
    .replaceAll(/"(?:[^"]|"")*"/g, '""')
    .split(/\r\n?|\n/)
    .filter((line) => line.trim() !== "")
    .slice(0, SAMPLE_LINES);
  const alike = (delimiter: string): number => {
    const counts = new Map<number, number>();
    for (const line of lines) counts.set(line.split(delimiter).length, (counts.get(line.split(delimiter).length) ?? 0) + 1);
    return Math.max(0, ...[...counts].flatMap(([cells, times]) => (cells > 1 ? [times] : [])));
  };
  return DELIMITERS.toSorted((one, other) => alike(other) - alike(one)).find((delimiter) => alike(delimiter) > 0) ?? ",";
}
