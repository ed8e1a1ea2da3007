import type { RunEvent, Usage } from "../parley.ts";

/** Tokens and US dollars of some calls; `priced` is false when the price of one is unknown. */
export interface Spent {
  readonly usage: Required<Omit<Usage, "estimated">> & Pick<Usage, "estimated">;
  readonly priced: boolean;
}

export const NOTHING_SPENT: Spent = {
  usage: { inputTokens: 0, outputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, usd: 0, calls: 0 },
  priced: true,
};

/** As the engine adds it up, which is not loaded to show a line. */
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

export const spentIn = (events: readonly RunEvent[]): Spent =>
  events.reduce((sum, event) => ("usage" in event && event.usage ? spend(sum, event.usage) : sum), NOTHING_SPENT);

/** `1234 tokens (81% cached), $0.0120`. */
export function costOf({ usage, priced }: Spent): string {
  const tokens = usage.inputTokens + usage.outputTokens;
  const cached = usage.cachedTokens ? ` (${percent(usage)} cached)` : "";
  return `${usage.estimated ? "about " : ""}${tokens} ${tokens === 1 ? "token" : "tokens"}${cached}, ${moneyOf({ usage, priced })}`;
}

/** An unknown price is no price of 0. */
export function moneyOf({ usage: { usd }, priced }: Spent): string {
  if (priced) return `$${usd.toFixed(4)}`;
  return usd > 0 ? `$${usd.toFixed(4)} or more` : "cost unknown";
}

/** Of the input, what the provider's cache had. */
export const percent = ({ inputTokens, cachedTokens }: Spent["usage"]): string =>
  inputTokens > 0 ? `${Math.round((Math.min(cachedTokens, inputTokens) / inputTokens) * 100)}%` : "–";
