import type { Price } from "../models/prices.ts";
import type { Env } from "./env.ts";
import type { ProviderModel } from "./schema/models.ts";

/** A price, and who said so when. */
export interface KnownPrice {
  readonly price: Price;
  /** `2026-10-24`. */
  readonly asOf: string;
  /** Where it was read: an address, or `the team file`. */
  readonly source: string;
}

interface List {
  readonly asOf: string;
  readonly source: string;
  /** US dollars a million tokens: input, input from the cache, input written to the cache, output. */
  readonly models: { readonly [name: string]: readonly [input: number, cached: number, written: number, output: number, long?: Long] };
}

/** Above so many input tokens the whole call costs so much more. */
interface Long {
  readonly above: number;
  readonly inputTimes: number;
  readonly outputTimes: number;
}

const GPT_LONG: Long = { above: 272_000, inputTimes: 2, outputTimes: 1.5 };

/**
 * List prices of the providers' own addresses: standard tier, cache writes that last 5 minutes. Prices change: the date says how old these
 * are, and `price` in the team file goes before them. A model of which no dated price was found is left out: its cost is unknown.
 */
const SHIPPED: { readonly anthropic: readonly List[]; readonly openai: readonly List[] } = {
  anthropic: [
    {
      // Also https://platform.claude.com/docs/en/models/haiku-5-5/overview, which gives the cache reads of all four.
      asOf: "2026-10-24",
      source: "https://platform.claude.com/docs/en/about-claude/pricing",
      models: {
        "claude-fable-5-1": [10, 0.25, 12.5, 50],
        "claude-opus-5-5": [4, 0.2, 5, 20],
        "claude-sonnet-5-5": [2, 0.1, 2.5, 10],
        "claude-haiku-5-5": [0.1, 0.01, 0.125, 0.5, { above: 100_000, inputTimes: 5, outputTimes: 5 }],
        "claude-fable-5": [10, 1, 12.5, 50],
        "claude-opus-5": [5, 0.5, 6.25, 25],
        "claude-sonnet-5": [2, 0.2, 2.5, 10],
        "claude-opus-4-8": [5, 0.5, 6.25, 25],
        "claude-opus-4-7": [5, 0.5, 6.25, 25],
        "claude-opus-4-6": [5, 0.5, 6.25, 25],
        "claude-opus-4-5": [5, 0.5, 6.25, 25],
        "claude-sonnet-4-6": [3, 0.3, 3.75, 15],
        "claude-haiku-4-5": [1, 0.1, 1.25, 5],
      },
    },
  ],
  openai: [
    {
      // https://developers.openai.com/api/docs/models/gpt-6-sol (-astra, -luna) for the long prompts.
      asOf: "2026-09-24",
      source: "https://developers.openai.com/api/docs/pricing",
      models: {
        "gpt-6-astra": [10, 1, 12.5, 50, GPT_LONG],
        "gpt-6-sol": [2, 0.2, 2.5, 10, GPT_LONG],
        "gpt-6-luna": [0.1, 0.01, 0.125, 0.5, GPT_LONG],
        "gpt-5.6-terra": [2, 0.2, 2.5, 12, GPT_LONG],
        "gpt-5.6-luna": [0.2, 0.02, 0.25, 1.2, GPT_LONG],
      },
    },
    {
      // Writing to the cache costs nothing on top in these families.
      asOf: "2026-08-05",
      source: "https://www.llm-prices.com (github.com/simonw/llm-prices)",
      models: {
        "gpt-5.5": [5, 0.5, 5, 30, GPT_LONG],
        "gpt-5.4": [2.5, 0.25, 2.5, 15, GPT_LONG],
        "gpt-5.4-mini": [0.75, 0.075, 0.75, 4.5],
        "gpt-5.4-nano": [0.2, 0.02, 0.2, 1.25],
        "gpt-5.2": [1.75, 0.175, 1.75, 14],
        "gpt-5.1": [1.25, 0.125, 1.25, 10],
        "gpt-5": [1.25, 0.125, 1.25, 10],
        "gpt-5-mini": [0.25, 0.025, 0.25, 2],
        "gpt-5-nano": [0.05, 0.005, 0.05, 0.4],
        "gpt-4.1": [2, 0.5, 2, 8],
        "gpt-4.1-mini": [0.4, 0.1, 0.4, 1.6],
        "gpt-4.1-nano": [0.1, 0.025, 0.1, 0.4],
        "gpt-4o": [2.5, 1.25, 2.5, 10],
        "gpt-4o-mini": [0.15, 0.075, 0.15, 0.6],
      },
    },
  ],
};

/**
 * What a model costs: what the team file says, else the shipped list, where the model is asked at its provider's own address. Another
 * address has prices of its own, and so has a cloud's deployment: those are unknown.
 */
export function priceOf(settings: ProviderModel, env: Env): KnownPrice | undefined {
  if (settings.price) {
    const { asOf = "", source = "the team file", ...price } = settings.price;
    return { price, asOf, source };
  }
  if (settings.provider !== "anthropic" && settings.provider !== "openai") return undefined;
  if (settings.baseUrl ?? env[ADDRESS[settings.provider]]?.trim()) return undefined;
  return shippedPrice(settings.provider, settings.model);
}

const ADDRESS = { anthropic: "ANTHROPIC_BASE_URL", openai: "OPENAI_BASE_URL" } as const;

/** A dated snapshot, such as `gpt-5-mini-2025-08-07`, costs what its model does. */
export function shippedPrice(provider: keyof typeof SHIPPED, model: string): KnownPrice | undefined {
  const name = model.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, "");
  for (const { asOf, source, models } of SHIPPED[provider]) {
    const found = Object.hasOwn(models, name) ? models[name] : undefined;
    if (!found) continue;
    const [input, cached, written, output, long] = found;
    const rates = (inputTimes: number, outputTimes: number) => ({
      inputPerMTokUsd: input * inputTimes,
      cachedPerMTokUsd: cached * inputTimes,
      cacheWritePerMTokUsd: written * inputTimes,
      outputPerMTokUsd: output * outputTimes,
    });
    const price = long
      ? { ...rates(1, 1), long: { ...rates(long.inputTimes, long.outputTimes), inputTokensAbove: long.above } }
      : rates(1, 1);
    return { price, asOf, source };
  }
  return undefined;
}
