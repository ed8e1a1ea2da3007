import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { Clock } from "../../engine/clock.ts";

export interface FakeClock extends Clock {
  /** Lets time pass: each sleeper wakes at its own time, in order, and what it starts gets to run. */
  advance(ms: number): Promise<void>;
  /** Sets the clock without waking anybody, as an administrator would. */
  set(ms: number): void;
  readonly sleepers: number;
}

/** Time that passes only when the test says so. `settle`: gives what was started the time that it takes. */
export function fakeClock(start: number = Date.UTC(2026, 0, 5, 9), settle: () => Promise<void> = settled): FakeClock {
  let now = start;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper = { at: now + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      }),
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = [...sleepers].toSorted((a, b) => a.at - b.at)[0];
        if (!next || next.at > end) break;
        now = Math.max(now, next.at);
        next.wake();
      }
      now = end;
      await settle();
    },
    set: (ms) => {
      now = ms;
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}

/** Gives what is under way in this process (promises, immediates) the chance to run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await eventLoopTurn();
}

/** Waits for a condition; the time limit of the test is the time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await eventLoopTurn();
}
