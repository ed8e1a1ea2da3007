import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a suite that breaks things on purpose has done, for the table at the end of a run. */
export interface Figures {
  readonly suite: string;
  /** Such as kills, storms or inputs. */
  readonly tried: number;
  /** How many things were looked at afterwards. */
  readonly checked: number;
  readonly violations: number;
  readonly seconds: number;
}

export function tellFigures(figures: Figures): void {
  const path = pathOf(process.env.PARLEY_FIGURES);
  if (path) appendFileSync(path, `${JSON.stringify(figures)}\n`);
}

/** Of every suite that ran, those of one name summed up. */
export function toldFigures(): readonly Figures[] {
  const path = pathOf(process.env.PARLEY_FIGURES);
  if (!path || !existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Figures);
}

/** As a table for the end of a run; empty when nothing was told. */
export function figuresTable(all: readonly Figures[]): string {
  if (all.length === 0) return "";
  const rows = [
    ["", "tried", "checked", "violations", "seconds"],
    ...all.map(({ suite, tried, checked, violations, seconds }) => [
      suite,
      ...[tried, checked, violations, Math.round(seconds)].map(String),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  "))
    .join("\n");
}

const pathOf = (folder: string | undefined): string | undefined => (folder ? join(folder, "figures") : undefined);
