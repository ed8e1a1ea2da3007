import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Door } from "./doors.ts";
import { run } from "./processes.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SUITE_SECONDS_MAX = 1_500;

/** The variable in which the suite is told its doors, as JSON. */
export const DOORS_ENV = "PARLEY_REAL_DOORS";

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly title: string; readonly status: string }[];
  }[];
}

/** Puts the suite that every model passes to each door; a table in Markdown of what passed. */
export async function suiteTable(doors: readonly Door[], env: NodeJS.ProcessEnv): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "parley-real-"));
  const report = join(folder, "report.json");
  const args = [join(import.meta.dirname, "run-suite.ts"), report];
  const { err } = await run(process.execPath, args, {
    cwd: ROOT,
    env: { ...env, [DOORS_ENV]: JSON.stringify(doors) },
    secondsMax: SUITE_SECONDS_MAX,
  });
  try {
    return tableOf(JSON.parse(readFileSync(report, "utf8")) as Report, doors);
  } catch {
    writeFileSync(join(folder, "suite.err"), err);
    return `The suite gave no report; what it said is in ${folder}.`;
  }
}

export function tableOf({ testResults }: Report, doors: readonly Door[]): string {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const titles = [...new Set(results.map(({ title }) => title))];
  const cell = (title: string, { name }: Door): string => {
    const status = results.find((one) => one.title === title && one.ancestorTitles.join(" ").startsWith(`${name}, as a model`))?.status;
    return status === "passed" ? "yes" : status === undefined ? "not asked" : "no";
  };
  const rows = titles.map((title) => [title, ...doors.map((door) => cell(title, door))]);
  const head = ["the suite", ...doors.map(({ name }) => name.replace(", ", " "))];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
