import type { Clock } from "../../engine/clock.ts";

/** The clock is looked at at least this often: it may have been set, and a Node timer of over 24 days fires at once. */
const TIMER_MS_MAX = 3_600_000;

/** One timer, for the earliest of the times that it was set to. */
export interface Alarm {
  /** In ms since the epoch; `Infinity`: never. A later time than the one it is set to changes nothing. */
  set(at: number): void;
  cancel(): void;
}

/** `ring` may be called before the time, and is called once: it looks what is due, and sets it again. */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let waiting: { readonly at: number; readonly cancel: AbortController } | undefined;

  function cancel(): void {
    waiting?.cancel.abort();
    waiting = undefined;
  }

  return {
    cancel,
    set(at) {
      if (at === Number.POSITIVE_INFINITY || (waiting && waiting.at <= at)) return;
      cancel();
      const { signal } = (waiting = { at, cancel: new AbortController() }).cancel;
      void clock.sleep(Math.min(Math.max(at - clock.now(), 0), TIMER_MS_MAX), signal).then(() => {
        if (signal.aborted) return;
        waiting = undefined;
        ring();
      });
    },
  };
}
