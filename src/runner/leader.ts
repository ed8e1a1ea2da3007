import { once } from "node:events";
import { withinMs, type Clock } from "../engine/clock.ts";
import type { Store } from "../store/store.ts";

/** What one process of all does at a time, such as keeping true what people see of a workspace's runs. */
export interface Led {
  /** Puts right what is not as it should be, whoever left it so, and follows what happens from here on. */
  start(): void;
  /** Does nothing more; resolves when what is under way has ended. */
  close(): Promise<void>;
}

export interface Leader<L extends Led> {
  /** Stands in line to lead. */
  start(): void;
  /** What is led, while it is led here. */
  led(): L | undefined;
  /** Leads no more, so that another one does. */
  close(): Promise<void>;
}

/** Between two tries, where the store cannot be asked. */
const AGAIN_MS = 5_000;
/** What is led gives calls that are under way some seconds. Whoever is next is not kept waiting by one that never ends. */
const CLOSE_MS_MAX = 30_000;

/**
 * Of all processes that stand in line for a key one leads, until it closes or is gone; then the next one in line takes over, and begins by
 * putting right what the one before has not come to. `create` is called each time that this one comes to lead. One that stands back behind a newer
 * Parley leads no more.
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
    // Whoever closes waits for its end, and has a limit of its own.
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
      // The line itself may be long.
      await leading;
    },
  };
}
