import type { Clock } from "../../src/engine/clock.ts";

export interface ManualClock extends Clock {
  /** Lets time pass: sleepers wake in the order of their times, each before the next one is looked at. */
  advance(ms: number): Promise<void>;
  /** Lets time pass from sleeper to sleeper for as long as the job is not done. Real work, such as HTTP, takes none of this time. */
  run<T>(job: Promise<T>): Promise<T>;
  /** How many sleep now. */
  sleeping(): number;
  /** Resolves when at least so many sleep. */
  untilSleeping(count?: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until the test moves it. */
export function manualClock(startMs = Date.UTC(2026, 0, 5, 9)): ManualClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<() => void>();

  const next = (): Sleeper | undefined =>
    [...sleepers].reduce<Sleeper | undefined>((first, one) => (!first || one.at < first.at ? one : first), undefined);

  async function wake(sleeper: Sleeper): Promise<void> {
    nowMs = Math.max(nowMs, sleeper.at);
    sleeper.wake();
    await settled();
  }

  const clock: ManualClock = {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const sleeper: Sleeper = { at: nowMs + ms, wake: done };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", done, { once: true });
        for (const watcher of watchers) watcher();
      }),
    async advance(ms) {
      const end = nowMs + ms;
      for (let sleeper = next(); sleeper && sleeper.at <= end; sleeper = next()) await wake(sleeper);
      nowMs = end;
      await settled();
    },
    async run(job) {
      let isDone = false;
      const done = job.then(
        () => (isDone = true),
        () => (isDone = true),
      );
      for (;;) {
        await settled();
        if (isDone) return job;
        const sleeper = next();
        if (sleeper) await wake(sleeper);
        else await Promise.race([done, clock.untilSleeping()]);
      }
    },
    sleeping: () => sleepers.size,
    untilSleeping: (count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (sleepers.size < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
  return clock;
}

/** What is ready to run has run, up to its next real wait; work that asks for its turn of the event loop has had it. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
