import { z } from "zod";
import { isHad, tallyOf, type Tally } from "./tally.ts";
import { CHANCE_MAX, pairsOf, type Pair } from "./pairs.ts";
import { forecastsOf, type ForecastReport } from "./forecasts.ts";
import { judgesOf, type JudgeReport } from "./judges.ts";
import type { PersonJudgement } from "./people.ts";
import type { Kept } from "../kept-evaluations.ts";
import { Result, type Preferred } from "../result.ts";

/** All that an evaluation came to, as `--json` writes it; every other form is made of it. `version` changes when a key goes or means something else. */
export interface Report {
  readonly version: 1;
  readonly evaluation: Kept;
  /** `budget`, `interrupted`: some runs are missing. `unscored`: of some the scorers could say nothing; the same command has them scored again. */
  readonly state: "ended" | "budget" | "interrupted" | "unscored";
  readonly teams: readonly Tally[];
  /** Every two teams, the first as the file has them against those after it. */
  readonly pairs: readonly Pair[];
  readonly judges: readonly JudgeReport[];
  /** How often the forecasts of runs held. */
  readonly forecasts: readonly ForecastReport[];
  /** What may not be concluded from it, in sentences. */
  readonly cautions: readonly string[];
  readonly results: readonly Result[];
}

export function reportOf(
  evaluation: Kept,
  {
    results,
    preferred,
    state,
  }: { readonly results: readonly Result[]; readonly preferred: readonly Preferred[]; readonly state: Report["state"] },
  people: readonly PersonJudgement[] = [],
): Report {
  const { seed } = evaluation;
  const teams = evaluation.teams.map((team) => tallyOf(team, results, seed)).filter(({ runs }) => runs > 0);
  const pairs = pairsOf(evaluation.teams, { results, preferred, seed });
  return {
    version: 1,
    evaluation,
    state,
    teams,
    pairs,
    judges: judgesOf({ results, preferred }, { named: evaluation.judges, people }),
    forecasts: forecastsOf(evaluation.teams, results.filter(isHad)),
    cautions: [...unfinishedOf(results, preferred), ...missingOf(evaluation, state), ...cautionsOf(teams, pairs)],
    results: results.filter(isHad),
  };
}

/** What is not counted as it looks, and why. */
function unfinishedOf(results: readonly Result[], preferred: readonly Preferred[]): readonly string[] {
  const cut = results.filter((result) => !isHad(result)).length;
  const unscored = results.filter(({ unfinished }) => unfinished === "unscored");
  const failed = preferred.filter((pair) => pair.failed !== undefined);
  return [
    ...(cut > 0 ? [`${runs(cut)} ended by the evaluation's own budget: only the cost counts. With more money the same command has ${cut === 1 ? "it" : "them"} again.`] : []), // prettier-ignore
    ...(unscored[0] ? [`${runs(unscored.length)} not scored, and ${unscored.length === 1 ? "counts" : "count"} as failed: ${unscored[0].reason}. The same command scores again.`] : []), // prettier-ignore
    ...(failed[0] ? [`${failed.length === 1 ? "A pair of answers was" : `${failed.length} pairs of answers were`} not compared: ${failed[0].judge}: ${failed[0].failed}. The same command asks again.`] : []), // prettier-ignore
  ];
}

const runs = (count: number): string => (count === 1 ? "A run was" : `${count} runs were`);

const CASES_FEW = 30;
/** As somebody has written it, but for the last digits of a sum. */
const BUDGET_DIGITS = 4;

/** Why some runs are missing. */
function missingOf({ stoppedAtUsd }: Kept, state: Report["state"]): readonly string[] {
  if (state === "ended" || state === "unscored") return [];
  const budget = stoppedAtUsd === undefined ? "" : `It stopped at its budget of $${Number(stoppedAtUsd.toFixed(BUDGET_DIGITS))}. `;
  return [`${budget}Not every run was had: the numbers are of those that were.`];
}

function cautionsOf(teams: readonly Tally[], pairs: readonly Pair[]): readonly string[] {
  const fewest = Math.min(...teams.map(({ cases }) => cases));
  const points = (share: number) => Math.round(share * 100);
  return [
    ...(fewest < CASES_FEW
      ? [
          `${fewest} ${fewest === 1 ? "case is" : "cases are"} few: an interval of so few is rough, and another choice of cases would say something else.`,
        ]
      : []),
    ...teams
      .filter(({ priced }) => !priced)
      .map(({ team }) => `The price of a model of ${team} is not known: its cost is the least that it was.`),
    ...pairs
      .filter(({ difference: { low, high } }) => low <= 0 && high >= 0)
      .map(
        ({ one, other, difference: { low, high } }) =>
          `That ${one} or ${other} is better cannot be said from this: the difference may be anything from ${points(low)} to ${points(high)} points.`,
      ),
    // The percentiles of few cases are too near to each other.
    ...pairs
      .filter(({ difference: { low, high }, p }) => (low > 0 || high < 0) && p > CHANCE_MAX)
      .map(
        ({ one, other, cases, p }) =>
          `That ${one} or ${other} is better is not sure: the interval says so, but on ${cases} cases a difference as large comes by chance in ${points(p)} of 100 evaluations.`,
      ),
  ];
}

/** The runs of a report that `--json` wrote; `undefined` for any other text. */
export function readReport(text: string): Pick<Report, "results"> | undefined {
  try {
    return z.object({ version: z.literal(1), results: z.array(Result) }).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
