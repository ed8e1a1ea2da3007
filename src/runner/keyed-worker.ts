import type { Clock } from "../engine/clock.ts";

/**
 * Brings things up to date, each by its key (a thread, say): one look at a time for a key, many keys at once. However often a key is poked while
 * it is looked at, there is one more look behind it, which sees all of that; so what a look does has to be read off somewhere, and not handed in.
 * A key about which nothing is left to do is forgotten.
 */
export interface KeyedWorker<S> {
  /**
   * There may be something to do. The next look begins behind the caller's own step, so that what is put into the state right after the poke is
   * seen by it. Returns the key's state; `undefined` once closed, and for a new key where there are {@link KeyedWork.keysMax} already.
   */
  poke(key: string): S | undefined;
  /** The state of a key that is looked after now. */
  stateOf(key: string): S | undefined;
  /** Resolves when nothing is left to do about a key; at once when it is not looked after. */
  rest(key: string): Promise<void>;
  /** Resolves when no key is looked after. */
  idle(): Promise<void>;
  /**
   * Resolves when nothing is left to do about each key that is looked after now, whatever is poked meanwhile. `false`: a key, now or earlier, was left to its
   * next poke after {@link KeyedWork.triesMax} failures; one whose look named a number of its own has had an answer.
   */
  settled(): Promise<boolean>;
  /** Begins no look and sleeps no more; resolves when the looks under way have ended. */
  close(): Promise<void>;
}

/** What became of one look. */
export type Worked =
  /** All is done that could be seen. `gapMs`: the next look comes no sooner. `againMs`: there is one after so long, also when nobody pokes. */
  | { readonly kind: "done"; readonly gapMs?: number; readonly againMs?: number }
  /** There is a look again, after a back-off that pokes do not shorten. `triesMax`: in place of {@link KeyedWork.triesMax}. */
  | { readonly kind: "failed"; readonly triesMax?: number };

export interface Look<S> {
  readonly state: S;
  /** Looks in a row that failed before this one. */
  readonly failures: number;
  /** Aborted by the close. */
  readonly signal: AbortSignal;
}

export interface KeyedWork<S> {
  readonly clock: Clock;
  /** What is remembered of a key from look to look, and forgotten with it. */
  readonly begin: (key: string) => S;
  readonly look: (key: string, about: Look<S>) => Promise<Worked>;
  /** A look that throws has failed; not told after the close. */
  readonly onError: (key: string, error: unknown) => void;
  /** After a failure, doubled with each in a row up to the longest. */
  readonly retryDelayMs: number;
  readonly retryDelayMsMax: number;
  /** After so many failures in a row a key is left to its next poke; without an end when absent. */
  readonly triesMax?: number;
  /** Keys looked after at once; what is over that is not begun. Without an end when absent: for what a store holds anyway. */
  readonly keysMax?: number;
}

interface Line<S> {
  readonly state: S;
  /** Something happened since the last look. */
  isDirty: boolean;
  /** Ends the wait for what nobody has poked; absent while nothing is waited for so. */
  wake: AbortController | undefined;
  ended: Promise<void>;
}

/** Nobody reads why; without a reason each abort makes an exception, with the stack that led to it. */
const POKED = "poked";

const FAILED: Worked = { kind: "failed" };

export function createKeyedWorker<S>(work: KeyedWork<S>): KeyedWorker<S> {
  const { clock, keysMax = Infinity, retryDelayMs, retryDelayMsMax } = work;
  const lines = new Map<string, Line<S>>();
  const closing = new AbortController();
  const { signal } = closing;
  let wasLeft = false;

  /** Nothing is awaited between the last look and the end of the line: a poke from there on begins a new one. */
  async function tend(key: string, line: Line<S>): Promise<void> {
    await Promise.resolve();
    let failures = 0;
    while (line.isDirty && !signal.aborted) {
      line.isDirty = false;
      let worked: Worked;
      try {
        worked = await work.look(key, { state: line.state, failures, signal });
      } catch (error) {
        // After the end the store may be gone already, and that is no news.
        if (!signal.aborted) work.onError(key, error);
        worked = FAILED;
      }
      if (signal.aborted) break;
      if (worked.kind === "failed") {
        failures++;
        if (failures < (worked.triesMax ?? work.triesMax ?? Infinity)) {
          line.isDirty = true;
          await clock.sleep(Math.min(retryDelayMs * 2 ** (failures - 1), retryDelayMsMax), signal);
        } else {
          failures = 0;
          wasLeft ||= worked.triesMax === undefined;
        }
        continue;
      }
      failures = 0;
      const { gapMs = 0, againMs } = worked;
      if (gapMs > 0) await clock.sleep(gapMs, signal);
      if (line.isDirty || againMs === undefined || signal.aborted) continue;
      line.wake = new AbortController();
      await clock.sleep(againMs, line.wake.signal);
      line.wake = undefined;
      line.isDirty = true;
    }
    lines.delete(key);
  }

  async function idle(): Promise<void> {
    while (lines.size > 0) await Promise.all([...lines.values()].map(({ ended }) => ended));
  }

  return {
    poke(key) {
      if (signal.aborted) return undefined;
      let line = lines.get(key);
      if (!line) {
        if (lines.size >= keysMax) return undefined;
        line = { state: work.begin(key), isDirty: true, wake: undefined, ended: Promise.resolve() };
        lines.set(key, line);
        line.ended = tend(key, line);
      }
      line.isDirty = true;
      line.wake?.abort(POKED);
      return line.state;
    },
    stateOf: (key) => lines.get(key)?.state,
    rest: async (key) => lines.get(key)?.ended,
    idle,
    async settled() {
      await Promise.all([...lines.values()].map(({ ended }) => ended));
      return !wasLeft;
    },
    close() {
      closing.abort();
      for (const { wake } of lines.values()) wake?.abort(POKED);
      return idle();
    },
  };
}
