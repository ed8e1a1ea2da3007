import type { Clock } from "../engine/clock.ts";
import type { Usage } from "../engine/events.ts";
import type { Model, ModelFailure, ModelFailureKind } from "../engine/model.ts";

export interface RetrySettings {
  /** Calls in all, the first included. */
  readonly attempts: number;
  readonly clock: Clock;
  /** From 0 to just below 1. */
  readonly random: () => number;
}

/**
 * A model that is asked again when it was only busy or out of reach. Waits as long as the provider asks for, else longer each time and never
 * exactly as long as others do. Deltas of a failed try stand until the final reply replaces them. The usage sums every try, and counts them in `calls`.
 */
export function withRetries(model: Model, { attempts, clock, random }: RetrySettings): Model {
  return {
    name: model.name,
    async *call(request, signal) {
      let spent: Usage | undefined;
      for (let attempt = 1; ; attempt++) {
        const reply = yield* model.call(request, signal);
        const usage = plus(spent, reply.usage);
        if (reply.kind === "answer") return { ...reply, usage };
        const waitMs = attempt < attempts ? retryDelayMs(reply.error, attempt, random) : undefined;
        if (waitMs === undefined) return { ...reply, usage };
        await clock.sleep(waitMs, signal);
        if (signal.aborted)
          return { kind: "failure", error: { kind: "aborted", message: `The call of model "${model.name}" was stopped.` }, usage };
        spent = usage;
      }
    },
  };
}

const NOTHING: Usage = { inputTokens: 0, outputTokens: 0 };

/** A failed try that reported nothing counts as a call that cost nothing. Money is known only when that of every try is. */
function plus(spent: Usage | undefined, one: Usage = NOTHING): Usage {
  if (!spent) return one;
  const sum = (key: "cachedTokens" | "reasoningTokens") =>
    spent[key] === undefined && one[key] === undefined ? {} : { [key]: (spent[key] ?? 0) + (one[key] ?? 0) };
  const [before, now] = [costOf(spent), costOf(one)];
  const isPriced = spent.usd !== undefined || one.usd !== undefined;
  return {
    inputTokens: spent.inputTokens + one.inputTokens,
    outputTokens: spent.outputTokens + one.outputTokens,
    ...sum("cachedTokens"),
    ...sum("reasoningTokens"),
    ...(isPriced && before !== undefined && now !== undefined ? { usd: before + now } : {}),
    calls: (spent.calls ?? 1) + (one.calls ?? 1),
  };
}

const costOf = (usage: Usage): number | undefined => usage.usd ?? (usage.inputTokens + usage.outputTokens === 0 ? 0 : undefined);

const RETRIED: ReadonlySet<ModelFailureKind> = new Set(["rate_limited", "overloaded", "unavailable", "timeout"]);

const RETRY_DELAY_MS_FIRST = 1_000; // As the providers' own SDKs, a little more patient.
const RETRY_DELAY_MS_MAX = 30_000;
/** Whoever asks for a longer pause than this has to be told to people, rather than waited for in silence. */
const RETRY_AFTER_MS_MAX = 60_000;
/** Of the wait, added at random, so that agents that failed together do not come back together. */
const JITTER_SHARE = 0.25;

/** How long to wait before another try; `undefined` when another try is no use. `attempt` counts from 1. */
export function retryDelayMs(error: ModelFailure, attempt: number, random: () => number): number | undefined {
  if (!RETRIED.has(error.kind)) return undefined;
  if ((error.retryAfterMs ?? 0) > RETRY_AFTER_MS_MAX) return undefined;
  const ms = error.retryAfterMs ?? Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_FIRST * 2 ** (attempt - 1));
  return Math.round(ms * (1 + JITTER_SHARE * random()));
}
