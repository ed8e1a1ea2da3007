import type { Preferred, Result } from "../result.ts";
import { meanOf, signFlipTest, type Interval } from "../statistics/resampling.ts";
import { groupedByCase, isSolved } from "./tally.ts";

/** Two teams on the cases that both had. */
export interface Pair {
  readonly one: string;
  readonly other: string;
  readonly cases: number;
  /** The share that `one` solved less the share that `other` did, case by case. */
  readonly difference: Interval;
  /** How likely a difference as large as this is by chance, from a paired randomisation test. */
  readonly p: number;
  /** Whose answers each judge of pairs liked better, where there is one. */
  readonly preferred?: readonly PreferenceShares[];
}

export interface PreferenceShares {
  readonly judge: string;
  /** Of all pairs: liked better in both orders. */
  readonly one: number;
  readonly other: number;
  /** Neither, or each where it stood in the same place. */
  readonly undecided: number;
  readonly pairs: number;
}

export function pairsOf(
  teams: readonly string[],
  { results, preferred, seed }: { readonly results: readonly Result[]; readonly preferred: readonly Preferred[]; readonly seed: number },
): readonly Pair[] {
  const shares = new Map(teams.map((team) => [team, sharesOf(results.filter((result) => result.team === team))]));
  return teams.flatMap((one, index) =>
    teams.slice(index + 1).flatMap((other) => {
      const differences = differencesOf(shares.get(one) ?? new Map(), shares.get(other) ?? new Map());
      if (differences.length === 0) return [];
      const asked = preferred.filter((pair) => pair.one === one && pair.other === other && pair.failed === undefined);
      return [
        {
          one,
          other,
          cases: differences.length,
          ...comparedBy(differences, seed),
          ...(asked.length > 0
            ? { preferred: [...Map.groupBy(asked, ({ judge }) => judge)].map(([judge, some]) => likedOf(judge, some)) }
            : {}),
        },
      ];
    }),
  );
}

/** By case: the share of its runs that solved it, of those that were had and scored. */
export const sharesOf = (results: readonly Result[]): ReadonlyMap<string, number> =>
  new Map(
    groupedByCase(results.filter(({ unfinished }) => unfinished === undefined)).map((runs) => [
      runs[0]?.case ?? "",
      runs.filter(isSolved).length / runs.length,
    ]),
  );

/** Of the cases that both have. */
export const differencesOf = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): readonly number[] =>
  [...one].flatMap(([name, share]) => {
    const against = other.get(name);
    return against === undefined ? [] : [share - against];
  });

/** Above it a difference may as well be chance. */
export const CHANCE_MAX = 0.05;

export const comparedBy = (differences: readonly number[], seed: number): Pick<Pair, "difference" | "p"> => ({
  difference: meanOf(differences, seed, "difference"),
  p: signFlipTest(differences, seed),
});

function likedOf(judge: string, pairs: readonly Preferred[]): PreferenceShares {
  const share = (side: "one" | "other") =>
    pairs.filter(({ whenFirst, whenSecond }) => whenFirst === side && whenSecond === side).length / pairs.length;
  const [one, other] = [share("one"), share("other")];
  return { judge, one, other, undecided: 1 - one - other, pairs: pairs.length };
}
