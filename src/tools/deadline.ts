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

/** What is not waited for beyond a time that may move while it is waited for. */
interface Watched {
  /** Not ended before. */
  dueMs(): number;
  late(): void;
}

/**
 * Ends each of many pieces of work when its time has come, with one timer for all of them: one for each, and the signal that ends the timer, cost as much as a
 * call. The timer is not taken back with the last piece of work, but runs out, or ends with `closed`. A piece may be due no earlier than those before it.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  readonly #watched = new Set<Watched>();
  #isWatching = false;

  constructor(clock: Clock, closed: AbortSignal) {
    this.#clock = clock;
    this.#closed = closed;
  }

  add(one: Watched): void {
    this.#watched.add(one);
    if (!this.#isWatching) void this.#watch();
  }

  remove(one: Watched): void {
    this.#watched.delete(one);
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    while (this.#watched.size > 0 && !this.#closed.aborted) {
      const nextMs = Math.min(...[...this.#watched].map((one) => one.dueMs()));
      await this.#clock.sleep(nextMs - this.#clock.now(), this.#closed);
      for (const one of this.#watched) if (one.dueMs() <= this.#clock.now()) one.late();
    }
    this.#isWatching = false;
  }
}

/**
 * Waits for `work`, and waits on, as long again, each time that it says that it has come on; not for longer than `totalMsMax` in all. While the work waits
 * for somebody else (`standStill`) the time stands still. `whenOver` is told once, and never before this has returned. Gives what ends the work before that.
 */
export function whileItComesOn<Value>(
  limit: { readonly timeoutMs: number; readonly totalMsMax: number; readonly clock: Clock; readonly deadlines: Deadlines },
  work: (signal: AbortSignal, cameOn: () => void, standStill: (until: Promise<unknown>) => void) => Promise<Value>,
  whenOver: (outcome: Outcome<Value>) => void,
): () => void {
  const { timeoutMs, totalMsMax, clock, deadlines } = limit;
  const ended = new AbortController();
  const beganMs = clock.now();
  let endMs = beganMs + Math.max(timeoutMs, totalMsMax);
  let dueMs = beganMs + timeoutMs;
  let isOver = false;
  let isCapped = false;
  /** Resolves when nobody else is waited for. */
  let stands: Promise<unknown> | undefined;
  let stoodStillAtMs = 0;
  const watched: Watched = {
    dueMs() {
      const nowMs = clock.now();
      // While it stands still: what is left for it when it goes on.
      if (stands) return nowMs + Math.max(STANDING_LOOK_MS_MIN, Math.min(timeoutMs, endMs - stoodStillAtMs));
      // Where the clock was set back, it would be waited for as long as that, and so would all that come after it.
      return (dueMs = Math.min(dueMs, nowMs + timeoutMs));
    },
    late: () => giveUp({ kind: "timeout", ...(isCapped ? { wasAtWork: true as const } : {}) }),
  };
  const end = (outcome: Outcome<Value>) => {
    if (isOver) return;
    isOver = true;
    deadlines.remove(watched);
    whenOver(outcome);
  };
  const giveUp = (outcome: Outcome<Value>) => {
    const wasOver = isOver;
    end(outcome);
    if (!wasOver) ended.abort();
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
  const cameOn = () => {
    isCapped = clock.now() + timeoutMs > endMs;
    dueMs = Math.min(endMs, clock.now() + timeoutMs);
  };
  deadlines.add(watched);
  void work(ended.signal, cameOn, standStill).then(
    (value) => end({ kind: "done", value }),
    (error: unknown) => end({ kind: "threw", error }),
  );
  return () => giveUp({ kind: "aborted" });
}

/** What stands still is looked at no more often than this. */
const STANDING_LOOK_MS_MIN = 1_000;

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
