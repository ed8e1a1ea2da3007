import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { z } from "zod";
import { checkTeam, type Report } from "./checks.ts";
import { ConfigError, type Mistake } from "./config-error.ts";
import type { Env } from "./env.ts";
import { explain, knownKeys } from "./explain.ts";
import { nearest } from "./nearest.ts";
import { TeamFile, type ModelChoice, type ProviderModel, type SandboxSettings, type TeamSettings } from "./schema.ts";
import { Script } from "./script.ts";
import { readYamlFile, type YamlFile } from "./yaml-file.ts";

/** A model with its choice made; a scripted one with its script read. */
export type ModelSettings =
  Exclude<ProviderModel, { provider: "replay" }> | (Extract<ProviderModel, { provider: "replay" }> & { readonly script: Script });

/** A checked team file and what it includes, with every choice made and every path absolute. Holds no secret. */
export interface Settings {
  /** The team file, as people are told of it. */
  readonly file: string;
  readonly models: ReadonlyMap<string, ModelSettings>;
  readonly teams: ReadonlyMap<string, TeamSettings>;
  readonly defaultTeam: string;
  readonly sandbox: SandboxSettings;
  /** Absolute path, or `:memory:`. */
  readonly database: string;
  /** What will work, but perhaps not as it was meant. */
  readonly warnings: readonly Mistake[];
}

export interface Sources {
  /** The team file; `PARLEY_FILE`, then `parley.yml`, when absent. */
  readonly file?: string;
  readonly env: Env;
  /** Where relative paths start. */
  readonly cwd: string;
}

const DEFAULT_FILE = "parley.yml";

/** Reads and checks a team file. Throws {@link ConfigError} with every mistake in it and in what it includes; keys of providers are looked for, never kept. */
export function loadSettings(sources: Sources): Settings {
  const { env, cwd } = sources;
  const shown = sources.file ?? (env["PARLEY_FILE"] || DEFAULT_FILE);
  const notes: Notes = { mistakes: [], warnings: [] };
  const main = parse(readYamlFile(resolve(cwd, shown), shown), notes);
  if (!main) throw new ConfigError(notes.mistakes);
  const parts = [main, ...readIncludes(main, notes)];
  const models = new Map(
    [...mergeModels(parts, notes)].map(([name, { choice, part }]) => [
      name,
      ready(pick(choice, name, part, env, notes), name, part, notes),
    ]),
  );
  const teams = mergeTeams(parts, models, notes);
  const defaultTeam = chooseDefault(main, teams, notes);
  if (notes.mistakes.length > 0) throw new ConfigError(notes.mistakes);
  const { sandbox, database } = main.file;
  return {
    file: shown,
    models,
    teams,
    defaultTeam,
    sandbox: { ...sandbox, image: env["PARLEY_SANDBOX_IMAGE"] || sandbox.image },
    database: databasePath(env["PARLEY_DB"] || database, cwd),
    warnings: notes.warnings,
  };
}

/** `:memory:` stays as it is. */
export const databasePath = (path: string, cwd: string): string => (path === ":memory:" ? path : resolve(cwd, path));

interface Notes {
  readonly mistakes: Mistake[];
  readonly warnings: Mistake[];
}

interface Part {
  readonly yaml: YamlFile;
  readonly file: TeamFile;
}

function parse(yaml: YamlFile, notes: Notes): Part | undefined {
  const file = check(TeamFile, yaml, notes);
  return file && { yaml, file };
}

/** The file in the shape of this schema; with mistakes, nothing. */
function check<Schema extends z.ZodType>(schema: Schema, yaml: YamlFile, notes: Notes): z.output<Schema> | undefined {
  const parsed = schema.safeParse(yaml.data ?? {}, { error: knownKeys, reportInput: true });
  if (parsed.success) return parsed.data;
  for (const { path, atKey, message } of explain(parsed.error.issues)) {
    notes.mistakes.push({ file: yaml.shown, line: yaml.line(path, atKey), path: showPath(path), message });
  }
  return undefined;
}

function attempt<Result>(read: () => Result, notes: Notes): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    notes.mistakes.push(...error.mistakes);
    return undefined;
  }
}

function readIncludes(main: Part, notes: Notes): Part[] {
  const folder = dirname(main.yaml.path);
  return main.file.include.flatMap((name, index) => {
    const mistake = (message: string) => notes.mistakes.push(at(main.yaml, ["include", index], message));
    const path = insideFolder(folder, name);
    if (path === undefined) {
      mistake(`"${name}" is not in the folder of this file; put the file beside or below it.`);
      return [];
    }
    const yaml = attempt(() => readYamlFile(path, join(dirname(main.yaml.shown), name)), notes);
    const part = yaml && parse(yaml, notes);
    if (part) checkIncluded(part, notes);
    return part ? [part] : [];
  });
}

function checkIncluded({ yaml, file }: Part, notes: Notes): void {
  if (file.include.length > 0)
    notes.mistakes.push(at(yaml, ["include"], "an included file includes others; list them all in the main file."));
  for (const key of ["defaultTeam", "sandbox", "slack", "database"])
    if (Object.hasOwn(yaml.data as object, key))
      notes.warnings.push(at(yaml, [key], "is not used here: the file that includes this one decides."));
}

