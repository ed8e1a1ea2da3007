/** Rows under their titles, in columns of one width each; `right`: columns of numbers, which end under each other. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], right: (column: number) => boolean): string {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (right(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [titles, ...rows].map(line).join("\n");
}
