import { basename, dirname, resolve } from "node:path";
import { z } from "zod";
import { ConfigError, type Mistake } from "../config/config-error.ts";
import { at, type Notes } from "../config/file/notes.ts";
import { explain, knownKeys } from "../config/file/explain.ts";
import { check } from "../config/file/part.ts";
import { readYamlFile, type YamlFile } from "../config/file/yaml-file.ts";
import type { Settings } from "../config/settings.ts";
import { nearest } from "../engine/reading/nearest.ts";
import { readTemplate, TemplateError } from "./cases/template.ts";
import { scorerNames } from "./scoring/names.ts";

const CASES_WRITTEN_MAX = 2_000;
const TEAMS_MAX = 20;
const SCORERS_MAX = 20;
export const REPEATS_MAX = 100;
export const CONCURRENCY_MAX = 200;

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

/** A team with the models that it speaks with here. */
export interface Variant {
  /** What reports call it: no two have the same. */
  readonly label: string;
  readonly team: string;
  /** Names of models → of those in their place. */
  readonly models: { readonly [name: string]: string };
}

export interface EvaluationSource {
  readonly settings: EvaluationSettings;
  readonly name: string;
  readonly variants: readonly Variant[];
  readonly yaml: YamlFile;
}

/** Reads and checks the file, and what it says of the team file. Throws {@link ConfigError} with every mistake. */
export function readEvaluation(file: string, { cwd, teamFile }: { readonly cwd: string; readonly teamFile: Settings }): EvaluationSource {
  const yaml = readYamlFile(resolve(cwd, file), file);
  const notes: Notes = { mistakes: [], warnings: [] };
  const settings = check(EvaluationFile, yaml, notes);
  if (!settings) throw new ConfigError(notes.mistakes);
  return checked({ settings, name: settings.name ?? basename(file).replace(/\.ya?ml$/i, ""), yaml }, teamFile);
}

/** The same with these in place of what the file says, checked again. */
export function overridden(
  { settings, name, yaml }: EvaluationSource,
  instead: Partial<Pick<EvaluationSettings, "repeats" | "seed" | "concurrency" | "budgetUsd">> & { readonly teams?: readonly string[] },
  teamFile: Settings,
): EvaluationSource {
  const whole = { ...settings, ...instead, teams: instead.teams ? [...instead.teams] : settings.teams };
  const parsed = EvaluationFile.pick({ repeats: true, seed: true, concurrency: true, budgetUsd: true, teams: true }).safeParse({
    repeats: whole.repeats,
    seed: whole.seed,
    concurrency: whole.concurrency,
    budgetUsd: whole.budgetUsd,
    teams: whole.teams,
  });
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => ({ file: yaml.shown, path: path.join("."), message })));
  return checked({ settings: whole, name, yaml }, teamFile);
}

function checked({ settings, name, yaml }: Omit<EvaluationSource, "variants">, teamFile: Settings): EvaluationSource {
  const mistakes: Mistake[] = [];
  const known = (kind: "team" | "model", wanted: string, path: readonly (string | number)[]) => {
    const names = [...(kind === "team" ? teamFile.teams : teamFile.models).keys()];
    if (names.includes(wanted)) return;
    const guess = nearest(wanted, names);
    mistakes.push(
      at(yaml, path, `${teamFile.file} has no ${kind} "${wanted}"; it has ${names.join(", ")}.${guess ? ` Did you mean "${guess}"?` : ""}`),
    );
  };
  const named = settings.teams ?? [teamFile.defaultTeam];
  const variants = named.map((one): Variant => {
    if (typeof one === "string") return { label: one, team: one, models: {} };
    const swaps = Object.entries(one.models).map(([from, to]) => `${from} = ${to}`);
    return { label: one.name ?? (swaps.length > 0 ? `${one.team} (${swaps.join(", ")})` : one.team), team: one.team, models: one.models };
  });
  for (const [index, { label, team: evaluated, models }] of variants.entries()) {
    known("team", evaluated, ["teams", index]);
    for (const [from, to] of Object.entries(models))
      for (const model of [from, to]) known("model", model, ["teams", index, "models", from]);
    if (variants.findIndex((other) => other.label === label) < index)
      mistakes.push(at(yaml, ["teams", index], `two are called "${label}"; give one of them a name of its own`));
  }
  const names = scorerNames(settings.score);
  for (const [index, scorer] of settings.score.entries()) {
    if (names.indexOf(names[index] ?? "") < index) mistakes.push(at(yaml, ["score", index], `two are called "${names[index]}"; give one of them a name of its own`)); // prettier-ignore
    if (scorer.kind === "code") mistakes.push(...mistakesOfOwn(scorer, ["score", index], { yaml, teamFile }));
    if (scorer.kind === "judge" || scorer.kind === "pairwise") known("model", scorer.model, ["score", index, "model"]);
    if (scorer.kind === "regex" && !isPattern(scorer.pattern, scorer.flags))
      mistakes.push(at(yaml, ["score", index, "pattern"], "is no regular expression of JavaScript"));
    if (scorer.kind === "limit" && [scorer.usd, scorer.turns, scorer.seconds, scorer.tokens].every((limit) => limit === undefined))
      mistakes.push(at(yaml, ["score", index], "limits nothing; give usd, turns, seconds or tokens"));
    if (scorer.kind === "pairwise" && variants.length < 2)
      mistakes.push(at(yaml, ["score", index], "compares answers of two teams; name another under `teams`"));
  }
  if (settings.score.every(({ kind }) => kind === "pairwise"))
    mistakes.push(at(yaml, ["score"], "says which of two answers is better, and never that one is right; add a scorer that does"));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { settings, name, variants, yaml };
}

/** An extension has to define it, and take what stands under `with`. */
function mistakesOfOwn(
  { scorer, with: given }: Extract<ScorerSettings, { readonly kind: "code" }>,
  path: readonly (string | number)[],
  { yaml, teamFile }: { readonly yaml: YamlFile; readonly teamFile: Settings },
): readonly Mistake[] {
  const known = teamFile.registry.scorer;
  const definition = known.get(scorer);
  if (!definition) {
    const has = known.size === 0 ? "none of its extensions defines one (defineScorer)" : `it has ${[...known.keys()].join(", ")}`;
    return [at(yaml, [...path, "scorer"], `${teamFile.file} has no scorer "${scorer}"; ${has}.`)];
  }
  const parsed = definition.schema.safeParse(given, { error: knownKeys, reportInput: true });
  if (parsed.success) return [];
  return explain(parsed.error.issues).map((found) => at(yaml, [...path, "with", ...found.path], found.message));
}

/** The folder in which the file's own paths begin. */
export const folderOf = ({ yaml }: Pick<EvaluationSource, "yaml">): string => dirname(yaml.path);

function isPattern(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}
