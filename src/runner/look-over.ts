import type { Clock } from "../engine/clock.ts";
import { isStoreTrouble } from "./store-trouble.ts";

/** Between two tries, where the store cannot be asked. */
const AGAIN_MS = 5_000;
/** Half a day: a store that is away for longer is looked after by somebody, who starts Parley anew. */
const TRIES_MAX = 8_640;

/** From when on threads in which something was recorded are to be looked over, as `ThreadSummary.at`; `undefined`: all. Rejects as the store does. */
export type Since = () => Promise<string | undefined>;

/**
 * Looks over what others may have left, or does what else nobody would come back to by itself: where the store cannot be asked it is done again, until
 * it has come to its end, or the signal comes; it is done once in any case. Never rejects. `problem`: told once, with what failed first.
 */
export async function lookOver(
  look: () => Promise<void>,
  { clock, signal, problem }: { readonly clock: Clock; readonly signal: AbortSignal; readonly problem: (error: unknown) => void },
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await look();
    } catch (error) {
      // After the end the store may be gone already, and that is no news.
      if (signal.aborted) return;
      if (tries === 1) problem(error);
      if (!isStoreTrouble(error) || tries === TRIES_MAX) return;
    }
    await clock.sleep(AGAIN_MS, signal);
    if (signal.aborted) return;
  }
}

/** Does it for each of them, so many at once: where each asks a store, several are asked together, and memory holds no more of them. */
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
