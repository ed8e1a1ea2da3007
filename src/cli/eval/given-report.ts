import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { evaluationRoom, type EvaluationReport } from "../../parley.ts";
import { print, UsageError, type Io } from "../command.ts";
import { table } from "../table.ts";
import { harmless } from "../terminal.ts";

/** Prints and writes the report as it was asked for. Resolves to the exit code. */
export async function give(
  report: EvaluationReport,
  values: { readonly json?: boolean | undefined; readonly html?: string | undefined; readonly junit?: string | undefined },
  baseline: Pick<EvaluationReport, "results"> | undefined,
  io: Io,
): Promise<number> {
  const { changesSince, gridsOf, junitOf, pageOf } = await evaluationRoom();
  const changes = baseline ? changesSince(baseline, report) : [];
  if (values.html !== undefined) await writeFile(resolve(io.cwd, values.html), await pageOf(report, changes));
  if (values.junit !== undefined) await writeFile(resolve(io.cwd, values.junit), junitOf(report));
  if (values.json === true) await print(io.stdout, JSON.stringify(changes.length > 0 ? { ...report, changes } : report));
  else {
    const grids = gridsOf(report, changes).map(({ title, titles, rows }) => `${title}\n${table(titles, rows, (column) => column > 0)}`);
    await print(
      io.stdout,
      harmless([...grids, ...report.cautions, `${report.evaluation.id}: parley eval show ${report.evaluation.id}`].join("\n\n")),
    );
  }
  if (baseline && changes.length === 0)
    throw new UsageError("The baseline has no case and team in common with this evaluation; there is nothing to compare.");
  return changes.some(({ isWorse }) => isWorse) ? 1 : 0;
}

/** An earlier evaluation of this database (`last`: the newest that has ended, `but` for one), or one that `--json` wrote. */
export async function baselineOf(
  wanted: string | undefined,
  store: { note(key: string): Promise<string | undefined> },
  io: Io,
  but?: string,
): Promise<Pick<EvaluationReport, "results"> | undefined> {
  if (wanted === undefined) return undefined;
  const { keptReport, readEvaluations, readReport } = await evaluationRoom();
  const kept = readEvaluations(store);
  const isBefore = ({ id, endedAt }: { readonly id: string; readonly endedAt?: string | undefined }) => endedAt !== undefined && id !== but;
  const evaluation = wanted === "last" ? (await kept.list()).find(isBefore) : await kept.find(wanted);
  if (evaluation) return keptReport(kept, evaluation);
  const text = await readFile(resolve(io.cwd, wanted), "utf8").catch(() => undefined);
  const report = text === undefined ? undefined : readReport(text);
  if (!report)
    throw new UsageError(
      `--baseline: there is no evaluation "${harmless(wanted)}" in this database, and no report in a file of that name.`,
    );
  return report;
}
