/**
 * How likely one of `k` runs of a case solves it, where `solved` of `runs` did: the estimator without bias of the HumanEval paper (Chen et al. 2021),
 * 1 - C(runs - solved, k) / C(runs, k). `NaN` where there are fewer than `k` runs.
 */
export function passAtK({ runs, solved }: { readonly runs: number; readonly solved: number }, k: number): number {
  if (runs < k) return Number.NaN;
  if (runs - solved < k) return 1;
  let noneSolves = 1;
  for (let at = runs - solved + 1; at <= runs; at++) noneSolves *= 1 - k / at;
  return 1 - noneSolves;
}

/** A yes or no of two who judged the same thing. */
export type Judgement = readonly [one: boolean, other: boolean];

/** Cohen's κ (1960): agreement beyond what chance gives; 1 is whole, 0 that of chance. `NaN` where both always said the same, or nobody judged. */
export function cohensKappa(judgements: readonly Judgement[]): number {
  const count = judgements.length;
  const share = (fits: (judgement: Judgement) => boolean): number => judgements.filter(fits).length / count;
  const agreed = share(([one, other]) => one === other);
  const [yesOfOne, yesOfOther] = [share(([one]) => one), share(([, other]) => other)];
  const byChance = yesOfOne * yesOfOther + (1 - yesOfOne) * (1 - yesOfOther);
  return byChance === 1 ? Number.NaN : (agreed - byChance) / (1 - byChance);
}
