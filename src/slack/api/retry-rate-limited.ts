import type { Clock } from "../../engine/clock.ts";
import { failureOf } from "./api-errors.ts";

export interface Patience {
  /** Tries in all. */
  readonly tries?: number;
  /** A longer wait is none of this call's: then it fails as it did. */
  readonly waitMsMax?: number;
  /** Aborted: it is waited for no longer. */
  readonly signal?: AbortSignal;
}

/**
 * Once more, and once more, while Slack says that there were too many calls: of a method, or of posts in a channel. What it refuses so has not
 * happened. Rejects as the last call did.
 */
export async function patiently<T>(clock: Clock, call: () => Promise<T>, patience: Patience = {}): Promise<T> {
  const { tries: triesMax = TRIES_MAX, waitMsMax = WAIT_MS_MAX, signal } = patience;
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== "limited" || tries >= triesMax || failure.retryAfterMs > waitMsMax || signal?.aborted) throw error;
      await clock.sleep(failure.retryAfterMs, signal);
      if (signal?.aborted) throw error;
    }
  }
}

const TRIES_MAX = 4;
/** Longer, and the person has gone on to something else. */
const WAIT_MS_MAX = 30_000;
/** For work that nobody waits for: as long as it takes, a minute at a time in an app that Slack lets read once a minute. */
export const UNHURRIED: Patience = { tries: 1_000, waitMsMax: 10 * 60_000 };
/** For what a message that was seen already brings along: its agents are to begin, with it or without. */
export const BRIEFLY = { tries: 3, waitMsMax: 3_000 };
