import type { Clock } from "../engine/clock.ts";

/** What became of a piece of work that was not waited for beyond a limit. */
export type Outcome<Value> =
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "threw"; readonly error: unknown }
  | { readonly kind: "aborted" }
  /** `wasAtWork`: it had come on until the last, and had used up what it may take in all. */
  | { readonly kind: "timeout"; readonly wasAtWork?: true };

/** Waits for `work` no longer than `timeoutMs`; the signal that it is given is aborted then. It is not waited for: work that does not heed its signal goes on unheard. */
export async function within<Value>(
  limit: { readonly timeoutMs: number; readonly clock: Clock },
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Outcome<Value>> {
  if (signal.aborted) return { kind: "aborted" };
  const finished = new AbortController();
  const ended = endedWith(signal);
  void limit.clock.sleep(limit.timeoutMs, finished.signal).then(() => (finished.signal.aborted ? undefined : ended.stop()));
  const outcome = await untilAborted(ended.signal, work);
  ended.free();
  finished.abort(OVER);
  return outcome.kind === "aborted" && !signal.aborted ? { kind: "timeout" } : outcome;
}

/** With a reason, since without one an exception is made for each, and its stack. */
const OVER = "over";

/** A signal of our own that ends with another one, or before it. By hand: what `AbortSignal.any` leaves to be collected costs more than a call. */
function endedWith(signal: AbortSignal): { readonly signal: AbortSignal; readonly stop: () => void; readonly free: () => void } {
  const ended = new AbortController();
  const stop = () => ended.abort();
  signal.addEventListener("abort", stop, { once: true });
  return { signal: ended.signal, stop, free: () => signal.removeEventListener("abort", stop) };
}

/**
 * The same, and waits on, as long again, each time that the work says that it has come on; not for longer than `totalMsMax` in all. While the work waits
 * for somebody else (`standStill`) the time stands still. `ended`: of this work alone, with whose signal it works; aborted by whoever gives it up, at the limit, and when it is over:
 * one for all, as each costs as much as a part of a call.
 */
export async function withinWhileItComesOn<Value>(
  limit: { readonly timeoutMs: number; readonly totalMsMax: number; readonly clock: Clock },
  ended: AbortController,
  work: (signal: AbortSignal, cameOn: () => void, standStill: (until: Promise<unknown>) => void) => Promise<Value>,
): Promise<Outcome<Value>> {
  const { timeoutMs, totalMsMax, clock } = limit;
  const { signal } = ended;
  if (signal.aborted) return { kind: "aborted" };
  let endMs = clock.now() + Math.max(timeoutMs, totalMsMax);
  let dueMs = clock.now() + timeoutMs;
  let isLate = false;
  let isCapped = false;
  /** Resolves when nobody else is waited for. */
  let stands: Promise<unknown> | undefined;
  let stoodStillAtMs = 0;
  const watch = async () => {
    for (let leftMs = timeoutMs; leftMs > 0 && !signal.aborted; leftMs = dueMs - clock.now()) {
      await clock.sleep(leftMs, signal);
      while (stands && !signal.aborted) await stands;
    }
    if (signal.aborted) return;
    isLate = true;
    ended.abort();
  };
  const standStill = (until: Promise<unknown>) => {
    if (!stands) stoodStillAtMs = clock.now();
    const on = Promise.allSettled([stands, until]).then(() => {
      if (stands !== on) return;
      stands = undefined;
      endMs += clock.now() - stoodStillAtMs;
      dueMs = Math.min(endMs, clock.now() + timeoutMs);
    });
    stands = on;
  };
  void watch();
  const cameOn = () => {
    isCapped = clock.now() + timeoutMs > endMs;
    dueMs = Math.min(endMs, clock.now() + timeoutMs);
  };
  const outcome = await untilAborted(signal, (own) => work(own, cameOn, standStill));
  ended.abort(OVER);
  return outcome.kind === "aborted" && isLate ? { kind: "timeout", ...(isCapped ? { wasAtWork: true as const } : {}) } : outcome;
}

/** Waits for `work` until the signal is aborted. */
export async function untilAborted<Value>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Exclude<Outcome<Value>, { kind: "timeout" }>> {
  if (signal.aborted) return { kind: "aborted" };
  return await new Promise((resolve) => {
    const stop = () => resolve({ kind: "aborted" });
    signal.addEventListener("abort", stop, { once: true });
    void outcomeOf(() => work(signal)).then((outcome) => {
      signal.removeEventListener("abort", stop);
      resolve(outcome);
    });
  });
}

async function outcomeOf<Value>(work: () => Promise<Value>) {
  try {
    return { kind: "done", value: await work() } as const;
  } catch (error) {
    return { kind: "threw", error } as const;
  }
}
