import type { Clock } from "../../engine/clock.ts";
import { mostUrgent, NOBODY, rankNow, type Bucket } from "./pacer.ts";

export interface SharedBucket {
  /** As {@link Bucket.take}; a call of a lower rank goes before those of all keys. */
  take(key: string, signal: AbortSignal, rank?: number): Promise<boolean>;
  /** As {@link Bucket.takeNow}. */
  takeNow(key: string): boolean;
}

/**
 * A bucket whose keys, such as channels, take turns: one with many waiting calls holds up no other, and one that has had few of the last
 * calls goes before those that had many. Within a key, in order. Every other call is for the key with the least `backlogMs` (how long its own
 * line is): when many keys have so much to say that a round of all takes seconds, one that has little is not a round behind with each call.
 */
export function createSharedBucket(
  bucket: Bucket,
  { backlogMs = () => 0, clock }: { readonly backlogMs?: (key: string) => number; readonly clock: Pick<Clock, "now"> },
): SharedBucket {
  /** In the order of their turns. */
  const waiting = new Map<string, Set<Call>>();
  /** Whose the last calls were, each in the place of the oldest; and how many of them. */
  const last: string[] = [];
  let made = 0;
  const had = new Map<string, number>();
  let isServing = false;
  let isForLeast = false;
  /** Ends the wait for a token when nobody is left to use it. */
  let nobody = new AbortController();

  function next(): { readonly key: string; readonly call: Call } | undefined {
    isForLeast = !isForLeast;
    const nowMs = clock.now();
    let next:
      { readonly key: string; readonly call: Call; readonly rank: number; readonly backlogMs: number; readonly had: number } | undefined;
    for (const [key, calls] of waiting) {
      const call = mostUrgent(calls, nowMs);
      if (!call) continue;
      const rank = rankNow(call, nowMs);
      if (next && rank > next.rank) continue;
      const one = { key, call, rank, backlogMs: isForLeast ? backlogMs(key) : 0, had: had.get(key) ?? 0 };
      const isBefore =
        !next || rank < next.rank || one.backlogMs < next.backlogMs || (one.backlogMs === next.backlogMs && one.had < next.had);
      if (isBefore) next = one;
    }
    return next;
  }

  function remember(key: string): void {
    const oldest = last[made % REMEMBERED_CALLS] ?? "";
    last[made++ % REMEMBERED_CALLS] = key;
    if (oldest === key) return;
    had.set(key, (had.get(key) ?? 0) + 1);
    const left = (had.get(oldest) ?? 0) - 1;
    if (left > 0) had.set(oldest, left);
    else had.delete(oldest);
  }

  function remove(key: string, call: Call): void {
    const calls = waiting.get(key);
    calls?.delete(call);
    if (calls?.size === 0) waiting.delete(key);
    if (waiting.size === 0) nobody.abort(NOBODY);
  }

  /** Whose turn it is, is decided when there is a token. */
  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    while (waiting.size > 0) {
      nobody = new AbortController();
      if (!(await bucket.take(nobody.signal))) continue;
      const found = next();
      if (!found) {
        // Who waited has gone in this moment.
        bucket.giveBack();
        break;
      }
      const { key, call } = found;
      const calls = waiting.get(key) ?? new Set();
      // To the end of the round.
      waiting.delete(key);
      waiting.set(key, calls);
      remember(key);
      call.go();
    }
    isServing = false;
  }

  function takeNow(key: string): boolean {
    if (isServing || waiting.size > 0 || !bucket.takeNow()) return false;
    isForLeast = !isForLeast;
    remember(key);
    return true;
  }

  return {
    takeNow,
    take(key, signal, rank = 0) {
      if (signal.aborted) return Promise.resolve(false);
      if (takeNow(key)) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (mayGo: boolean) => {
          signal.removeEventListener("abort", gone);
          remove(key, call);
          resolve(mayGo);
        };
        const gone = () => settle(false);
        const call: Call = { rank, sinceMs: clock.now(), go: () => settle(true) };
        signal.addEventListener("abort", gone, { once: true });
        const calls = waiting.get(key);
        if (calls) calls.add(call);
        else waiting.set(key, new Set([call]));
        void serve(); // It ends when nobody waits.
      });
    },
  };
}

interface Call {
  readonly rank: number;
  readonly sinceMs: number;
  readonly go: () => void;
}

/** About a minute's posts of a busy workspace. */
const REMEMBERED_CALLS = 200;
