import type { Clock } from "../engine/clock.ts";
import { ALONE, partOf, type Share } from "../engine/share.ts";

/** What one provider is asked at most, by all processes together. */
export interface Caps {
  /** Calls at once. */
  readonly concurrency: number;
  readonly requestsPerMinute?: number | undefined;
  /** Input and output; of a call that has not ended, an estimate. */
  readonly tokensPerMinute?: number | undefined;
  /** Calls that may wait; one more is refused. */
  readonly waitingMax: number;
}

/** Lets calls through as the caps allow. Those that wait go in the order of their threads, one of each in turn, so that a busy thread delays its own calls. */
export interface Gate {
  enter(call: { readonly thread: string; readonly tokens: number }, signal: AbortSignal): Promise<Entered>;
  /** Lets nothing in for so long: the provider has asked for a pause. */
  pause(ms: number): void;
  /** How many calls run and wait. */
  readonly running: number;
  readonly waiting: number;
}

export type Entered =
  /** To be called once, when the call has ended, with the tokens that it took where they are known. */
  { readonly kind: "entered"; leave(tokens?: number): void } | { readonly kind: "full" } | { readonly kind: "aborted" };

const MINUTE_MS = 60_000;

/** `share`: of the caps, this process's part. */
export function createGate(caps: Caps, clock: Clock, share: Share = ALONE): Gate {
  const line = threadLine();
  const window = minuteWindow(caps, clock, share);
  let running = 0;
  let paused = { fromMs: 0, untilMs: 0 };
  let timer: AbortController | undefined;

  function enter({ thread, tokens }: { readonly thread: string; readonly tokens: number }, signal: AbortSignal): Promise<Entered> {
    if (signal.aborted) return Promise.resolve({ kind: "aborted" });
    return new Promise((resolve) => {
      const gone = () => {
        line.remove(waiter);
        if (line.size === 0) timer?.abort();
        resolve({ kind: "aborted" });
      };
      const waiter: Waiter = {
        thread,
        tokens,
        go: () => {
          signal.removeEventListener("abort", gone);
          resolve(admitted(tokens));
        },
      };
      signal.addEventListener("abort", gone, { once: true });
      line.add(waiter);
      letIn();
      if (line.size <= caps.waitingMax || !line.remove(waiter)) return;
      signal.removeEventListener("abort", gone);
      resolve({ kind: "full" });
    });
  }

  function admitted(estimate: number): Entered {
    running++;
    const entry = window.add(estimate);
    let left = false;
    return {
      kind: "entered",
      leave: (tokens = estimate) => {
        if (left) return;
        left = true;
        running--;
        entry.tokens = tokens;
        letIn();
      },
    };
  }

  function letIn(): void {
    while (line.size > 0 && running < partOf(caps.concurrency, share)) {
      const waitMs = Math.max(pausedMs(), window.waitMs(line.first()?.tokens ?? 0));
      if (waitMs > 0) return letInAfter(waitMs);
      line.take()?.go();
    }
  }

  /** A clock that was set back makes no pause longer than the provider has asked for. */
  function pausedMs(): number {
    const nowMs = clock.now();
    return nowMs < paused.fromMs ? 0 : paused.untilMs - nowMs;
  }

  /** One timer for all; it ends with the last that waits. */
  function letInAfter(ms: number): void {
    timer?.abort();
    const own = (timer = new AbortController());
    void clock.sleep(Math.ceil(ms), own.signal).then(() => {
      if (!own.signal.aborted) letIn();
    });
  }

  return {
    enter,
    pause(ms) {
      const fromMs = clock.now();
      if (ms > pausedMs()) paused = { fromMs, untilMs: fromMs + ms };
    },
    get running() {
      return running;
    },
    get waiting() {
      return line.size;
    },
  };
}

interface Waiter {
  readonly thread: string;
  readonly tokens: number;
  go(): void;
}

/** Who waits, thread by thread. Maps and sets keep the order in which things were added: the first thread is the one whose turn it is. */
function threadLine() {
  const threads = new Map<string, Set<Waiter>>();
  let size = 0;

  const first = (): Waiter | undefined => threads.values().next().value?.values().next().value;
  function add(waiter: Waiter): void {
    const own = threads.get(waiter.thread);
    if (own) own.add(waiter);
    else threads.set(waiter.thread, new Set([waiter]));
    size++;
  }
  /** Whether it was there. */
  function remove(waiter: Waiter): boolean {
    const own = threads.get(waiter.thread);
    if (!own?.delete(waiter)) return false;
    size--;
    if (own.size === 0) threads.delete(waiter.thread);
    return true;
  }
  /** The thread goes to the end of the round. */
  function take(): Waiter | undefined {
    const waiter = first();
    if (!waiter) return undefined;
    remove(waiter);
    const others = threads.get(waiter.thread);
    if (others) {
      threads.delete(waiter.thread);
      threads.set(waiter.thread, others);
    }
    return waiter;
  }

  return {
    add,
    remove,
    first,
    take,
    get size() {
      return size;
    },
  };
}

interface Entry {
  readonly atMs: number;
  tokens: number;
}

/** What was let in within the last minute. Holds no more entries than calls are let in within one; none where no rate is capped. */
function minuteWindow({ requestsPerMinute = Infinity, tokensPerMinute = Infinity }: Caps, clock: Clock, share: Share) {
  const isCapped = requestsPerMinute !== Infinity || tokensPerMinute !== Infinity;
  let entries: Entry[] = [];

  return {
    add(tokens: number): Entry {
      const entry = { atMs: clock.now(), tokens };
      if (isCapped) entries.push(entry);
      return entry;
    },
    /** How long until a call of so many tokens fits; 0 when it does. One that is larger than the cap goes alone. */
    waitMs(tokens: number): number {
      if (!isCapped) return 0;
      const now = clock.now();
      // One that is still to come was let in before the clock was set back.
      entries = entries.filter((entry) => entry.atMs > now - MINUTE_MS && entry.atMs <= now);
      let [requestsOver, tokensOver] = [
        entries.length + 1 - partOf(requestsPerMinute, share),
        entries.reduce((sum, entry) => sum + entry.tokens, 0) + tokens - partOf(tokensPerMinute, share),
      ];
      for (const entry of entries) {
        if (requestsOver <= 0 && tokensOver <= 0) return 0;
        requestsOver--;
        tokensOver -= entry.tokens;
        if (requestsOver <= 0 && tokensOver <= 0) return Math.max(1, entry.atMs + MINUTE_MS - now);
      }
      const last = entries.at(-1);
      return last ? Math.max(1, last.atMs + MINUTE_MS - now) : 0;
    },
  };
}
