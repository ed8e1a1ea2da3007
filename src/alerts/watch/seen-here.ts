import type { Clock } from "../../engine/clock.ts";
import { TROUBLES_MAX } from "../roll.ts";
import { keyOf, type Trouble } from "../kinds.ts";

/** What this process sees. */
export interface SeenHere {
  /** It is so from now on, or still; `forMs`: until nobody has said so for so long. */
  see(trouble: Omit<Trouble, "sinceMs">, options?: { readonly sinceMs?: number; readonly forMs?: number }): void;
  /** It is so no more. */
  over(trouble: Pick<Trouble, "kind" | "subject">): void;
  now(): readonly (Trouble & { readonly sinceMs: number })[];
}

export function createSeenHere(clock: Pick<Clock, "now">): SeenHere {
  const seen = new Map<string, { readonly trouble: Trouble & { readonly sinceMs: number }; readonly untilMs: number }>();
  return {
    see(trouble, { sinceMs = clock.now(), forMs = Infinity } = {}) {
      const key = keyOf(trouble);
      const before = seen.get(key);
      if (!before && seen.size >= TROUBLES_MAX) return;
      seen.set(key, { trouble: { ...trouble, sinceMs: before?.trouble.sinceMs ?? sinceMs }, untilMs: clock.now() + forMs });
    },
    over: (trouble) => void seen.delete(keyOf(trouble)),
    now() {
      for (const [key, { untilMs }] of seen) if (clock.now() >= untilMs) seen.delete(key);
      return [...seen.values()].map(({ trouble }) => trouble);
    },
  };
}
