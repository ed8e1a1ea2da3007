import type { Clock } from "../engine/clock.ts";
import type { Model, ModelFailure, ModelReply } from "../engine/model.ts";
import { FAILURES } from "./refusals/failure-table.ts";
import { RETRY_AFTER_MS_MAX } from "./refusals/retry-after.ts";
import { plus, UNTOLD } from "../engine/limits/usage.ts";

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
    async *call(request, turn) {
      let before: ModelReply | undefined;
      for (let attempt = 1; ; attempt++) {
        const one = yield* model.call(request, turn);
        const reply: ModelReply = before ? following(before, one) : one;
        if (reply.kind === "answer") return reply;
        const waitMs = attempt < attempts ? retryDelayMs(reply.error, attempt, random) : undefined;
        if (waitMs === undefined || turn.signal.aborted) return reply;
        await clock.sleep(waitMs, turn.signal);
        if (turn.signal.aborted) return { ...reply, error: { kind: "aborted", message: `The call of model "${model.name}" was stopped.` } };
        before = reply;
      }
    },
  };
}

/** The newest reply, with what all of them cost and were noticed for. */
export function following(before: ModelReply, reply: ModelReply): ModelReply {
  const notices = [...(before.notices ?? []), ...(reply.notices ?? [])];
  return { ...reply, usage: plus(before.usage ?? UNTOLD, reply.usage ?? UNTOLD), ...(notices.length > 0 ? { notices } : {}) };
}

const RETRY_DELAY_MS_FIRST = 1_000; // As the providers' own SDKs, a little more patient.
const RETRY_DELAY_MS_MAX = 30_000;
/** Of the wait, added at random, so that agents that failed together do not come back together. */
const JITTER_SHARE = 0.25;

/** How long to wait before another try; `undefined` when another try is no use. `attempt` counts from 1. */
export function retryDelayMs(error: ModelFailure, attempt: number, random: () => number): number | undefined {
  const { rule } = FAILURES[error.kind];
  if (rule.does !== "retry" || attempt >= (rule.triesMax ?? Infinity)) return undefined;
  if ((error.retryAfterMs ?? 0) > RETRY_AFTER_MS_MAX) return undefined;
  // Some servers write down 0 where they know of no wait: all tries would be over at once.
  const ms = error.retryAfterMs || Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_FIRST * 2 ** (attempt - 1));
  return Math.round(ms * (1 + JITTER_SHARE * random()));
}
