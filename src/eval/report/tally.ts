import { ENDS, type End, type Result } from "../result.ts";
import { bootstrap, meanOf, type Interval } from "../statistics/resampling.ts";
import { passAtK } from "../statistics/measures.ts";

/** What one team came to. Shares are of 1; the intervals are those of 95 %, over cases. */
export interface Tally {
  readonly team: string;
  readonly cases: number;
  readonly runs: number;
  /** The mean over cases of how many of their runs solved them. */
  readonly solved: Interval;
  /** By `k`, from 1 to the repeats: that one of so many runs solves a case. */
  readonly passAt: readonly Interval[];
  /** How the runs ended, as shares. */
  readonly ends: { readonly [end in End]: number };
  /** By scorer: which share of the runs it passed, of those of which it could say anything. */
  readonly scorers: { readonly [scorer: string]: number };
  /** Means of a run; `usd` without what judges cost. */
  readonly perRun: { readonly usd: number; readonly tokens: number; readonly seconds: number; readonly turns: number };
  /** Everything that was spent for each case that was solved; absent where none was. */
  readonly perSolved?: { readonly usd: Interval; readonly tokens: number; readonly seconds: number };
  readonly usd: number;
  readonly judgingUsd: number;
  readonly priced: boolean;
}

/** Of the results, those of this team. Of runs that the budget ended only the cost counts. */
export function tallyOf(team: string, all: readonly Result[], seed: number): Tally {
  const own = all.filter((result) => result.team === team);
  const results = own.filter(isHad);
  const byCase = groupedByCase(results);
  const sums = byCase.map((runs) => ({
    runs: runs.length,
    solved: runs.filter(isSolved).length,
    usd: sumOf(runs, ({ usd, earlier }) => usd + earlier.usd),
  }));
  const shares = sums.map(({ runs, solved }) => solved / runs);
  const repeats = Math.max(0, ...sums.map(({ runs }) => runs));
  const mean = (of: (result: Result) => number) => (results.length === 0 ? 0 : sumOf(results, of) / results.length);
  const solved = results.filter(isSolved).length;
  return {
    team,
    cases: byCase.length,
    runs: results.length,
    solved: meanOf(shares, seed),
    passAt: Array.from({ length: repeats }, (_, index) => {
      // A case with fewer runs, as where the money ran out, says nothing of so many.
      const known = sums.filter(({ runs }) => runs > index).map((one) => passAtK(one, index + 1));
      return meanOf(known, seed);
    }),
    ends: Object.fromEntries(ENDS.map((end) => [end, mean((one) => Number(one.end === end))])) as Tally["ends"],
    scorers: scorersOf(results),
    perRun: {
      usd: mean(({ usd }) => usd),
      tokens: mean(({ tokens }) => tokens),
      seconds: mean(({ ms }) => ms / 1_000),
      turns: mean(({ turns }) => turns),
    },
    ...(solved === 0
      ? {}
      : {
          perSolved: {
            usd: bootstrap(byCase.length, (places) => ratioAt(sums, places), seed),
            tokens: sumOf(results, ({ tokens, earlier }) => tokens + earlier.tokens) / solved,
            seconds: sumOf(results, ({ ms }) => ms / 1_000) / solved,
          },
        }),
    usd: sumOf(own, ({ usd, earlier }) => usd + earlier.usd),
    judgingUsd: sumOf(own, ({ judging }) => judging.usd),
    priced: own.every(({ priced, judging, earlier }) => priced && judging.priced && earlier.priced),
  };
}

/** Whether its run was had to its end: one that the budget ended says nothing of its team. */
export const isHad = ({ unfinished }: Pick<Result, "unfinished">): boolean => unfinished !== "budget";

export const isSolved = ({ end }: Pick<Result, "end">): boolean => end === "solved";

/** The runs of each case, cases in the order in which they come. */
export function groupedByCase(results: readonly Result[]): readonly (readonly Result[])[] {
  return [...Map.groupBy(results, (result) => result.case).values()];
}

export const sumOf = <Item>(items: readonly Item[], of: (item: Item) => number): number => items.reduce((sum, item) => sum + of(item), 0);

/** Money for each solved run of a draw; none where it has no solved one. */
function ratioAt(sums: readonly { readonly solved: number; readonly usd: number }[], places: Int32Array): number {
  let [usd, solved] = [0, 0];
  for (const place of places) {
    usd += sums[place]?.usd ?? 0;
    solved += sums[place]?.solved ?? 0;
  }
  return solved === 0 ? Number.NaN : usd / solved;
}

function scorersOf(results: readonly Result[]): Tally["scorers"] {
  const all = results.flatMap(({ verdicts }) => verdicts).filter(({ unscored }) => !unscored);
  const grouped = [...Map.groupBy(all, ({ scorer }) => scorer)];
  return Object.fromEntries(
    grouped.map(([scorer, verdicts]) => [scorer, verdicts.filter(({ passed }) => passed).length / verdicts.length]),
  );
}
