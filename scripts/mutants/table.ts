import { scoreOf, type Counts } from "./score.ts";

export interface Row extends Counts {
  readonly folder: string;
  /** The commit that was tried. */
  readonly version: string;
  readonly date: string;
}

const COLUMNS = ["Folder", "Mutants", "Killed", "Timed out", "Survived", "No test", "Equivalent", "Score", "Version", "Date"];
const SUM = "**together**";

/** The page with this row instead of the one that its folder had, and the sum of all rows below them. */
export function withRow(page: string, row: Row): string {
  const lines = page.split("\n");
  const from = lines.findIndex((line) => line.startsWith("| Folder"));
  if (from < 0) throw new Error("docs/mutants.md has no table that begins with Folder.");
  const to = lines.findIndex((line, index) => index > from && !line.startsWith("|"));
  const end = to < 0 ? lines.length : to;
  const others = lines
    .slice(from + 2, end)
    .map(cellsOf)
    .filter(([folder]) => folder !== `\`${row.folder}\`` && folder !== SUM);
  const rows = [...others, cellsOfRow(row)].toSorted(([one = ""], [other = ""]) => one.localeCompare(other));
  const table = [COLUMNS, COLUMNS.map((_, index) => (index === 0 ? "---" : "--:")), ...rows, sumOf(rows)];
  return [...lines.slice(0, from), ...table.map((cells) => `| ${cells.join(" | ")} |`), ...lines.slice(end)].join("\n");
}

const cellsOf = (line: string): readonly string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

function cellsOfRow({ folder, version, date, ...counts }: Row): readonly string[] {
  const { mutants, killed, timedOut, survived, notCovered, equivalent } = counts;
  const numbers = [mutants, killed, timedOut, survived, notCovered, equivalent].map(String);
  return [`\`${folder}\``, ...numbers, percent(counts), version, date];
}

function sumOf(rows: readonly (readonly string[])[]): readonly string[] {
  const sum = (column: number) => rows.reduce((total, cells) => total + Number(cells[column]), 0);
  const numbers = [1, 2, 3, 4, 5, 6].map(sum);
  const [mutants = 0, killed = 0, timedOut = 0] = numbers;
  return [SUM, ...numbers.map(String), percent({ mutants, killed, timedOut }), "", ""];
}

const percent = (counts: Pick<Counts, "mutants" | "killed" | "timedOut">): string => `${scoreOf(counts).toFixed(1)} %`;
