import type { ServeOptions } from "../dispatch.ts";
import type { Commit } from "../store.ts";
import { append, said } from "./commits.ts";
import { type FakeClock, fakeClock, settled as turnsOfTheLoop } from "./fake-clock.ts";
import type { GivenDispatch, OpenedForWork, OpenForWork } from "./given.ts";

export type { GivenDispatch };

/** A handler under the test's control: it runs until the test ends it. */
interface Handling {
  readonly thread: string;
  readonly workspace: string;
  end(error?: Error): void;
}

/** What the tests of a dispatch begin with, made anew for each. */
interface Handlings {
  readonly clock: FakeClock;
  readonly opened: OpenedForWork;
  readonly running: readonly Handling[];
  /** Threads whose handler was called, in this order, since the last crash. */
  readonly begun: readonly string[];
  readonly bugs: string[];
  serve(options?: Partial<ServeOptions>): void;
  wake(thread: string, how?: Commit["wake"], workspace?: string): Promise<void>;
  end(thread: string, error?: Error): void;
  /** So many ms from now. */
  at(ms: number): { readonly at: string };
  /** Handlers are cut off, and what they would still do goes nowhere. */
  crash(): Promise<void>;
  settled(): Promise<void>;
}

export function handlings({ tests: { beforeEach, afterEach }, fresh, settled = turnsOfTheLoop }: GivenDispatch): Handlings {
  let open: OpenForWork;
  let clock: FakeClock;
  let opened: OpenedForWork;
  let running: Handling[];
  let begun: string[];
  let bugs: string[];
  beforeEach(async () => {
    clock = fakeClock(undefined, settled);
    open = fresh();
    opened = await open(clock);
    running = [];
    begun = [];
    bugs = [];
  });
  afterEach(() => opened.store.close());
  return {
    get clock() {
      return clock;
    },
    get opened() {
      return opened;
    },
    get running() {
      return running;
    },
    get begun() {
      return begun;
    },
    get bugs() {
      return bugs;
    },
    serve(options = {}) {
      opened.dispatch.serve(
        "turn",
        { slots: 4, perWorkspace: 4, onBug: (error, thread) => bugs.push(`${thread}: ${String(error)}`), ...options },
        ({ key: thread, workspace }) => {
          begun.push(thread);
          return new Promise<void>((resolve, reject) => {
            const end = (error?: Error) => {
              running = running.filter((handling) => handling !== handled);
              if (error) reject(error);
              else resolve();
            };
            const handled: Handling = { thread, workspace, end };
            running.push(handled);
          });
        },
      );
    },
    wake: (thread, how = "now", workspace = "T1") => append(opened.store, thread, [said("hello")], { wake: how, workspace }),
    end: (thread, error) => running.find((handling) => handling.thread === thread)!.end(error),
    at: (ms) => ({ at: new Date(clock.now() + ms).toISOString() }),
    async crash() {
      await opened.store.close();
      for (const handling of running) handling.end();
      opened = await open(clock);
      running = [];
      begun = [];
    },
    settled,
  };
}
