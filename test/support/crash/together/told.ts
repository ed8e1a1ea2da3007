import type { Figures } from "../../report/figures.ts";
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

const stepIn = (json: string): string => (JSON.parse(json) as { readonly what: string }).what;

export const tally = (counts: ReadonlyMap<string, number>, begins: string): number =>
  [...counts].reduce((sum, [kind, count]) => (kind.startsWith(begins) ? sum + count : sum), 0);

/** With what it takes to have it again. */
export const toldViolations = ({ plays }: TogetherReport): readonly object[] =>
  plays.flatMap(({ violations, log, processes, points, troubles, deaths }: PlayedTogether) =>
    violations.map((violation) => ({ violation, processes, points, troubles, deaths, log: log.slice(-LINES_TOLD_MAX) })),
  );

const LINES_TOLD_MAX = 40;

export const figuresOf = (suite: string, { plays, befell, checked }: TogetherReport, startedAtMs: number): Figures => ({
  suite,
  tried: plays.reduce((sum, { deaths }) => sum + deaths.length, befell.length),
  checked,
  violations: plays.reduce((sum, { violations }) => sum + violations.length, 0),
  seconds: (performance.now() - startedAtMs) / 1_000,
});
