import { z } from "zod";
import { readTemplate, TemplateError } from "./cases/template.ts";

const CASES_WRITTEN_MAX = 2_000;
const TEAMS_MAX = 20;
const SCORERS_MAX = 20;
const REPEATS_MAX = 100;
const CONCURRENCY_MAX = 200;

const template = z
  .string()
  .min(1)
  .max(20_000)
  .superRefine((text, context) => {
    try {
      readTemplate(text);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
    }
  });

const answers = z
  .array(z.string().max(30_000))
  .max(50)
  .describe("What a person would answer to the questions of the agents, in their order.");

const writtenCase = z.strictObject({
  id: z.string().min(1).max(200).optional().describe("Its number in the list when absent."),
  input: z.string().min(1).max(30_000).describe("The task."),
  expected: z.unknown().optional(),
  answers: answers.optional(),
  fields: z.record(z.string(), z.unknown()).default({}).describe("What scorers read beside, by name."),
});

const casesFile = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe("JSONL, JSON, CSV or YAML, also as .gz: one case a line, row or entry; or a folder of exported threads."),
  input: template.default("input").describe("The task, as a field's name or a template: `question`, or `Solve: {{ question }}`."),
  expected: template.optional().describe("What is right: `answer | after '####'`."),
  id: template.optional().describe("What a case is called; its number when absent."),
  answers: template.optional().describe("A field that holds a list of answers to questions of the agents."),
});

const named = {
  name: z.string().min(1).max(40).optional().describe("What reports call it; its kind, and of several of a kind its number, when absent."),
};
const ignoreCase = z.boolean().default(true);
const scorers = [
  z.strictObject({
    kind: z.literal("exact"),
    ...named,
    expected: template.optional(),
    ignoreCase: ignoreCase.describe("Spaces at the ends never count."),
  }),
  z.strictObject({
    kind: z.literal("contains"),
    ...named,
    expected: template.optional(),
    ignoreCase,
    words: z.boolean().default(false).describe("Only as words of their own: no `ice` in `nice`."),
    without: template
      .optional()
      .describe("A field with what must not be there, one text or a list: so nobody is right who names all that may be."),
  }),
  z.strictObject({
    kind: z.literal("regex"),
    ...named,
    pattern: z
      .string()
      .min(1)
      .max(2_000)
      .describe("Found anywhere in the answer. With a group, what the first one holds is what is expected."),
    flags: z
      .string()
      .regex(/^[imsu]*$/, { error: "i, m, s and u alone" })
      .default(""),
    expected: template.optional(),
  }),
  z.strictObject({
    kind: z.literal("number"),
    ...named,
    expected: template.optional(),
    within: z.number().nonnegative().default(0).describe("How far off it may be."),
    relative: z.boolean().default(false).describe("`within` is a share of what is expected, and no number."),
    take: z
      .enum(["marked", "last", "first"])
      .default("marked")
      .describe("Of several numbers in the answer. `marked`: after #### or in \\boxed{}, else the last one."),
  }),
  z.strictObject({
    kind: z.literal("json"),
    ...named,
    expected: template.optional(),
    match: z.enum(["equal", "subset"]).default("equal").describe("`subset`: the answer may have more keys."),
  }),
  z.strictObject({
    kind: z.literal("program"),
    ...named,
    language: z.string().min(1).max(20).default("python"),
    prompt: template.optional().describe("What the answer's code goes on from, as in HumanEval."),
    entryPoint: template.optional().describe("The function that the test is called with."),
    test: template.describe("Code that fails where the answer is wrong. With an entry point, it defines check(candidate)."),
    timeoutSeconds: z.number().positive().max(600).default(20),
  }),
  z.strictObject({
    kind: z.literal("judge"),
    ...named,
    model: z.string().min(1),
    rubric: z.string().min(1).max(20_000).describe("What makes an answer good enough."),
    human: template.optional().describe("A field that says how people judged it, yes or no: the agreement is reported."),
  }),
  z.strictObject({
    kind: z.literal("pairwise"),
    ...named,
    model: z.string().min(1),
    rubric: z.string().min(1).max(20_000).describe("What makes one answer better than another."),
  }),
  z.strictObject({
    kind: z.literal("code"),
    ...named,
    scorer: z.string().min(1).describe("As an extension of the team file defines it."),
    with: z.record(z.string(), z.unknown()).default({}),
  }),
  z.strictObject({
    kind: z.literal("limit"),
    ...named,
    usd: z.number().nonnegative().optional(),
    turns: z.int().nonnegative().optional(),
    seconds: z.number().nonnegative().optional(),
    tokens: z.int().nonnegative().optional(),
  }),
] as const;

const team = z.union([
  z.string().min(1),
  z.strictObject({
    team: z.string().min(1),
    name: z.string().min(1).max(80).optional().describe("What the reports call it."),
    models: z.record(z.string(), z.string()).default({}).describe("Which model takes the place of which, by their names under `models`."),
  }),
]);

/** The file of `parley eval`. */
export const EvaluationFile = z.strictObject({
  name: z.string().min(1).max(80).optional().describe("The file's name when absent."),
  cases: z.union([casesFile, z.array(writtenCase).min(1).max(CASES_WRITTEN_MAX)]),
  teams: z.array(team).min(1).max(TEAMS_MAX).optional().describe("The team file's default team when absent."),
  score: z.array(z.discriminatedUnion("kind", scorers)).min(1).max(SCORERS_MAX).describe("A case is solved when each of them passes it."),
  repeats: z.int().positive().max(REPEATS_MAX).default(1),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .describe("Of the cases that are drawn, and of the intervals."),
  concurrency: z.int().positive().max(CONCURRENCY_MAX).default(4).describe("Runs at once."),
  budgetUsd: z.number().positive().optional().describe("When so much is spent, no further run begins."),
  approvals: z.enum(["end", "allow"]).default("end").describe("What becomes of a run that asks for a yes."),
});
export type EvaluationSettings = z.output<typeof EvaluationFile>;
export type ScorerSettings = EvaluationSettings["score"][number];

/** For editors: the file as JSON Schema (draft 2020-12), as it may be written, defaults left out. */
export const jsonSchemaOfEvaluation = (): Record<string, unknown> => ({
  title: "Parley evaluation",
  ...z.toJSONSchema(EvaluationFile, { io: "input" }),
});
