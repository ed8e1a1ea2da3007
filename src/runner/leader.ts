import { once } from "node:events";
import { withinMs, type Clock } from "../engine/clock.ts";
import type { Store } from "../store/store.ts";

/** Work that one process does for all, such as keeping a workspace's cards up to date. */
export interface Led {
  /** Catches up with what was left undone, by whichever process, and follows what happens from here on. */
  start(): void;
  /** Begins nothing more; resolves when what is under way has ended. */
  close(): Promise<void>;
}

export interface Leader<L extends Led> {
  /** Stands in line to lead. */
  start(): void;
  /** The work, while this process leads. */
  led(): L | undefined;
  /** Stops leading, so that another process does. */
  close(): Promise<void>;
}

/** Between two tries, where the store cannot be asked. */
const AGAIN_MS = 5_000;
/** The work gives its calls some seconds to end. One that never ends must not keep the next process waiting. */
const CLOSE_MS_MAX = 30_000;

/**
 * Of all processes that stand in line for a key, one leads until it closes or is gone; then the next in line takes over, and first catches up with what was
 * left undone. `create` is called each time that this process comes to lead. A process that stands back behind a newer version of Parley leads no more.
 */
export function createLeader<L extends Led>(parts: {
  readonly store: Pick<Store, "exclusively" | "standsBack">;
  readonly key: string;
  readonly create: () => L;
  readonly clock: Clock;
  readonly log: (problem: string, error?: unknown) => void;
}): Leader<L> {
  const { store, key, create, clock, log } = parts;
  const closing = new AbortController();
  const ends = [closing.signal, ...(store.standsBack ? [store.standsBack] : [])];
  const isOver = () => ends.some(({ aborted }) => aborted);
  let current: L | undefined;
  let leading: Promise<void> = Promise.resolve();
  let inLine: Promise<void> | undefined;

  async function lead(lost: AbortSignal): Promise<void> {
    if (isOver()) return;
    const led = (current = create());
    led.start();
    const over = AbortSignal.any([lost, ...ends]);
    if (!over.aborted) await once(over, "abort");
    current = undefined;
    const closed = led.close().then(() => "closed" as const);
    // Waited for without a limit here: the caller of close() has its own.
    if (closing.signal.aborted) return void (await closed);
    if ((await withinMs(clock, CLOSE_MS_MAX, closed)) === "closed") return;
    log(`what was led for ${key} has not come to its end in ${CLOSE_MS_MAX / 1_000} s; it is left to the next one`);
    closed.catch((error: unknown) => log(`what was led for ${key} ended late, and broke`, error));
  }

  async function standInLine(): Promise<void> {
    while (!isOver()) {
      try {
        await store.exclusively(key, (lost) => (leading = lead(lost)));
      } catch (error) {
        if (closing.signal.aborted) return;
        log(`who leads for ${key} could not be settled; it is tried again`, error);
      }
      await clock.sleep(AGAIN_MS, closing.signal);
    }
  }

  return {
    start: () => void (inLine ??= standInLine()),
    led: () => current,
    async close() {
      closing.abort();
      // Not for the place in line, which may be far back.
      await leading;
    },
  };
}
