import type { Usage } from "../events/events.ts";

/** With every count, be it 0. */
export type SummedUsage = Required<Omit<Usage, "estimated">> & Pick<Usage, "estimated">;

/** What calls took together. `priced` is false when the price of one is unknown: then `usage.usd` is only a lower bound. */
export interface Spent {
  readonly usage: SummedUsage;
  readonly priced: boolean;
}

export const NOTHING_SPENT: Spent = {
  usage: { inputTokens: 0, outputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, usd: 0, calls: 0 },
  priced: true,
};

export const spend = ({ usage: sum, priced }: Spent, one: Usage): Spent => ({
  usage: {
    inputTokens: sum.inputTokens + one.inputTokens,
    outputTokens: sum.outputTokens + one.outputTokens,
    cachedTokens: sum.cachedTokens + (one.cachedTokens ?? 0),
    cacheWriteTokens: sum.cacheWriteTokens + (one.cacheWriteTokens ?? 0),
    reasoningTokens: sum.reasoningTokens + (one.reasoningTokens ?? 0),
    usd: sum.usd + (one.usd ?? 0),
    calls: sum.calls + (one.calls ?? 1),
    ...(sum.estimated || one.estimated ? { estimated: true as const } : {}),
  },
  priced: priced && one.usd !== undefined,
});

/** Of the input, what the provider's cache already had; `undefined` when nothing was read. From 0 to 1. */
export const cachedShare = ({ inputTokens, cachedTokens = 0 }: Usage): number | undefined =>
  inputTokens > 0 ? Math.min(1, cachedTokens / inputTokens) : undefined;
