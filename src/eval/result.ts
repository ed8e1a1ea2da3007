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

const NOTHING = { usd: 0, priced: true, tokens: 0 };

/**
 * Why a run is to be had or scored again once that can be: the evaluation's own budget ended it before its team's limits would have, or a scorer
 * could not say anything of it, as without a judge or a sandbox.
 */
export const UNFINISHED = ["budget", "unscored"] as const;

const band = z.object({ least: z.number(), most: z.number() });

/** One run of one case by one team, scored. Kept as it is, so that what a scorer said is not asked for again. */
export const Result = z.object({
  team: z.string(),
  case: z.string(),
  /** Of what the case asked and expected: its beginning as SHA-256. Absent in results of earlier versions. */
  asked: z.string().optional(),
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
  verdicts: z.array(
    z.object({
      scorer: z.string(),
      passed: z.boolean(),
      /** It could say nothing: `why` says why, and `passed` means nothing. */
      unscored: z.literal(true).optional(),
      why: z.string(),
      human: z.boolean().optional(),
    }),
  ),
  /** What it would take, as it was said before it began; absent where too few such runs were known. */
  forecast: z.object({ runs: z.int(), usd: band.optional(), ms: band }).optional(),
  /** What judges cost beside it. */
  judging: z.object(spent),
  unfinished: z.enum(UNFINISHED).optional(),
  /** How often it was begun or scored. */
  tries: z.int().positive().default(1),
  /** What runs before this one cost that the budget ended. */
  earlier: z.object(spent).default(NOTHING),
});
export type Result = z.output<typeof Result>;

/** All that was paid for it so far, in US dollars. */
export const paidFor = ({ usd, judging, earlier }: Pick<Result, "usd" | "judging" | "earlier">): number => usd + judging.usd + earlier.usd;

/** Two answers to one case, asked about in both orders. */
export const Preferred = z.object({
  /** What reports call the scorer. */
  judge: z.string().default("pairwise"),
  case: z.string(),
  repeat: z.int().positive(),
  one: z.string(),
  other: z.string(),
  whenFirst: z.enum(["one", "other", "neither"]),
  whenSecond: z.enum(["one", "other", "neither"]),
  /** Why the judge said nothing; then neither is liked better, it counts for nothing but its cost, and is asked again. */
  failed: z.string().optional(),
  /** How often it was asked. */
  tries: z.int().positive().default(1),
  ...spent,
});
export type Preferred = z.output<typeof Preferred>;
