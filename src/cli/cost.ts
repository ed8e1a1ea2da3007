import { cachedShare, tokensOf, type Spent } from "../engine/limits/usage.ts";

/** `1234 tokens (81% cached), $0.0120`. */
export function costOf({ usage, priced }: Spent): string {
  const tokens = tokensOf(usage);
  const cached = usage.cachedTokens ? ` (${percent(usage)} cached)` : "";
  return `${usage.estimated ? "about " : ""}${tokens} ${tokens === 1 ? "token" : "tokens"}${cached}, ${moneyOf({ usage, priced })}`;
}

/** An unknown price is no price of 0. */
export function moneyOf({ usage: { usd, estimated }, priced }: Spent): string {
  if (priced) return `${estimated ? "about " : ""}$${usd.toFixed(4)}`;
  return usd > 0 ? `$${usd.toFixed(4)} or more` : "cost unknown";
}

/** Of the input, what the provider's cache had. */
export function percent(usage: Spent["usage"]): string {
  const share = cachedShare(usage);
  return share === undefined ? "–" : `${Math.round(share * 100)}%`;
}
