import { z } from "zod";

/** How a run of a case ended. `solved` and `wrong`: it came to its end, and every scorer passed it or not; a run at a limit that is right is solved, too. */
export const ENDS = ["solved", "wrong", "limit", "failed", "asked"] as const;
export type End = (typeof ENDS)[number];

const spent = {
  usd: z.number().nonnegative(),
  /** False where the price of something is not known: then `usd` is the least that it was. */
  priced: z.boolean(),
  tokens: z.int().nonnegative(),
};

/** One run of one case by one team, scored. Kept as it is, so that what a scorer said is not asked for again. */
export const Result = z.object({
  team: z.string(),
  case: z.string(),
  /** From 1. */
  repeat: z.int().positive(),
  thread: z.string(),
  end: z.enum(ENDS),
  /** Why it ended, in one line. */
  reason: z.string(),
  answer: z.string(),
  turns: z.int().nonnegative(),
  ms: z.number().nonnegative(),
  ...spent,
  verdicts: z.array(z.object({ scorer: z.string(), passed: z.boolean(), why: z.string(), human: z.boolean().optional() })),
  /** What judges cost beside it. */
  judging: z.object(spent),
});
export type Result = z.output<typeof Result>;

/** Two answers to one case, asked about in both orders. */
export const Preferred = z.object({
  case: z.string(),
  repeat: z.int().positive(),
  one: z.string(),
  other: z.string(),
  whenFirst: z.enum(["one", "other", "neither"]),
  whenSecond: z.enum(["one", "other", "neither"]),
  ...spent,
});
export type Preferred = z.output<typeof Preferred>;
