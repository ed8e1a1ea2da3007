import type { Usage } from "../engine/events.ts";
import type { Model } from "../engine/model.ts";

/** US dollars a million tokens. */
export interface Price {
  readonly inputPerMTokUsd: number;
  readonly outputPerMTokUsd: number;
  /** Input read from the provider's cache; as other input when absent. */
  readonly cachedPerMTokUsd?: number | undefined;
}

const TOKENS_PER_MTOK = 1_000_000;

/** The same usage with its cost in `usd`; what writing to a provider's cache costs on top is not in it. */
export function priced(usage: Usage, price: Price): Usage {
  const cached = Math.min(usage.cachedTokens ?? 0, usage.inputTokens);
  const inputUsd = (usage.inputTokens - cached) * price.inputPerMTokUsd + cached * (price.cachedPerMTokUsd ?? price.inputPerMTokUsd);
  return { ...usage, usd: (inputUsd + usage.outputTokens * price.outputPerMTokUsd) / TOKENS_PER_MTOK };
}

/** A model whose usage says what it cost, failed calls included. */
export function withPrice(model: Model, price: Price): Model {
  return {
    name: model.name,
    async *call(request, signal) {
      const reply = yield* model.call(request, signal);
      return reply.usage ? { ...reply, usage: priced(reply.usage, price) } : reply;
    },
  };
}
