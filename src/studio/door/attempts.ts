import type { Clock } from "../../engine/clock.ts";

/** How often one may try to sign in: each try asks the service behind it. */
export interface Attempts {
  /** Whether one more is let in from this address now; it counts. */
  may(address: string): boolean;
}

const WITHIN_MS = 60_000;
/** Whoever mistypes something tries twice; behind one address there may be a whole office. */
const PER_ADDRESS_MAX = 30;
const OF_ALL_MAX = 300;

export function createAttempts(clock: Pick<Clock, "now">): Attempts {
  /** Of this minute; what is remembered is at most {@link OF_ALL_MAX}. */
  let counts = new Map<string, number>();
  let [since, all] = [-Infinity, 0];
  return {
    may(address) {
      if (clock.now() - since >= WITHIN_MS) [counts, since, all] = [new Map(), clock.now(), 0];
      const own = counts.get(address) ?? 0;
      if (own >= PER_ADDRESS_MAX || all >= OF_ALL_MAX) return false;
      counts.set(address, own + 1);
      all++;
      return true;
    },
  };
}
