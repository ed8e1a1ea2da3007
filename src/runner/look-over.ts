import type { Clock } from "../engine/clock.ts";
import { isStoreTrouble } from "./store-trouble.ts";

/** Between two tries, where the store cannot be asked. */
const AGAIN_MS = 5_000;
/** Half a day: a store that is away for longer needs an operator, who will start Parley again. */
const TRIES_MAX = 8_640;

/** Only threads in which something was recorded from this time on (as `ThreadSummary.at`) are looked over; `undefined`: all. Rejects as the store does. */
export type Since = () => Promise<string | undefined>;

/**
 * Does what nobody would come back to otherwise, such as looking over what other processes left. Tries at least once, and again where the store cannot be
 * asked, until it has worked or the signal is aborted. Never rejects. `problem` is called once, with the first error.
 */
export async function lookOver(
  look: () => Promise<void>,
  { clock, signal, problem }: { readonly clock: Clock; readonly signal: AbortSignal; readonly problem: (error: unknown) => void },
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await look();
    } catch (error) {
      // When this process closes, the store may be gone already: that is no problem to tell.
      if (signal.aborted) return;
      if (tries === 1) problem(error);
      if (!isStoreTrouble(error) || tries === TRIES_MAX) return;
    }
    await clock.sleep(AGAIN_MS, signal);
    if (signal.aborted) return;
  }
}

/** Runs it for each item, so many at once: a store that is asked by several at a time can answer them together, and no more are held in memory. */
export async function forEachOf<Item>(
  items: readonly Item[],
  atOnceMax: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const rest = items.entries();
  const one = async (): Promise<void> => {
    for (const [index, item] of rest) await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, one));
}
