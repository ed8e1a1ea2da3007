/** What Parley asks of time, so that tests hand in their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a job comes to, or `undefined` after `ms`; the job goes on then. Rejects as the job does. Leaves no timer behind that would hold a process open. */
export async function withinMs<T>(clock: Pick<Clock, "sleep">, ms: number, job: Promise<T>): Promise<T | undefined> {
  const waited = new AbortController();
  try {
    return await Promise.race([job, clock.sleep(ms, waited.signal).then(() => undefined)]);
  } finally {
    // With a reason, since without one an exception is made for it, and its stack.
    waited.abort("over");
  }
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};
