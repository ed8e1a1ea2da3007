import type { Interval } from "../statistics/resampling.ts";
import { comparedBy, differencesOf, sharesOf } from "./pairs.ts";
import type { Report } from "./report.ts";

/** A team against itself as it was in an earlier evaluation, on the cases that both had. */
export interface Change {
  readonly team: string;
  readonly cases: number;
  /** Now less then. */
  readonly difference: Interval;
  readonly p: number;
  /** The whole interval is below 0. */
  readonly isWorse: boolean;
}

/** Of each team that is in both. */
export function changesSince(before: Pick<Report, "results">, now: Pick<Report, "results" | "evaluation">): readonly Change[] {
  const asked = new Map(before.results.map((result) => [result.case, result.asked]));
  // A case that asks something else by now is another one, whatever it is called: without an id of its own it is called by its place.
  const same = now.results.filter((result) => (asked.get(result.case) ?? result.asked) === (result.asked ?? asked.get(result.case)));
  return now.evaluation.teams.flatMap((team) => {
    const shares = [same, before.results].map((results) => sharesOf(results.filter((result) => result.team === team)));
    const differences = differencesOf(shares[0] ?? new Map(), shares[1] ?? new Map());
    if (differences.length === 0) return [];
    const compared = comparedBy(differences, now.evaluation.seed);
    return [{ team, cases: differences.length, ...compared, isWorse: compared.difference.high < 0 }];
  });
}