/** The absolute path of a file beside or below `folder`, links followed; `undefined` when it leads out. */
function insideFolder(folder: string, name: string): string | undefined {
  if (isAbsolute(name) || name.includes("\0")) return undefined;
  const inside = (base: string, path: string) => {
    const way = relative(base, path);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  };
  const path = resolve(folder, name);
  if (!inside(folder, path)) return undefined;
  try {
    return inside(realpathSync(folder), realpathSync(path)) ? path : undefined;
  } catch {
    return path; // It is not there: whoever reads it says so.
  }
}

/** The including file's models go before those of the same name in what it includes; two included files may not disagree. */
function mergeModels([main, ...included]: readonly Part[], notes: Notes): Map<string, { choice: ModelChoice; part: Part }> {
  const merged = new Map<string, { choice: ModelChoice; part: Part }>();
  if (!main) return merged;
  for (const part of included) {
    for (const [name, choice] of Object.entries(part.file.models)) {
      const other = merged.get(name);
      const settled = Object.hasOwn(main.file.models, name);
      if (other && !settled && JSON.stringify(other.choice) !== JSON.stringify(choice)) {
        notes.mistakes.push(
          at(
            part.yaml,
            ["models", name],
            `${other.part.yaml.shown} has another model "${name}"; rename one, or say in ${main.yaml.shown} which it is.`,
          ),
        );
      }
      merged.set(name, { choice, part });
    }
  }
  for (const [name, choice] of Object.entries(main.file.models)) merged.set(name, { choice, part: main });
  return merged;
}

/** Of several candidates the first whose key is in the environment; one that needs no key counts as having it. With none, the first, which then says what it lacks. */
function pick(choice: ModelChoice, name: string, part: Part, env: Env, notes: Notes): ProviderModel {
  const candidates = "anyOf" in choice ? choice.anyOf : [choice];
  const found = candidates.find((candidate) => keyOf(candidate) === undefined || env[keyOf(candidate) ?? ""]?.trim());
  const model = found ?? candidates[0];
  if (!model) throw new Error("a checked choice has at least one candidate");
  if (!found)
    notes.warnings.push(
      at(part.yaml, ["models", name], `no key is set: put ${candidates.map(keyOf).join(" or ")} into the environment or into .env.`),
    );
  return model;
}

/** Reads the script of a scripted model; an empty one after a mistake. */
function ready(model: ProviderModel, name: string, part: Part, notes: Notes): ModelSettings {
  if (model.provider !== "replay") return model;
  const file = insideFolder(dirname(part.yaml.path), model.file);
  if (file === undefined)
    notes.mistakes.push(
      at(part.yaml, ["models", name], `the replay file "${model.file}" is not in the folder of this file; put it beside or below it.`),
    );
  const yaml = file === undefined ? undefined : attempt(() => readYamlFile(file, join(dirname(part.yaml.shown), model.file)), notes);
  return { ...model, file: file ?? model.file, script: (yaml && check(Script, yaml, notes)) ?? { replies: {} } };
}

/** The environment variable that holds a model's key; `undefined` when it needs none. */
export const keyOf = (model: Pick<ProviderModel, "provider"> & { apiKeyEnv?: string | undefined }): string | undefined =>
  model.provider === "replay" ? undefined : model.apiKeyEnv;

function mergeTeams(parts: readonly Part[], models: ReadonlyMap<string, ProviderModel>, notes: Notes): Map<string, TeamSettings> {
  const teams = new Map<string, TeamSettings>();
  const origin = new Map<string, string>();
  for (const { yaml, file } of parts) {
    for (const [name, team] of Object.entries(file.teams)) {
      const report: Report = (kind, path, message) =>
        notes[kind === "mistake" ? "mistakes" : "warnings"].push(at(yaml, ["teams", name, ...path], message));
      if (teams.has(name)) report("mistake", [], `${origin.get(name)} has a team "${name}" too; rename one.`);
      checkTeam(team, models, report);
      teams.set(name, team);
      origin.set(name, yaml.shown);
    }
  }
  return teams;
}

function chooseDefault(main: Part, teams: ReadonlyMap<string, TeamSettings>, notes: Notes): string {
  const [first] = teams.keys();
  const wanted = main.file.defaultTeam;
  if (first === undefined && notes.mistakes.length === 0)
    notes.mistakes.push(at(main.yaml, [], "has no teams; add one under `teams`, or a file that has some under `include`."));
  if (wanted === undefined || teams.has(wanted)) return wanted ?? first ?? "";
  const guess = nearest(wanted, teams.keys());
  // A team that could not be read may be the one that is meant.
  if (notes.mistakes.length === 0)
    notes.mistakes.push(
      at(
        main.yaml,
        ["defaultTeam"],
        `there is no team "${wanted}"; there are ${[...teams.keys()].join(", ")}. ${guess ? `Did you mean "${guess}"?` : "Fix the name."}`,
      ),
    );
  return wanted;
}

const at = (yaml: YamlFile, path: readonly (string | number)[], message: string): Mistake => ({
  file: yaml.shown,
  line: yaml.line(path),
  path: showPath(path),
  message,
});

/** `teams.support.agents[0].handoffs[1]` */
const showPath = (path: readonly (string | number)[]): string =>
  path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${step}`)).join("");
