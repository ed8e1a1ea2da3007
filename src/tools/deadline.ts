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
  const over = new AbortController();
  const finished = new AbortController();
  void limit.clock.sleep(limit.timeoutMs, finished.signal).then(() => over.abort());
  const outcome = await untilAborted(AbortSignal.any([signal, over.signal]), work);
  finished.abort();
  return outcome.kind === "aborted" && !signal.aborted ? { kind: "timeout" } : outcome;
}

/** The same, and waits on, as long again, each time that the work says that it has come on; not for longer than `totalMsMax` in all. */
export async function withinWhileItComesOn<Value>(
  limit: { readonly timeoutMs: number; readonly totalMsMax: number; readonly clock: Clock },
  signal: AbortSignal,
  work: (signal: AbortSignal, cameOn: () => void) => Promise<Value>,
): Promise<Outcome<Value>> {
  const { timeoutMs, totalMsMax, clock } = limit;
  const over = new AbortController();
  const finished = new AbortController();
  const endMs = clock.now() + Math.max(timeoutMs, totalMsMax);
  let dueMs = clock.now() + timeoutMs;
  let isCapped = false;
  const watch = async () => {
    for (let leftMs = timeoutMs; leftMs > 0 && !finished.signal.aborted; leftMs = dueMs - clock.now())
      await clock.sleep(leftMs, finished.signal);
    over.abort();
  };
  void watch();
  const cameOn = () => {
    isCapped = clock.now() + timeoutMs > endMs;
    dueMs = Math.min(endMs, clock.now() + timeoutMs);
  };
  const outcome = await untilAborted(AbortSignal.any([signal, over.signal]), (ended) => work(ended, cameOn));
  finished.abort();
  return outcome.kind === "aborted" && !signal.aborted ? { kind: "timeout", ...(isCapped ? { wasAtWork: true as const } : {}) } : outcome;
}

/** Waits for `work` until the signal is aborted. */
export async function untilAborted<Value>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Exclude<Outcome<Value>, { kind: "timeout" }>> {
  if (signal.aborted) return { kind: "aborted" };
  const finished = new AbortController();
  const aborted = new Promise<{ readonly kind: "aborted" }>((resolve) =>
    signal.addEventListener("abort", () => resolve({ kind: "aborted" }), { once: true, signal: finished.signal }),
  );
  const worked = outcomeOf(() => work(signal));
  const outcome = await Promise.race([aborted, worked]);
  finished.abort();
  return outcome;
}

async function outcomeOf<Value>(work: () => Promise<Value>) {
  try {
    return { kind: "done", value: await work() } as const;
  } catch (error) {
    return { kind: "threw", error } as const;
  }
}
