export type Purse = ReturnType<typeof createPurse>;

const ROUNDING_USD = 1e-9;

/** What may still be spent, in US dollars: no run begins that could go over it, and what a run did not need is there for the next. */
export function createPurse(usdMax: number | undefined, spentUsd: number) {
  let [left, heldUsd] = [(usdMax ?? Number.POSITIVE_INFINITY) - spentUsd, 0];
  const waiting: (() => void)[] = [];
  return {
    /** What a run may cost, at most `wanted`; `undefined` when nothing is left. Waits while others hold what may be left. */
    async take(wanted: number): Promise<number | undefined> {
      while (left - heldUsd < Math.min(wanted, left) - ROUNDING_USD && heldUsd > 0)
        await new Promise<void>((resolve) => waiting.push(resolve));
      if (left <= 0) return undefined;
      const taken = Math.min(wanted, left - heldUsd);
      heldUsd += taken;
      return taken;
    },
    give(taken: number, spent: number): void {
      heldUsd -= taken;
      left -= spent;
      for (const wake of waiting.splice(0)) wake();
    },
  };
}
