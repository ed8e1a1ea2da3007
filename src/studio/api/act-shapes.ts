import { z } from "zod";

/** What the API answers and is asked about what people do in runs that are shown in the studio alone, version 1. */

const text = z.string();

export const ActsOffer = z.object({
  isHere: z.boolean().describe("Whether whoever asks says it here: the run goes on, and is posted nowhere."),
  mayNot: z
    .object({ answer: text, steer: text, approve: text, stop: text, raise: text, raiseBudget: text })
    .partial()
    .describe("Why whoever asks may not do it; absent where they may. `raiseBudget`: budgets of the day, which are shared."),
  link: text.optional().describe("Where the run's thread is talked in, such as its address in Slack."),
});

export const BudgetsAnswer = z.object({
  usedUp: z
    .array(
      z.object({
        account: text.describe("`workspace`, `person/U1`, or for a place its kind and its id."),
        spent: z.number().nonnegative(),
        limit: z.number().nonnegative(),
        priced: z.boolean().describe("False where it is at least so much."),
        to: z.number().nonnegative().optional().describe("To how much a day it would be raised; absent where nobody can."),
      }),
    )
    .describe("Budgets of the day, in US dollars, that keep whoever asks from beginning a run there."),
  mayNot: text.optional().describe("Why whoever asks may not raise them; absent where they may."),
});

export const WordsBody = z.strictObject({
  text: text.min(1).max(30_000),
  answers: z.int().positive().optional().describe("Seq of the question that it answers; steering when absent."),
});
export const VerdictBody = z.strictObject({ call: text.min(1).max(200), approved: z.boolean() });
export const LimitBody = z.strictObject({
  halt: z.int().positive().describe("Seq of the event with which it has halted."),
  wish: z.enum(["raise", "finish"]).describe("Twice as much, as far as the team file lets people go; or a summary, and the end."),
});

export type BudgetsAnswer = z.infer<typeof BudgetsAnswer>;
export type ActsOffer = z.infer<typeof ActsOffer>;
export type WordsBody = z.infer<typeof WordsBody>;
export type VerdictBody = z.infer<typeof VerdictBody>;
export type LimitBody = z.infer<typeof LimitBody>;
