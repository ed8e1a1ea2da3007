import type { Clock } from "../../engine/clock.ts";
import { isUnavailable, slackErrorCode } from "../api/web-client.ts";

/** When Slack may be asked again after a failure, for all that is asked about people. */
export interface Backoff {
  /** The failure that stands in the way of asking now; nothing where Slack may be asked. */
  lastFailure(method: string, about: string): unknown;
  /** Whether it is the first of a kind that asking again does not change, to be told once. */
  failed(method: string, about: string, error: unknown): boolean;
  worked(method: string, about: string): void;
}

/** Doubled with each failure in a row, so that a Slack in trouble is not asked with every message. */
const RETRY_MS = 2_000;
const RETRY_MS_MAX = 60_000;
/** What the app is not allowed, or the server does not know: nothing about anybody is asked by that method for so long. */
const UNAVAILABLE_MS = 10 * 60_000;
/** Failures that are remembered, the newest. */
const KEPT_MAX = 10_000;

interface Failure {
  readonly error: unknown;
  readonly until: number;
  readonly inARow: number;
}

export function createBackoff(clock: Pick<Clock, "now">): Backoff {
  const failures = new Map<string, Failure>();
  const unavailable = new Map<string, Failure>();
  const told = new Set<string>();

  // A clock that was set back keeps nobody from asking for longer.
  const isOver = (failure: Failure | undefined): boolean => {
    const leftMs = failure === undefined ? 0 : failure.until - clock.now();
    return leftMs <= 0 || leftMs > UNAVAILABLE_MS;
  };

  return {
    lastFailure(method, about) {
      const found = [unavailable.get(method), failures.get(`${method} ${about}`)].find((failure) => !isOver(failure));
      return found?.error;
    },
    failed(method, about, error) {
      if (isUnavailable(slackErrorCode(error))) {
        unavailable.set(method, { error, until: clock.now() + UNAVAILABLE_MS, inARow: 1 });
        if (told.has(method)) return false;
        told.add(method);
        return true;
      }
      const key = `${method} ${about}`;
      const inARow = (failures.get(key)?.inARow ?? 0) + 1;
      failures.delete(key);
      failures.set(key, { error, until: clock.now() + Math.min(RETRY_MS * 2 ** (inARow - 1), RETRY_MS_MAX), inARow });
      if (failures.size > KEPT_MAX) failures.delete(failures.keys().next().value ?? "");
      return false;
    },
    worked(method, about) {
      failures.delete(`${method} ${about}`);
      unavailable.delete(method);
      told.delete(method);
    },
  };
}
