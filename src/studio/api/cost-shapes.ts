import { z } from "zod";

/** What the API says of money and of quality; see shapes.ts. */

const text = z.string();
const count = z.int().nonnegative();
const day = z.iso.date();

const Spent = z.object({
  calls: count.describe("Of models."),
  inputTokens: count,
  outputTokens: count,
  cachedTokens: count.describe("Of the input: read from the provider's cache."),
  cacheWriteTokens: count,
  reasoningTokens: count.describe("Of the output."),
  usd: z.number(),
  priced: z.boolean().describe("false: the price of a call is not known, and `usd` is at least so much."),
  estimated: z.boolean().describe("true: a server counted nothing, and tokens were estimated."),
});

export const COSTS_BY = ["team", "agent", "model", "place", "person"] as const;

export const DaysQuery = z.object({
  workspace: text.max(200).describe("One of those that the session lists."),
  from: day.optional().describe("On this day (UTC) and later; 30 days up to `to` when absent."),
  to: day.optional().describe("Up to this day (UTC); today when absent."),
});

export const CostsQuery = DaysQuery.extend({ by: z.enum(COSTS_BY).default("team").describe("What groups are of.") });

export const CostsAnswer = z.object({
  from: day,
  to: day,
  total: Spent,
  groups: z
    .array(Spent.extend({ key: text.describe("A team's, agent's or model's name, a place, or a person's id."), name: text.optional() }))
    .describe("The most expensive first; 1,000 at most. A model bears its name in the team file; without a name it is not recorded."),
  more: count.describe("Groups that are left out."),
  days: z
    .array(
      Spent.extend({
        day,
        parts: z
          .array(z.object({ key: text.optional(), usd: z.number(), tokens: count }))
          .describe("Of the six most expensive groups, and last, without a key, of all others."),
      }),
    )
    .describe("Days on which something was spent, oldest first."),
});

const Interval = z.object({ value: z.number(), low: z.number(), high: z.number() });

export const QualityAnswer = z.object({
  from: day,
  to: day,
  few: count.describe("Of fewer than so many no share is told."),
  teams: z.array(
    z.object({
      team: text,
      runs: count.describe("That ended on these days."),
      helpful: count.describe("So often somebody has said that a run was helpful, each person of a run once."),
      unhelpful: count,
      helpfulShare: Interval.optional().describe("With the interval of 95 % (Wilson); absent where there are few."),
      asked: count.describe("Runs whose agents were asked whether they agree with the answer."),
      dissent: count.describe("Those of them in which one did not."),
      dissentShare: Interval.optional(),
    }),
  ),
});

export type CostsQuery = z.infer<typeof CostsQuery>;
export type DaysQuery = z.infer<typeof DaysQuery>;
export type CostsAnswer = z.infer<typeof CostsAnswer>;
export type QualityAnswer = z.infer<typeof QualityAnswer>;
