import type { Result } from "../result.ts";
import { sample } from "../statistics/resampling.ts";
import type { Report } from "./report.ts";
import { isHad } from "./tally.ts";

/**
 * Answers for people to judge, drawn by the seed, as CSV: what they say goes under `good`, and `readPeople` reads it. What scorers said is not in it, so that
 * nobody is led. `taskOf`: what a run was asked.
 */
export async function sheetOf(
  { results, evaluation }: Pick<Report, "results" | "evaluation">,
  {
    count,
    seed = evaluation.seed,
    taskOf,
  }: { readonly count: number; readonly seed?: number | undefined; readonly taskOf: (thread: string) => Promise<string> },
): Promise<string> {
  const drawn = sample(results.filter(isHad), count, seed);
  const rows: string[] = ["case,team,run,task,answer,good"];
  for (const result of drawn) rows.push(rowOf(result, await taskOf(result.thread)));
  return rows.join("\n");
}

const rowOf = ({ case: name, team, repeat, answer }: Result, task: string): string =>
  [quoted(name), quoted(team), repeat, quoted(harmless(task)), quoted(harmless(answer)), ""].join(",");

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** What a spreadsheet would take for a formula is text. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
