import type { Sample } from "./draw.ts";
import { weighted, wilson } from "./interval.ts";
import { scoreOf, type Counts } from "./score.ts";

interface Stamp {
  readonly folder: string;
  /** The commit that was tried. */
  readonly version: string;
  readonly date: string;
}

export interface Row extends Stamp, Counts {}

export interface SampleRow extends Stamp, Counts {
  /** How many mutants the folder has, of which `mutants` were drawn. */
  readonly size: number;
  readonly sample: Sample;
}

const WHOLE = ["Folder", "Mutants", "Killed", "Timed out", "Survived", "No test", "Equivalent", "Score", "Version", "Date"];
const SAMPLED = [
  "Sampled folder",
  "Mutants",
  "Drawn",
  "Killed",
  "Timed out",
  "Survived",
  "No test",
  "Score",
  "95 % interval",
  "Seed",
  "Version",
  "Date",
];
const SUM = "**together**";

/** The page with this row instead of the one that its folder had, and the sum of all rows below them. */
export function withRow(page: string, { folder, version, date, ...counts }: Row): string {
  const { mutants, killed, timedOut, survived, notCovered, equivalent } = counts;
  const numbers = [mutants, killed, timedOut, survived, notCovered, equivalent].map(String);
  return withCells(page, WHOLE, [`\`${folder}\``, ...numbers, percent(scoreOf(counts)), version, date], sumOf);
}

/** As withRow, of the table of samples. Its sum is weighted by the folders' sizes. */
export function withSampleRow(page: string, { folder, version, date, size, sample, ...counts }: SampleRow): string {
  const { mutants, killed, timedOut, survived, notCovered } = counts;
  const numbers = [size, mutants, killed, timedOut, survived, notCovered].map(String);
  const score = mutants === 0 ? "" : percent(scoreOf(counts));
  const row = [`\`${folder}\``, ...numbers, score, intervalOf(scoreOf(counts) / 100, mutants), String(sample.seed), version, date];
  return withCells(page, SAMPLED, row, weightedSumOf);
}

function withCells(
  page: string,
  columns: readonly string[],
  row: readonly string[],
  sum: (rows: readonly (readonly string[])[]) => readonly string[],
) {
  const lines = page.split("\n");
  const from = lines.findIndex((line) => line.startsWith(`| ${columns[0]} `));
  if (from < 0) throw new Error(`docs/mutants.md has no table that begins with ${columns[0]}.`);
  const to = lines.findIndex((line, index) => index > from && !line.startsWith("|"));
  const end = to < 0 ? lines.length : to;
  const others = lines
    .slice(from + 2, end)
    .map(cellsOf)
    .filter(([folder]) => folder !== row[0] && folder !== SUM);
  const rows = [...others, row].toSorted(([one = ""], [other = ""]) => one.localeCompare(other));
  const table = [columns, columns.map((_, index) => (index === 0 ? "---" : "--:")), ...rows, sum(rows)];
  return [...lines.slice(0, from), ...table.map((cells) => `| ${cells.join(" | ")} |`), ...lines.slice(end)].join("\n");
}

const cellsOf = (line: string): readonly string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

function sumOf(rows: readonly (readonly string[])[]): readonly string[] {
  const numbers = sums(rows, [1, 2, 3, 4, 5, 6]);
  const [mutants = 0, killed = 0, timedOut = 0] = numbers;
  return [SUM, ...numbers.map(String), percent(scoreOf({ mutants, killed, timedOut })), "", ""];
}

function weightedSumOf(rows: readonly (readonly string[])[]): readonly string[] {
  const numbers = sums(rows, [1, 2, 3, 4, 5, 6]);
  const strata = rows.map(([, size, drawn, killed, timedOut]) => ({
    size: Number(size),
    drawn: Number(drawn),
    noticed: Number(killed) + Number(timedOut),
  }));
  const { share, effective } = weighted(strata);
  return [SUM, ...numbers.map(String), effective === 0 ? "" : percent(share * 100), intervalOf(share, effective), "", "", ""];
}

const sums = (rows: readonly (readonly string[])[], columns: readonly number[]): readonly number[] =>
  columns.map((column) => rows.reduce((total, cells) => total + Number(cells[column]), 0));

function intervalOf(share: number, drawn: number): string {
  if (drawn === 0) return "";
  const { from, to } = wilson(share, drawn);
  return `${(from * 100).toFixed(1)}–${percent(to * 100)}`;
}

const percent = (score: number): string => `${score.toFixed(1)} %`;
