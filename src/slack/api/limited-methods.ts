import { WebAPIRateLimitedError } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";

/**
 * Slack limits each method for itself: one that it has limited says nothing of another. While a method is limited, a call to it is refused here
 * as Slack would refuse it, at once and without asking: whoever can wait does (see `patiently`), whoever has a person waiting goes on without.
 */
export interface LimitedMethods {
  /** @throws WebAPIRateLimitedError with the seconds that are left, while the method is limited. */
  check(method: string): void;
  /** A call has failed: if it was with too many calls, the method is limited for as long as Slack says. */
  failed(method: string, error: unknown): void;
}

/** No longer, whatever a server says: then Slack is asked again. */
const LIMITED_MS_MAX = 5 * 60_000;

export function createLimitedMethods(clock: Pick<Clock, "now">): LimitedMethods {
  const until = new Map<string, number>();
  return {
    check(method) {
      const leftMs = (until.get(method) ?? 0) - clock.now();
      // A clock that was set back shuts nothing for longer than Slack did.
      if (leftMs <= 0 || leftMs > LIMITED_MS_MAX) return void until.delete(method);
      throw new WebAPIRateLimitedError(leftMs / 1_000);
    },
    failed(method, error) {
      if (!(error instanceof WebAPIRateLimitedError) || !(error.retryAfter > 0)) return;
      until.set(method, clock.now() + Math.min(error.retryAfter * 1_000, LIMITED_MS_MAX));
    },
  };
}
