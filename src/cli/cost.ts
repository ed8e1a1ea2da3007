import { NOTHING_SPENT, spend, type Spent } from "../engine/limits/usage.ts";
import type { RunEvent } from "../parley.ts";

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
