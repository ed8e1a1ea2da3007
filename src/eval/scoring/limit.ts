import { tokensOf } from "../../engine/limits/usage.ts";
import type { ScorerSettings } from "../evaluation-schema.ts";
import type { Scorer } from "./scorer.ts";

/** What the run took is within these limits. A cost that is not known is over every limit of money. */
export const limit = (settings: Extract<ScorerSettings, { readonly kind: "limit" }>): Omit<Scorer, "name"> => ({
  score: async ({ run: { turns, usage, priced, elapsedMs } }) => {
    const taken = [
      ["usd", priced ? usage.usd : Number.POSITIVE_INFINITY],
      ["turns", turns],
      ["seconds", elapsedMs / 1_000],
      ["tokens", tokensOf(usage)],
    ] as const;
    const over = taken.flatMap(([what, value]) => {
      const most = settings[what];
      return most !== undefined && value > most
        ? [`${Number.isFinite(value) ? value : "an unknown number of"} ${what}, at most ${most}`]
        : [];
    });
    return { passed: over.length === 0, why: over.length === 0 ? "within its limits" : over.join("; ") };
  },
});
