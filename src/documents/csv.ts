import { parse } from "csv-parse/sync";
import { type Budget, type DocumentText, cut } from "./document.ts";
import { parsing } from "./failures.ts";
import { decoded } from "./plain.ts";
import { markdownTable } from "./tables.ts";

/** More rows than the longest text holds. */
const ROWS_MAX = 20_000;

/** A table whose cells are apart by what its first line has most of; quotes and ends of lines as spreadsheets write them. */
export async function readCsv(content: Uint8Array, { charsMax }: Budget): Promise<DocumentText> {
  const text = decoded(content);
  if (text === undefined) return { kind: "unread", why: "it is no text" };
  const firstLine = text.slice(0, 10_000).split("\n", 1)[0] ?? "";
  const delimiter = [",", ";", "\t", "|"].toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0] ?? ",";
  const options = { delimiter, to: ROWS_MAX, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, bom: true };
  const rows = await parsing((): string[][] => parse(text, options));
  const table = markdownTable(rows);
  if (table === "") return { kind: "unread", why: "it is empty" };
  const shown = cut(table, charsMax);
  const rowsShown = shown.split("\n").length - 1;
  const part = rowsShown < rows.length ? `rows 1–${rowsShown} of ${rows.length === ROWS_MAX ? "more than " : ""}${rows.length}` : undefined;
  return { kind: "read", text: shown, ...(part === undefined ? {} : { part }) };
}
