import type { Clock } from "../../engine/clock.ts";
import { ALONE, partOf, type Share } from "../../engine/share.ts";

/** Lets through so many calls a minute, and a few at once after a pause. Waiting calls are let through in the order in which they came. */
export interface Bucket {
  /** Resolves when it is this call's time; `false` when the signal was aborted first. */
  take(signal: AbortSignal): Promise<boolean>;
  /** How long a call that came now would wait, those before it included. */
  waitMs(): number;
  /** Nothing goes through for so long: Slack said "too fast". */
  delay(ms: number): void;
}

export function createBucket({
  perMinute,
  burst,
  clock,
  share = ALONE,
}: {
  readonly perMinute: number;
  readonly burst: number;
  readonly clock: Clock;
  /** Of both, this process's part, where others do the same beside it. */
  readonly share?: Share;
}): Bucket {
  const gap = () => 60_000 / (perMinute * share());
  const atOnce = () => partOf(burst, share);
  /** When the bucket was, or will be, full. Each call puts it off by one gap; so a token's time is known without counting tokens. */
  let fullAtMs = 0;
  let shutUntilMs = 0;
  let lastNowMs = Number.NEGATIVE_INFINITY;
  let queue: Promise<unknown> = Promise.resolve();
  let inLine = 0;

  /** Now. When the clock was set back, what was to come is as far away as before, and not by so much further. */
  function look(): number {
    const now = clock.now();
    const backMs = Math.max(0, lastNowMs - now);
    fullAtMs -= backMs;
    shutUntilMs -= backMs;
    lastNowMs = now;
    return now;
  }

  async function nextTurn(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted) {
        inLine--;
        return false;
      }
      const now = look();
      const gapMs = gap();
      const at = Math.max(shutUntilMs, fullAtMs - (atOnce() - 1) * gapMs);
      if (at <= now) {
        inLine--;
        fullAtMs = Math.max(fullAtMs, now) + gapMs;
        return true;
      }
      await clock.sleep(at - now, signal);
    }
  }

  return {
    take(signal) {
      inLine++;
      const turn = queue.then(() => nextTurn(signal));
      queue = turn;
      return turn;
    },
    waitMs() {
      const now = look();
      const at = Math.max(shutUntilMs, Math.max(fullAtMs, now) + (inLine - (atOnce() - 1)) * gap());
      return Math.max(0, at - now);
    },
    delay(ms) {
      shutUntilMs = Math.max(shutUntilMs, look() + ms);
    },
  };
}

export interface SharedBucket {
  /** Resolves when it is this call's time; `false` when the signal was aborted first. */
  take(key: string, signal: AbortSignal): Promise<boolean>;
}

/**
 * A bucket whose keys, such as channels, take turns: one with many waiting calls holds up no other, and one that has had few of the last
 * calls goes before those that had many. Within a key, in order. Every other call is for the key with the least `backlogMs` (how long its own
 * line is): when many keys have so much to say that a round of all takes seconds, one that has little is not a round behind with each call.
 */
export function createSharedBucket(bucket: Bucket, backlogMs: (key: string) => number = () => 0): SharedBucket {
  /** In the order of their turns. */
  const waiting = new Map<string, Set<() => void>>();
  /** Whose the last calls were, the oldest first, and how many of them. */
  const last: string[] = [];
  const had = new Map<string, number>();
  let isServing = false;
  let isForLeast = false;
  /** Ends the wait for a token when nobody is left to use it. */
  let nobody = new AbortController();

  function nextKey(): string | undefined {
    isForLeast = !isForLeast;
    let next: { readonly key: string; readonly backlogMs: number; readonly had: number } | undefined;
    for (const key of waiting.keys()) {
      const one = { key, backlogMs: isForLeast ? backlogMs(key) : 0, had: had.get(key) ?? 0 };
      if (!next || one.backlogMs < next.backlogMs || (one.backlogMs === next.backlogMs && one.had < next.had)) next = one;
    }
    return next?.key;
  }

  function remember(key: string): void {
    last.push(key);
    had.set(key, (had.get(key) ?? 0) + 1);
    if (last.length <= REMEMBERED_CALLS) return;
    const oldest = last.shift() ?? "";
    const left = (had.get(oldest) ?? 0) - 1;
    if (left > 0) had.set(oldest, left);
    else had.delete(oldest);
  }

  function remove(key: string, go: () => void): void {
    const calls = waiting.get(key);
    calls?.delete(go);
    if (calls?.size === 0) waiting.delete(key);
    // With a reason: without one an exception is made for it.
    if (waiting.size === 0) nobody.abort(NOBODY);
  }

  /** Whose turn it is, is decided when there is a token. */
  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    while (waiting.size > 0) {
      nobody = new AbortController();
      if (!(await bucket.take(nobody.signal))) continue;
      const key = nextKey();
      const calls = key === undefined ? undefined : waiting.get(key);
      if (key === undefined || !calls) break;
      const [go] = calls;
      // To the end of the round.
      waiting.delete(key);
      waiting.set(key, calls);
      remember(key);
      go?.();
    }
    isServing = false;
  }

  return {
    take(key, signal) {
      if (signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const settle = (mayGo: boolean) => {
          signal.removeEventListener("abort", gone);
          remove(key, go);
          resolve(mayGo);
        };
        const go = () => settle(true);
        const gone = () => settle(false);
        signal.addEventListener("abort", gone, { once: true });
        const calls = waiting.get(key);
        if (calls) calls.add(go);
        else waiting.set(key, new Set([go]));
        void serve(); // It ends when nobody waits.
      });
    },
  };
}

const NOBODY = "nobody waits";
/** About a minute's posts of a busy workspace. */
const REMEMBERED_CALLS = 200;

/** One bucket a key, such as a channel. Those that have been idle for long are forgotten, so that their number stays small. */
export function createBuckets(create: () => Bucket): (key: string) => Bucket {
  const buckets = new Map<string, Bucket>();
  return (key) => {
    const bucket = buckets.get(key) ?? create();
    // Used last, kept longest.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > BUCKETS_MAX) for (const oldest of [...buckets.keys()].slice(0, BUCKETS_MAX / 2)) buckets.delete(oldest);
    return bucket;
  };
}

/** Far more channels than are busy within the seconds that a bucket remembers. */
const BUCKETS_MAX = 2_000;
