/** A table as a file: what spreadsheets and programs read. */

/** RFC 4180, UTF-8. What a spreadsheet would take for a formula is a text there. */
export function csvOf(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [titles, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

const FORMULA = /^[=+\-@\t\r]/;
const TO_QUOTE = /[",\r\n]/;

function field(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return TO_QUOTE.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
