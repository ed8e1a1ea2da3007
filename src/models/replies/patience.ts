import type { Clock } from "../../engine/clock.ts";

/** A reason, since without one an exception is made, and its stack. */
const REPLACED = "the timer is not needed any more";

/** How long somebody is waited for. */
export interface Patience {
  /** What the step comes to; or why it is not waited for any longer. Rejects as the step does. One step at a time. */
  wait<T>(step: Promise<T>): Promise<T | "aborted" | "timeout">;
  /** From now on a step may take so long, in milliseconds. */
  allow(silenceMsMax: number): void;
  /** Whether all the time is over that everything together may take. */
  isOver(): boolean;
  /** To be called when nothing is waited for any more. */
  end(): void;
}

/**
 * Waits for step after step: each for no longer than is allowed, all together for no longer than `wholeMsMax`, none once the signal is aborted. A
 * stream has thousands of steps: one timer serves them all. It looks, when it ends, how long the step under way has taken, and is set anew for
 * what is left.
 */
export function newPatience(
  { silenceMsMax, wholeMsMax, clock }: { readonly silenceMsMax: number; readonly wholeMsMax: number; readonly clock: Clock },
  signal: AbortSignal,
): Patience {
  let endMs = clock.now() + wholeMsMax;
  let allowedMs = silenceMsMax;
  let sinceMs = clock.now();
  let give: ((why: "aborted" | "timeout") => void) | undefined;
  let timer: AbortController | undefined;
  const dueMs = (): number => Math.min(sinceMs + allowedMs, endMs);

  function set(): void {
    timer?.abort(REPLACED);
    const own = (timer = new AbortController());
    const setAtMs = clock.now();
    const leftMs = Math.max(0, dueMs() - setAtMs);
    void clock.sleep(leftMs, own.signal).then(() => {
      if (own.signal.aborted) return;
      timer = undefined;
      if (clock.now() < setAtMs) wasSetBack(setAtMs + leftMs - clock.now());
      // Where nothing is waited for now, the next step sets it.
      if (!give) return;
      if (clock.now() >= dueMs()) give("timeout");
      else set();
    });
  }

  /** The clock was, and whoever is waited for has no more time by that. */
  function wasSetBack(ms: number): void {
    endMs -= ms;
    if (sinceMs > clock.now()) sinceMs -= ms;
  }

  const onAbort = (): void => give?.("aborted");
  signal.addEventListener("abort", onAbort, { once: true });

  return {
    wait: (step) =>
      new Promise((resolve, reject) => {
        sinceMs = clock.now();
        give = (why) => {
          give = undefined;
          resolve(why);
        };
        // One that is given up may still fail later; nobody is left to hear it.
        step.then(
          (value) => {
            give = undefined;
            resolve(value);
          },
          (error: unknown) => {
            give = undefined;
            reject(error as Error);
          },
        );
        if (signal.aborted) give("aborted");
        else if (!timer) set();
      }),
    allow(silenceMsMax) {
      if (silenceMsMax === allowedMs) return;
      allowedMs = silenceMsMax;
      // A timer that is set for a longer time would come too late.
      timer?.abort(REPLACED);
      timer = undefined;
    },
    isOver: () => clock.now() >= endMs,
    end() {
      timer?.abort(REPLACED);
      signal.removeEventListener("abort", onAbort);
    },
  };
}
