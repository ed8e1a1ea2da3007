import type { Dispatch } from "../dispatch.ts";
import type { Store } from "../store.ts";
import type { FakeClock } from "./fake-clock.ts";

/**
 * What runs the tests: `node:test`, vitest or what has the same four, as in `import * as tests from "node:test"`. A store that forgets to wake
 * somebody makes a test wait: give it a time limit.
 */
export interface Tests {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly test: (name: string, body: () => void | Promise<void>) => unknown;
  readonly beforeEach: (hook: () => void | Promise<void>) => unknown;
  readonly afterEach: (hook: () => void | Promise<void>) => unknown;
}

export interface GivenStore {
  readonly tests: Tests;
  /** Stands before the names of the tests. */
  readonly name: string;
  /** Makes an empty store that tells the time by this clock. */
  readonly open: (clock: FakeClock) => Store | Promise<Store>;
  readonly settled?: Settled;
}

/**
 * Resolves when the store, of all its openers, has nothing under way: what was asked is answered, and what is told has been heard. For one that waits for
 * a socket or a disk; without it, what is under way is given a few turns of the event loop.
 */
export type Settled = () => Promise<void>;

export interface OpenedForWork {
  readonly store: Store;
  readonly dispatch: Dispatch;
}
/** Opens the same each time it is called; the one before has been closed. */
export type OpenForWork = (clock: FakeClock) => OpenedForWork | Promise<OpenedForWork>;

export interface GivenDispatch {
  readonly tests: Tests;
  readonly name: string;
  /** Names a new, empty place each time, and gives how to open it: what was written there is there when it is opened again. */
  readonly fresh: () => OpenForWork;
  readonly settled?: Settled;
}
