import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figures } from "../../report/figures.ts";
import type { NextStep } from "./next-steps.ts";
import type { PlayedTogether, TogetherReport } from "./suite.ts";

/** How often each kind of thing happened, the most frequent kinds last. */
export function countedDeaths({ plays, befell }: Pick<TogetherReport, "plays" | "befell">): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const how of [...plays.flatMap(({ deaths }) => deaths), ...befell]) {
    const kind = kindOf(how);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return new Map([...counts].toSorted());
}

/** `killed at a step`, or as it was told. */
function kindOf(how: string): string {
  if (how.startsWith("{")) return `killed: ${stepIn(how)}`;
  return how.startsWith("frozen {") ? `frozen: ${stepIn(how.slice("frozen ".length))}` : how;
}

/** What did not happen of what a suite is there for; what takes a network or a disk of its own, only where there is one. */
export function leftOut(report: Pick<TogetherReport, "plays" | "befell" | "has">): readonly string[] {
  const counts = countedDeaths(report);
  const { apart, lossy, disk } = report.has;
  const wanted = [...ALWAYS, ...(apart ? ["partition"] : []), ...(lossy ? ["packets lost"] : []), ...(disk ? ["disk full"] : [])];
  return wanted.filter((kind) => tally(counts, kind) === 0);
}

const ALWAYS = [
  "killed: ",
  "killed at random",
  "frozen: ",
  "frozen at random",
  "stopped",
  "connections cut",
  "tables kept",
  "server restarted",
];

const stepIn = (json: string): string => (JSON.parse(json) as { readonly what: string }).what;

export const tally = (counts: ReadonlyMap<string, number>, begins: string): number =>
  [...counts].reduce((sum, [kind, count]) => (kind.startsWith(begins) ? sum + count : sum), 0);

/** With what it takes to have it again. */
export const toldViolations = ({ plays, handovers }: TogetherReport): readonly object[] =>
  [...handovers, ...plays].flatMap(({ violations, log, processes, points, troubles, deaths }: PlayedTogether) =>
    violations.map((violation) => ({ violation, processes, points, troubles, deaths, log: log.slice(-LINES_TOLD_MAX) })),
  );

const LINES_TOLD_MAX = 40;

export const figuresOf = (suite: string, { plays, handovers, befell, checked }: TogetherReport, startedAtMs: number): Figures => ({
  suite,
  tried: [...handovers, ...plays].reduce((sum, { deaths }) => sum + deaths.length, befell.length),
  checked,
  violations: [...handovers, ...plays].reduce((sum, { violations }) => sum + violations.length, 0),
  seconds: (performance.now() - startedAtMs) / 1_000,
});

/** How soon somebody else took the next step in a thread, of all in which it could be seen; in real ms, the longest last. */
export const stepsAfter = (report: Pick<TogetherReport, "handovers">, after: NextStep["after"]): readonly number[] =>
  report.handovers
    .flatMap(({ nextSteps }) => nextSteps.flatMap((one) => (one.after === after ? [one.ms] : [])))
    .toSorted((one, other) => one - other);

/** Where it is written to, for whoever looks into a violation. */
export function keptEvidence(evidence: readonly string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), "parley-evidence-")), "evidence");
  writeFileSync(path, evidence.join("\n"));
  return path;
}
