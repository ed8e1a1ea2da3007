import type { Usage } from "../../engine/events/events.ts";
import { countedTokens } from "../tokens/counted.ts";

/** Counts as compatible servers give them: any of them may be missing, null, text, or of another kind. */
export interface LooseUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cached_tokens?: unknown;
  readonly prompt_cache_hit_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown; readonly cache_write_tokens?: unknown } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
}

/** Of a whole reply; `undefined` where nothing is counted: Ollama's and others' empty counts say nothing. */
export function usageOf(usage: LooseUsage | null | undefined): Usage | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const input = countedTokens(usage.prompt_tokens ?? usage.input_tokens);
  const output = countedTokens(usage.completion_tokens ?? usage.output_tokens);
  if (input === 0 && output === 0) return undefined;
  const cached = told(usage.prompt_tokens_details?.cached_tokens ?? usage.cached_tokens ?? usage.prompt_cache_hit_tokens);
  const written = countedTokens(usage.prompt_tokens_details?.cache_write_tokens);
  const reasoning = told(usage.completion_tokens_details?.reasoning_tokens);
  const beside = Math.max(0, countedTokens(usage.total_tokens) - input - output);
  const thought = thoughtBeside(beside, { reasoning, cached });
  return {
    // No more can have come out of the cache than was read: there, it is counted beside the rest.
    inputTokens: cached !== undefined && cached > input ? input + cached : input,
    outputTokens: output + thought,
    ...(cached === undefined ? {} : { cachedTokens: cached }),
    ...(written > 0 ? { cacheWriteTokens: written } : {}),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  };
}

/** xAI and Google count what was thought beside the rest of the reply, and Google does not name it: the sum of all has it. */
const thoughtBeside = (
  beside: number,
  { reasoning, cached = 0 }: { readonly reasoning?: number | undefined; readonly cached?: number | undefined },
): number => (reasoning === undefined ? (beside === cached ? 0 : beside) : beside === reasoning ? beside : 0);

const told = (value: unknown): number | undefined => (value === undefined || value === null ? undefined : countedTokens(value));
