import { basename, dirname, resolve } from "node:path";
import { ConfigError, type Mistake } from "../config/config-error.ts";
import { at, type Notes } from "../config/file/notes.ts";
import { explain, knownKeys } from "../config/file/explain.ts";
import { check } from "../config/file/part.ts";
import { readYamlFile, type YamlFile } from "../config/file/yaml-file.ts";
import type { Settings } from "../config/settings.ts";
import { nearest } from "../engine/reading/nearest.ts";
import { EvaluationFile, type EvaluationSettings, type ScorerSettings } from "./evaluation-schema.ts";
import { scorerNames } from "./scoring/names.ts";

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
