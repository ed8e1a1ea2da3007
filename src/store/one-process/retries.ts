import type { Clock } from "../../engine/clock.ts";

/** A handler that throws is tried again after this, doubled each time up to the maximum: a bug must not spin, nor pay a model again and again. */
const RETRY_MS_MIN = 1_000;
export const RETRY_MS_MAX = 60_000;

/** How long it is left alone after it has thrown so often in a row. */
export const pauseMsAfter = (count: number): number => Math.min(RETRY_MS_MIN * 2 ** (count - 1), RETRY_MS_MAX);

/** The work whose handler threw the last time, and when it is tried again. Times in ms since the epoch. */
export interface Retries {
  /** It threw once more; `pauses`: it is tried again after a pause, whose end this returns (`Infinity`: it has a time of its own). */
  failed(key: string, about: { readonly workspace: string; readonly pauses: boolean }): number;
  /** How often in a row it has thrown. */
  failures(key: string): number;
  isPausing(key: string): boolean;
  /** It is tried again before its pause is over, or at a time of its own. */
  endPause(key: string): void;
  /** It went well, or is not to be tried again. */
  forget(key: string): void;
  /** Those whose pause is over. */
  due(now: number): readonly { readonly key: string; readonly workspace: string }[];
  /** When the next pause is over. */
  next(): number;
}

interface Failing {
  readonly key: string;
  readonly workspace: string;
  readonly count: number;
  readonly retryAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;

export function createRetries(clock: Pick<Clock, "now">): Retries {
  const failing = new Map<string, Failing>();
  return {
    failed(key, { workspace, pauses }) {
      const count = (failing.get(key)?.count ?? 0) + 1;
      const retryAt = pauses ? clock.now() + pauseMsAfter(count) : NEVER;
      failing.set(key, { key, workspace, count, retryAt });
      return retryAt;
    },
    failures: (key) => failing.get(key)?.count ?? 0,
    isPausing: (key) => (failing.get(key)?.retryAt ?? NEVER) !== NEVER,
    endPause(key) {
      const found = failing.get(key);
      if (found) failing.set(key, { ...found, retryAt: NEVER });
    },
    forget: (key) => void failing.delete(key),
    due: (now) => [...failing.values()].filter(({ retryAt }) => retryAt <= now),
    next: () => [...failing.values()].reduce((next, { retryAt }) => Math.min(next, retryAt), NEVER),
  };
}
