import readSheets from "read-excel-file/node";
import { type Budget, type DocumentText, cut } from "./document.ts";
import { parsing } from "./failures.ts";
import { markdownTable } from "./tables.ts";
import { withinBounds } from "./unzip.ts";

/** Sheet by sheet as tables, with what formulas last came to. */
export async function readWorkbook(content: Uint8Array, { charsMax }: Budget): Promise<DocumentText> {
  const book = await parsing(() => {
    const bounded = withinBounds(content, (name) => !/^xl\/(media|drawings|embeddings)\//.test(name));
    return readSheets(Buffer.from(bounded));
  });
  const sheets = book.map(({ sheet, data }) => ({ name: sheet, table: markdownTable(data) }));
  const filled = sheets.filter(({ table }) => table !== "");
  if (filled.length === 0) return { kind: "unread", why: "its sheets are empty" };
  const shown: string[] = [];
  const parts: string[] = [];
  let left = charsMax;
  for (const { name, table } of filled) {
    const title = filled.length > 1 ? `## ${name.slice(0, 100)}\n\n` : "";
    const text = left > title.length + ROW_CHARS_MIN ? cut(table, left - title.length) : "";
    if (text === "") break;
    shown.push(`${title}${text}`);
    left -= title.length + text.length + 2;
    const [rows, all] = [text, table].map((one) => one.split("\n").length - 1);
    if (rows !== undefined && all !== undefined && rows < all) parts.push(`of "${name.slice(0, 100)}" rows 1–${rows} of ${all}`);
  }
  if (shown.length < filled.length) parts.push(`sheets 1–${shown.length} of ${filled.length}`);
  return { kind: "read", text: shown.join("\n\n"), ...(parts.length === 0 ? {} : { part: parts.join("; ") }) };
}

/** A table of less says nothing. */
const ROW_CHARS_MIN = 40;
