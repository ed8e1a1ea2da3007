import { z } from "zod";
import { ENDS } from "../../eval/result.ts";

/** What the API says of evaluations; see shapes.ts. */

const text = z.string();
const at = z.string().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();

const EvaluationLine = z
  .object({
    id: text,
    name: text,
    file: text.describe("As it was named."),
    at,
    endedAt: at.optional().describe("Absent where it was interrupted, stopped at its budget, or goes on."),
    stoppedAtUsd: z
      .number()
      .nonnegative()
      .optional()
      .describe("Its budget, in US dollars, where it stopped at it; until somebody goes on with it."),
    teams: z.array(text),
    cases: count,
    casesInAll: count,
    repeats: count,
    seed: z.int(),
  })
  .meta({ id: "Evaluation" });

export const EvaluationsAnswer = z.object({ evaluations: z.array(EvaluationLine).describe("Newest first.") });

export const EvaluationParams = z.object({ id: text.min(1).max(200) });
export const EvaluationQuery = z.object({
  against: text.max(200).optional().describe("Of another one: each team that both have is compared."),
});

const Interval = z.object({ value: z.number(), low: z.number(), high: z.number() });

export const EvaluationAnswer = z.object({
  evaluation: EvaluationLine,
  state: z.enum(["ended", "budget", "interrupted", "unscored"]).describe("Of all but ended some runs or verdicts are missing."),
  cautions: z.array(text).describe("What may not be concluded from it."),
  grids: z
    .array(z.object({ title: text, titles: z.array(text), rows: z.array(z.array(text)) }))
    .describe("The tables of its report, as a terminal shows them."),
  solved: z.array(Interval.extend({ team: text })).describe("The share that each team solved, with the interval of 95 %."),
  ends: z.array(z.object({ team: text, shares: z.record(z.enum(ENDS), z.number()) })).describe("How the runs of each team ended."),
  differences: z
    .array(Interval.extend({ name: text }))
    .describe("Of each two teams; of each team to the other evaluation, where one was named."),
});

export const CasesQuery = z.object({
  show: z
    .enum(["all", "unsolved", "differing"])
    .default("all")
    .describe("unsolved: with a run that did not solve it; differing: teams have other shares."),
  after: z.coerce.number().int().nonnegative().default(0).describe("So many are passed over."),
});

const CaseRun = z.object({
  team: text,
  repeat: count,
  end: z.enum(ENDS),
  answer: text.describe("Its beginning."),
  why: text.describe("What scorers said against it, or why the run ended."),
  turns: count,
  ms: z.number(),
  usd: z.number(),
  priced: z.boolean(),
  thread: text,
  seq: count.optional().describe("With the thread it names the run; absent where it is kept no more."),
});

export const CasesAnswer = z.object({
  cases: z.array(z.object({ case: text, runs: z.array(CaseRun) })).describe("50 at most."),
  all: count.describe("That are shown so."),
  next: count.optional().describe("`after` of the next page; absent on the last."),
});

export type EvaluationsAnswer = z.infer<typeof EvaluationsAnswer>;
export type EvaluationAnswer = z.infer<typeof EvaluationAnswer>;
export type CasesAnswer = z.infer<typeof CasesAnswer>;
export type CasesQuery = z.infer<typeof CasesQuery>;
