import type { Clock } from "../../engine/clock.ts";
import { ALONE, partOf, type Share } from "../../engine/share.ts";

/** Lets through so many calls a minute, and a few at once after a pause. Waiting calls are let through by their rank, and in the order in which they came. */
export interface Bucket {
  /**
   * Resolves when it is this call's time; `false` when the signal was aborted first. `rank`: a call of a lower one goes before; 0 when absent.
   * Who has waited for long counts for one rank less, again and again, so that nobody waits for ever.
   */
  take(signal: AbortSignal, rank?: number): Promise<boolean>;
  /** How long a call that came now would wait, those before it included. */
  waitMs(): number;
  /** Whether it is a call's time at once: nobody waits, and there is a token, which is taken then. */
  takeNow(): boolean;
  /** A call that it was the time of is not made after all: the next one has its time. */
  giveBack(): void;
  /**
   * A call that it was the time of some while ago is made only now. `calls`: so many whose time it was are not made yet, this one included.
   * What comes next keeps its distance from when they are made.
   */
  madeLate(calls: number): void;
  /** Nothing goes through for so long: Slack said "too fast". */
  delay(ms: number): void;
  /** For how long still nothing goes through, however few wait; 0 when it is open. */
  shutMs(): number;
}

/** After so long a call that waits is as urgent as one of the rank before its own. */
const RANK_AGES_MS = 20_000;

/** Why a wait for a token ends: with a reason, for without one an exception is made for it. */
export const NOBODY = "nobody waits";
const EARLIER = "it is time earlier";

export function createBucket({
  perMinute,
  burst,
  clock,
  share = ALONE,
  within,
}: {
  /** What is asked for at each call may change. */
  readonly perMinute: number | (() => number);
  readonly burst: number | (() => number);
  readonly clock: Clock;
  /** Of both, this process's part, where others do the same beside it. */
  readonly share?: Share;
  /** While this one is shut nothing goes through here either. */
  readonly within?: Pick<Bucket, "shutMs">;
}): Bucket {
  const now = (of: number | (() => number)): number => (typeof of === "number" ? of : of());
  const gap = () => 60_000 / (now(perMinute) * share());
  const atOnce = () => partOf(now(burst), share);
  /** When the bucket was, or will be, full. Each call puts it off by one gap; so a token's time is known without counting tokens. */
  let fullAtMs = 0;
  let shutUntilMs = 0;
  let lastNowMs = Number.NEGATIVE_INFINITY;
  const waiting: { readonly rank: number; readonly sinceMs: number; readonly go: () => void }[] = [];
  let isServing = false;
  /** Ends the wait for a token when nobody is left to use it. */
  let nobody = new AbortController();

  /** Now. When the clock was set back, what was to come is as far away as before, and not by so much further. */
  function look(): number {
    const nowMs = clock.now();
    const backMs = Math.max(0, lastNowMs - nowMs);
    fullAtMs -= backMs;
    shutUntilMs -= backMs;
    lastNowMs = nowMs;
    return nowMs;
  }

  const openAtMs = (nowMs: number): number => Math.max(shutUntilMs, nowMs + (within?.shutMs() ?? 0));

  /** Whose turn it is, is decided when there is a token. */
  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    while (waiting.length > 0) {
      const nowMs = look();
      const gapMs = gap();
      const at = Math.max(openAtMs(nowMs), fullAtMs - (atOnce() - 1) * gapMs);
      if (at <= nowMs) {
        fullAtMs = Math.max(fullAtMs, nowMs) + gapMs;
        mostUrgent(waiting, nowMs)?.go();
        continue;
      }
      nobody = new AbortController();
      await clock.sleep(at - nowMs, nobody.signal);
    }
    isServing = false;
  }

  function takeNow(): boolean {
    if (isServing || waiting.length > 0) return false;
    const nowMs = look();
    const gapMs = gap();
    if (Math.max(openAtMs(nowMs), fullAtMs - (atOnce() - 1) * gapMs) > nowMs) return false;
    fullAtMs = Math.max(fullAtMs, nowMs) + gapMs;
    return true;
  }

  return {
    takeNow,
    take(signal, rank = 0) {
      if (signal.aborted) return Promise.resolve(false);
      // Most calls: none of them needs to be found when the signal is aborted.
      if (takeNow()) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (mayGo: boolean) => {
          signal.removeEventListener("abort", gone);
          waiting.splice(waiting.indexOf(one), 1);
          if (waiting.length === 0) nobody.abort(NOBODY);
          resolve(mayGo);
        };
        const gone = () => settle(false);
        const one = { rank, sinceMs: clock.now(), go: () => settle(true) };
        signal.addEventListener("abort", gone, { once: true });
        waiting.push(one);
        void serve(); // It ends when nobody waits.
      });
    },
    waitMs() {
      const nowMs = look();
      const at = Math.max(openAtMs(nowMs), Math.max(fullAtMs, nowMs) + (waiting.length - (atOnce() - 1)) * gap());
      return Math.max(0, at - nowMs);
    },
    giveBack() {
      look();
      fullAtMs -= gap();
      // Who waits for a time that was later is to look again.
      nobody.abort(EARLIER);
    },
    madeLate(calls) {
      fullAtMs = Math.max(fullAtMs, look() + calls * gap());
    },
    delay(ms) {
      const nowMs = look();
      shutUntilMs = Math.max(shutUntilMs, nowMs + ms);
    },
    shutMs() {
      const nowMs = look();
      return Math.max(0, openAtMs(nowMs) - nowMs);
    },
  };
}

/** The one of the lowest rank, and of these the one that came first. */
export function mostUrgent<One extends { readonly rank: number; readonly sinceMs: number }>(
  waiting: Iterable<One>,
  nowMs: number,
): One | undefined {
  let found: One | undefined;
  for (const one of waiting) if (!found || rankNow(one, nowMs) < rankNow(found, nowMs)) found = one;
  return found;
}

/** How urgent it is by now: the lower, the sooner; who has waited for long counts for one rank less, again and again. */
export const rankNow = ({ rank, sinceMs }: { readonly rank: number; readonly sinceMs: number }, nowMs: number): number =>
  rank === 0 ? 0 : Math.max(0, rank - Math.floor(Math.max(0, nowMs - sinceMs) / RANK_AGES_MS));

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
