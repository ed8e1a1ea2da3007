import type { Clock } from "../../engine/clock.ts";

/** How fast may be posted in a workspace. Slack publishes no number, so it is begun high, and learnt from what Slack refuses. */
export interface LearntRate {
  perMinute(): number;
  burst(): number;
  /**
   * Slack has refused a post in this channel with too many, for so long. Resolves to how long all posts of the workspace are to wait: 0 where
   * the channel alone is meant, as far as one can tell.
   */
  refused(channel: string, retryAfterMs: number): number;
}

/** One channel has its own limit, and is kept below it; where a second one is refused while the first still is, the workspace is meant. */
const CHANNELS_MIN = 2;
/** In a minute without a refusal the rate grows by this. */
const GROWTH_PER_MINUTE = 1.25;

export function createLearntRate({
  most,
  least,
  burst,
  burstLearnt,
  clock,
}: {
  /** Posts a minute at first, and never more. */
  readonly most: number;
  /** Posts a minute, however often Slack refuses. */
  readonly least: number;
  /** Posts at once before anything was refused, and once something has been. */
  readonly burst: number;
  readonly burstLearnt: number;
  readonly clock: Pick<Clock, "now">;
}): LearntRate {
  const limitedUntil = new Map<string, number>();
  /** The longest that Slack has ever asked for: nobody waits for more. */
  let longestMs = 0;
  let lastNowMs = Number.NEGATIVE_INFINITY;
  let cut: { readonly perMinute: number; readonly untilMs: number } | undefined;

  /** Now. When the clock was set back, what was to come is as far away as before, and not by so much further. */
  function look(): number {
    const nowMs = clock.now();
    const backMs = Math.max(0, lastNowMs - nowMs);
    lastNowMs = nowMs;
    if (backMs === 0) return nowMs;
    for (const [limited, untilMs] of limitedUntil) limitedUntil.set(limited, untilMs - backMs);
    if (cut) cut = { ...cut, untilMs: cut.untilMs - backMs };
    return nowMs;
  }

  function perMinute(): number {
    const nowMs = look();
    if (!cut) return most;
    const quietMs = Math.max(0, nowMs - cut.untilMs);
    const grown = cut.perMinute * GROWTH_PER_MINUTE ** (quietMs / 60_000);
    if (grown < most) return grown;
    cut = undefined;
    return most;
  }

  return {
    perMinute,
    burst: () => (perMinute() < most ? burstLearnt : burst),
    refused(channel, retryAfterMs) {
      const now = look();
      longestMs = Math.max(longestMs, retryAfterMs);
      for (const [limited, untilMs] of limitedUntil) if (untilMs <= now) limitedUntil.delete(limited);
      limitedUntil.set(channel, now + retryAfterMs);
      if (limitedUntil.size < CHANNELS_MIN) return 0;
      // Those that were under way at the same time say the same once more.
      const isNews = !cut || now >= cut.untilMs;
      const untilMs = Math.min(Math.max(cut?.untilMs ?? 0, now + retryAfterMs), now + longestMs);
      cut = { perMinute: isNews ? Math.max(least, perMinute() / 2) : (cut?.perMinute ?? least), untilMs };
      return untilMs - now;
    },
  };
}
