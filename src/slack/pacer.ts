import type { Clock } from "../engine/clock.ts";

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
}: {
  readonly perMinute: number;
  readonly burst: number;
  readonly clock: Clock;
}): Bucket {
  const gapMs = 60_000 / perMinute;
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
      const at = Math.max(shutUntilMs, fullAtMs - (burst - 1) * gapMs);
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
      const at = Math.max(shutUntilMs, Math.max(fullAtMs, now) + (inLine - (burst - 1)) * gapMs);
      return Math.max(0, at - now);
    },
    delay(ms) {
      shutUntilMs = Math.max(shutUntilMs, look() + ms);
    },
  };
}

/** A bucket whose keys, such as channels, take turns: one with many waiting calls holds up no other. Within a key, in order. */
export function createSharedBucket(bucket: Bucket): { take(key: string, signal: AbortSignal): Promise<boolean> } {
  /** In the order of their turns. */
  const waiting = new Map<string, ((mayGo: boolean) => void)[]>();
  let isServing = false;

  /** Whose turn it is, is decided when there is a token. */
  async function serve(signal: AbortSignal): Promise<void> {
    if (isServing) return;
    isServing = true;
    for (let first = waiting.entries().next().value; first; first = waiting.entries().next().value) {
      const mayGo = await bucket.take(signal);
      const [key, calls] = waiting.entries().next().value ?? first;
      waiting.delete(key);
      calls.shift()?.(mayGo);
      if (calls.length > 0) waiting.set(key, calls);
    }
    isServing = false;
  }

  return {
    take(key, signal) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const calls = waiting.get(key);
      if (calls) calls.push(resolve);
      else waiting.set(key, [resolve]);
      void serve(signal); // It ends when nobody waits, or with the signal.
      return promise;
    },
  };
}

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
