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
  const ofCache = cacheBeside(beside, { input, cached, written, reasoning });
  return {
    inputTokens: input + ofCache,
    // Where nothing is said of what was read, the sum is no help: it has that, too.
    outputTokens: output + (input === 0 || beside === ofCache ? 0 : thoughtBeside(beside, reasoning)),
    ...(cached === undefined ? {} : { cachedTokens: cached }),
    ...(written > 0 ? { cacheWriteTokens: written } : {}),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  };
}

interface Details {
  readonly input: number;
  readonly cached: number | undefined;
  readonly written: number;
  readonly reasoning: number | undefined;
}

/** What was read from the cache, and written to it, where it is counted beside the rest: as the sum says, or because no more can have come out of it than was read. */
function cacheBeside(beside: number, { input, cached = 0, written, reasoning }: Details): number {
  if (beside > 0 && beside !== reasoning && beside === cached + written) return beside;
  return cached > input || (beside > 0 && beside !== reasoning && beside === cached) ? cached : 0;
}

/** xAI and Google count what was thought beside the rest of the reply, and Google does not name it: the sum of all has it. */
const thoughtBeside = (beside: number, reasoning: number | undefined): number =>
  reasoning === undefined || beside === reasoning ? beside : 0;

const told = (value: unknown): number | undefined => (value === undefined || value === null ? undefined : countedTokens(value));
