import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Logs } from "../../store/runs/logs.ts";
import type { Sight } from "../access.ts";
import { eventsOf, type RunName } from "./one-run.ts";

/** A list is told of so many changes in a second at most. */
const TOGETHER_MS = 500;

/** What a stream is made of: it is asked for the next piece until it ends or is closed. */
interface Watched {
  readonly logs: Logs;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Asked before each piece: who may see no more is told no more. */
  readonly sight: () => Promise<Sight | undefined>;
}

/** One each time that something may have changed in what a list shows, at most every {@link TOGETHER_MS}. */
export async function* changesOf({ logs, clock, signal, sight }: Watched): AsyncGenerator<void, void, void> {
  const news = newsOf(logs, signal, () => true);
  while (await news.next()) {
    if (!(await sight())) return;
    yield;
    await clock.sleep(TOGETHER_MS, signal);
  }
}

/** The run's events behind `after`, and then each that is recorded; ends where the next run begins. */
export async function* eventsFrom(name: RunName, after: number, { logs, signal, sight }: Watched): AsyncGenerator<RunEvent, void, void> {
  const news = newsOf(logs, signal, (thread) => thread === undefined || thread === name.thread);
  let last = after;
  do {
    const seen = await sight();
    const events = seen && (await eventsOf(logs, name, seen));
    if (!events) return;
    for (const event of events) {
      if (event.seq <= last) continue;
      last = event.seq;
      yield event;
    }
  } while (await news.next());
}

/** Whether something has come since it was asked last; waits for it. `false` once the signal is aborted. */
function newsOf(logs: Logs, signal: AbortSignal, isMeant: (thread: string | undefined) => boolean): { next(): Promise<boolean> } {
  let [has, wake] = [false, (): void => undefined];
  const unfollow = logs.follow((thread) => {
    if (!isMeant(thread)) return;
    has = true;
    wake();
  });
  signal.addEventListener("abort", () => (unfollow(), wake()), { once: true });
  return {
    async next() {
      if (!has && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      has = false;
      return !signal.aborted;
    },
  };
}
