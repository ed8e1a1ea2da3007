import type { Preferred, Result } from "../result.ts";
import { cohensKappa } from "../statistics/measures.ts";
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

export function judgesOf(results: readonly Result[], preferred: readonly Preferred[]): readonly JudgeReport[] {
  const judged = results.flatMap(({ verdicts }) => verdicts.filter(({ human }) => human !== undefined));
  const single = [...Map.groupBy(judged, ({ scorer }) => scorer)].map(([scorer, verdicts]): JudgeReport => {
    const kappa = cohensKappa(verdicts.map(({ passed, human }) => [passed, human === true]));
    const agreed = verdicts.filter(({ passed, human }) => passed === human).length / verdicts.length;
    return { scorer, people: { answers: verdicts.length, agreed, kappa: Number.isNaN(kappa) ? null : kappa } };
  });
  if (preferred.length === 0) return single;
  const asked = preferred.length * 2;
  // `one` stands first in the one question, and second in the other.
  const first =
    preferred.filter(({ whenFirst }) => whenFirst === "one").length + preferred.filter(({ whenSecond }) => whenSecond === "other").length;
  const second =
    preferred.filter(({ whenFirst }) => whenFirst === "other").length + preferred.filter(({ whenSecond }) => whenSecond === "one").length;
  const consistent = preferred.filter(({ whenFirst, whenSecond }) => whenFirst === whenSecond).length / preferred.length;
  const cost = { usd: sumOf(preferred, ({ usd }) => usd), priced: preferred.every(({ priced }) => priced) };
  return [...single, { scorer: "pairwise", position: { asked, first: first / asked, second: second / asked, consistent, ...cost } }];
}
