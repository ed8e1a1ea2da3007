import type { Clock } from "../../engine/clock.ts";
import { failureOf } from "./api-errors.ts";

/** Once more, and once more, while Slack says that the channel has had enough for a second; what it refuses so has not happened. */
export async function patiently<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== "limited" || tries === TRIES_MAX || failure.retryAfterMs > WAIT_MS_MAX) throw error;
      await clock.sleep(failure.retryAfterMs);
    }
  }
}

const TRIES_MAX = 4;
/** Longer, and the person has gone on to something else. */
const WAIT_MS_MAX = 30_000;
