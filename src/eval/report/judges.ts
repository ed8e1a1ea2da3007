import type { Preferred, Result } from "../result.ts";
import { cohensKappa } from "../statistics/measures.ts";
import { saidBy, type PersonJudgement } from "./people.ts";
import { sumOf } from "./tally.ts";

/** How far a judge can be believed. */
export interface JudgeReport {
  readonly scorer: string;
  /** With how people judged the same answers: how many, the share on which both agree, and Cohen's κ (`null` where both always say the same). */
  readonly people?: { readonly answers: number; readonly agreed: number; readonly kappa: number | null };
  /** Of a judge of pairs: how often it liked what stood first, what stood second, and the same answer in both orders. */
  readonly position?: {
    readonly asked: number;
    readonly first: number;
    readonly second: number;
    readonly consistent: number;
    /** What all of it cost; where not `priced`, the least that it was. */
    readonly usd: number;
    readonly priced: boolean;
  };
}

/** `named`: what the evaluation calls its judges of single answers; people's judgements are held against those. */
export function judgesOf(
  { results, preferred }: { readonly results: readonly Result[]; readonly preferred: readonly Preferred[] },
  { named, people }: { readonly named: readonly string[]; readonly people: readonly PersonJudgement[] },
): readonly JudgeReport[] {
  const said = saidBy(people);
  const judged = results.flatMap((result) =>
    result.verdicts.flatMap(({ scorer, passed, unscored, human }) => {
      const good = (named.includes(scorer) ? said(result) : undefined) ?? human;
      return unscored || good === undefined ? [] : [{ scorer, judgement: [passed, good] as const }];
    }),
  );
  const single = [...Map.groupBy(judged, ({ scorer }) => scorer)].map(([scorer, all]): JudgeReport => {
    const kappa = cohensKappa(all.map(({ judgement }) => judgement));
    const agreed = all.filter(({ judgement: [one, other] }) => one === other).length / all.length;
    return { scorer, people: { answers: all.length, agreed, kappa: Number.isNaN(kappa) ? null : kappa } };
  });
  return [...single, ...[...Map.groupBy(preferred, ({ judge }) => judge)].map(([judge, pairs]) => ofPairs(judge, pairs))];
}

function ofPairs(judge: string, all: readonly Preferred[]): JudgeReport {
  const cost = { usd: sumOf(all, ({ usd }) => usd), priced: all.every(({ priced }) => priced) };
  const pairs = all.filter(({ failed }) => failed === undefined);
  const asked = pairs.length * 2;
  if (asked === 0) return { scorer: judge, position: { asked, first: 0, second: 0, consistent: 0, ...cost } };
  // `one` stands first in the one question, and second in the other.
  const first =
    pairs.filter(({ whenFirst }) => whenFirst === "one").length + pairs.filter(({ whenSecond }) => whenSecond === "other").length;
  const second =
    pairs.filter(({ whenFirst }) => whenFirst === "other").length + pairs.filter(({ whenSecond }) => whenSecond === "one").length;
  const consistent = pairs.filter(({ whenFirst, whenSecond }) => whenFirst === whenSecond).length / pairs.length;
  return { scorer: judge, position: { asked, first: first / asked, second: second / asked, consistent, ...cost } };
}
