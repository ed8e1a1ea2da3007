import type { Usage } from "../engine/events/events.ts";
import type { CallTerms, Model } from "../engine/model.ts";

/** US dollars a million tokens. */
export interface Rates {
  readonly inputPerMTokUsd: number;
  readonly outputPerMTokUsd: number;
  /** Input read from the provider's cache; as other input when absent. */
  readonly cachedPerMTokUsd?: number | undefined;
  /** Input written to the provider's cache; as other input when absent. */
  readonly cacheWritePerMTokUsd?: number | undefined;
}

export interface Price extends Rates {
  /** A call with more input than `inputTokensAbove` costs this instead, all of it. */
  readonly long?: (Rates & { readonly inputTokensAbove: number }) | undefined;
}

const TOKENS_PER_MTOK = 1_000_000;

/** The same usage of one call with its cost in `usd`. */
export function priced(usage: Usage, price: Price): Usage {
  const rates = ratesFor(price, usage.inputTokens);
  const cached = Math.min(usage.cachedTokens ?? 0, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached);
  const inputUsd =
    (usage.inputTokens - cached - written) * rates.inputPerMTokUsd +
    cached * (rates.cachedPerMTokUsd ?? rates.inputPerMTokUsd) +
    written * (rates.cacheWritePerMTokUsd ?? rates.inputPerMTokUsd);
  return { ...usage, usd: (inputUsd + usage.outputTokens * rates.outputPerMTokUsd) / TOKENS_PER_MTOK };
}

/** What a call may cost that reads and writes no more than this: nothing is in the cache, and all of it is written there. */
export function usdMax(
  price: Price,
  { inputTokens, outputTokens }: { readonly inputTokens: number; readonly outputTokens: number },
): number {
  const { inputPerMTokUsd, cacheWritePerMTokUsd = 0, outputPerMTokUsd } = ratesFor(price, inputTokens);
  return (inputTokens * Math.max(inputPerMTokUsd, cacheWritePerMTokUsd) + outputTokens * outputPerMTokUsd) / TOKENS_PER_MTOK;
}

export const termsOf = (outputTokensMax: number, price: Price | undefined): CallTerms => ({
  outputTokensMax,
  usdMax: (tokens) => (price ? usdMax(price, tokens) : undefined),
});

const ratesFor = (price: Price, inputTokens: number): Rates =>
  price.long && inputTokens > price.long.inputTokensAbove ? price.long : price;

/** A model whose usage says what it cost, failed calls included. */
export function withPrice(model: Model, price: Price): Model {
  return {
    name: model.name,
    async *call(request, turn) {
      const reply = yield* model.call(request, turn);
      return reply.usage ? { ...reply, usage: priced(reply.usage, price) } : reply;
    },
  };
}
