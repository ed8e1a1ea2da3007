/** Rows as a table of Markdown, the first one its head; what would end a cell is escaped. Empty rows and columns at the end are left out. */
export function markdownTable(rows: readonly (readonly unknown[])[]): string {
  const width = Math.min(
    COLUMNS_MAX,
    rows.reduce((widest, row) => Math.max(widest, row.findLastIndex((cell) => cellText(cell) !== "") + 1), 0),
  );
  const last = rows.findLastIndex((row) => row.some((cell) => cellText(cell) !== ""));
  if (width === 0 || last < 0) return "";
  const line = (row: readonly unknown[]) => `| ${Array.from({ length: width }, (_, at) => cellText(row[at])).join(" | ")} |`;
  const [head = [], ...body] = rows.slice(0, last + 1);
  return [line(head), `|${" --- |".repeat(width)}`, ...body.map(line)].join("\n");
}

/** Whoever has more has a table that nobody reads. */
const COLUMNS_MAX = 200;

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? "" : cell.toISOString().replace(/T00:00:00\.000Z$/, "").replace("T", " ").replace(/\.000Z$/, ""); // prettier-ignore
  const text = typeof cell === "string" ? cell : typeof cell === "number" || typeof cell === "boolean" ? String(cell) : "";
  return text
    .replaceAll(/\s+/g, (blanks) => (/[\r\n]/.test(blanks) ? " " : blanks))
    .replaceAll("|", "\\|")
    .trim();
}
