/** Hands it to whoever looks, to be kept. */
export function saveCsv(name: string, text: string): void {
  // Spreadsheets take a file for one of an older encoding without the mark.
  const url = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), SAVED_MS);
}

/** A browser has begun to save it by then. */
const SAVED_MS = 10_000;
