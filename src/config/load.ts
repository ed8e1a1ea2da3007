import { dirname, join, resolve } from "node:path";
import { checkTeam } from "./checks/team.ts";
import { checkNamesOf } from "./checks/ceilings.ts";
import { checkFallback } from "./checks/models.ts";
import { checkSandbox } from "./checks/sandbox.ts";
import { ConfigError } from "./config-error.ts";
import type { Env } from "./env.ts";
import { ALERTS_CHANNEL, NO_ALERTS_CHANNEL } from "./schema/keeping.ts";
import { insideFolder, readIncludes } from "./file/includes.ts";
import { mergeNamed, mergeTeams, type Merged } from "./file/merge.ts";
import { nearest } from "../engine/reading/nearest.ts";
import { at, attempt, type Notes } from "./file/notes.ts";
import { check, parse, type Part } from "./file/part.ts";
import type { KnowledgeSettings } from "./schema/knowledge.ts";
import type { TeamSettings } from "./schema/team-file.ts";
import type { ModelChoice, ProviderModel } from "./schema/models.ts";
import type { ToolSettings } from "./schema/tools.ts";
import { Script } from "./file/script.ts";
import type { ModelSettings, Settings } from "./settings.ts";
import { asYamlFile, readYamlFile } from "./file/yaml-file.ts";
import { chosen, keyVariables } from "../tools/search/choice.ts";
import { secretNamesOf, unsetVariables } from "../tools/mcp/variables.ts";
import { registryFor } from "./extensions.ts";
import type { Definition } from "./registry/definition.ts";
import type { Registry } from "./registry/registry.ts";

export type { ModelSettings, Settings } from "./settings.ts";

export interface Sources {
  /** The team file; `PARLEY_FILE`, then `parley.yml`, when absent. */
  readonly file?: string;
  /** What would stand in a team file in `cwd`, in its place. */
  readonly data?: object;
  /** What can be named besides what the file's own extensions define. */
  readonly definitions?: readonly Definition[];
  readonly env: Env;
  /** Where relative paths start. */
  readonly cwd: string;
}

const DEFAULT_FILE = "parley.yml";
const NO_DEFAULT_FILE = "there is no such file; `parley init` makes one, --file or PARLEY_FILE names another";
/** How people are told of a team file that is in no file. */
const GIVEN = "(the given team file)";

/** Reads and checks a team file. Throws {@link ConfigError} with every mistake in it and in what it includes; keys of providers are looked for, never kept. */
export function loadSettings(sources: Sources): Settings {
  const { env, cwd } = sources;
  const shown = sources.file ?? (env["PARLEY_FILE"] || DEFAULT_FILE);
  const notes: Notes = { mistakes: [], warnings: [] };
  const yaml = sources.data
    ? asYamlFile(sources.data, GIVEN, resolve(cwd, GIVEN))
    : readYamlFile(resolve(cwd, shown), shown, shown === DEFAULT_FILE ? NO_DEFAULT_FILE : undefined);
  const registry = registryFor(yaml, sources.definitions ?? [], notes);
  // What an extension would have defined is no mistake of the rest.
  const main = notes.mistakes.length === 0 ? parse(yaml, registry, notes) : undefined;
  if (!main) throw new ConfigError(notes.mistakes);
  const parts = [main, ...readIncludes(main, registry, notes)];
  const mergedModels = mergeNamed("models", parts, notes);
  const models = new Map(
    [...mergedModels].map(([name, { value, part }]) => [name, ready(pick(value, name, part, env, notes), name, part, notes)]),
  );
  const keysMissing = new Map([...mergedModels].map(([name, { value }]) => [name, missingOf(value, env)]));
  for (const [name, { part }] of mergedModels)
    checkFallback(name, models, (path, message) => notes.mistakes.push(at(part.yaml, ["models", name, ...path], message)));
  const mergedTools = withEntryless(mergeNamed("tools", parts, notes), registry, main);
  checkVariables(mergedTools, env, notes);
  const tools = new Map([...mergedTools].map(([name, { value, part }]) => [name, placed(value, part)]));
  const mergedTeams = mergeTeams(parts, notes);
  const teams = new Map([...mergedTeams].map(([name, { value, part }]) => [name, placedTeam(value, part)]));
  checkTools(mergedTools, { models, tools, teams, registry }, notes);
  checkTeams(mergedTeams, { models, tools, teams, registry }, notes);
  checkSandbox(main.file.sandbox, env, (kind, path, message) =>
    notes[kind === "mistake" ? "mistakes" : "warnings"].push(at(main.yaml, ["sandbox", ...path], message)),
  );
  checkNamesOf(main.file.ceilings.teams, { models, tools }, (kind, path, message) =>
    notes[kind === "mistake" ? "mistakes" : "warnings"].push(at(main.yaml, ["ceilings", "teams", ...path], message)),
  );
  const defaultTeam = chooseDefault(main, teams, notes);
  const alertsChannel = env["PARLEY_ALERTS_CHANNEL"]?.trim() || main.file.alerts.channel;
  if (alertsChannel !== undefined && !ALERTS_CHANNEL.test(alertsChannel))
    notes.mistakes.push({ file: "environment", path: "PARLEY_ALERTS_CHANNEL", message: `${NO_ALERTS_CHANNEL}.` });
  if (notes.mistakes.length > 0) throw new ConfigError(notes.mistakes);
  const { guards, providers, sandbox, slack, budgets, ceilings, retention, audit, alerts, database } = main.file;
  const auditFile = env["PARLEY_AUDIT_FILE"] || audit.file;
  return {
    file: sources.data ? GIVEN : shown,
    registry,
    models,
    keysMissing,
    tools,
    teams,
    defaultTeam,
    guards,
    providers,
    slack,
    budgets,
    ceilings,
    retention,
    audit: { days: audit.days, ...(auditFile ? { file: resolve(cwd, auditFile) } : {}) },
    alerts: { ...alerts, ...(alertsChannel === undefined ? {} : { channel: alertsChannel }) },
    sandbox: { ...sandbox, image: env["PARLEY_SANDBOX_IMAGE"] || sandbox.image },
    database: databasePath(env["PARLEY_DB"]?.trim() || database, cwd),
    warnings: notes.warnings,
  };
}

/** A server's folder is looked for where the file is, as every other path of it. */
const placed = (tool: ToolSettings, part: Part): ToolSettings =>
  tool.kind === "mcp" && tool.cwd !== undefined ? { ...tool, cwd: resolve(dirname(part.yaml.path), tool.cwd) } : tool;

/** So are the folders in which a team looks things up. */
const placedTeam = ({ knowledge, ...team }: TeamSettings, { yaml }: Part): TeamSettings => ({
  ...team,
  ...(knowledge ? { knowledge: knowledge.map((source) => placedSource(source, dirname(yaml.path))) } : {}),
});

const placedSource = (source: KnowledgeSettings, folder: string): KnowledgeSettings =>
  source.folder === undefined ? source : { ...source, folder: resolve(folder, source.folder) };

/**
 * Where the log is kept, a path made whole; the address of another store than a file of SQLite, such as `:memory:`, stays as it is. Throws
 * {@link ConfigError} for a folder that is not there yet: a file would take its place.
 */
export function databasePath(address: string, cwd: string): string {
  const path = address.replace(/^sqlite:(?=[^/]|\/[^/])/i, "");
  if (/^(?![A-Za-z][A-Za-z0-9+.-]+:).*\/$/.test(path))
    throw new ConfigError([{ file: "database", path: "", message: `${path} is a folder; name a file in it, such as ${path}parley.db.` }]);
  return path === ":memory:" || /^[A-Za-z][A-Za-z0-9+.-]+:/.test(path) ? path : resolve(cwd, path);
}

/** Of several candidates the first whose key is in the environment; one that needs no key counts as having it. With none, the first, which then says what it lacks. */
function pick(choice: ModelChoice, name: string, part: Part, env: Env, notes: Notes): ProviderModel {
  const candidates = candidatesOf(choice);
  const found = candidates.find((candidate) => hasKey(candidate, env));
  const model = found ?? candidates[0];
  if (!model) throw new Error("a checked choice has at least one candidate");
  if (!found)
    notes.warnings.push(
      at(part.yaml, ["models", name], `no key is set: put ${candidates.map(keyOf).join(" or ")} into the environment or into .env.`),
    );
  return model;
}

const candidatesOf = (choice: ModelChoice): readonly ProviderModel[] => ("anyOf" in choice ? choice.anyOf : [choice]);

const hasKey = (candidate: ProviderModel, env: Env): boolean => {
  const key = keyOf(candidate);
  return key === undefined || Boolean(env[key]?.trim());
};

/** The variables that are not set, of the candidates before the one that is taken. */
function missingOf(choice: ModelChoice, env: Env): readonly string[] {
  const candidates = candidatesOf(choice);
  const taken = candidates.findIndex((candidate) => hasKey(candidate, env));
  return [...new Set(candidates.slice(0, taken < 0 ? candidates.length : taken).flatMap((candidate) => keyOf(candidate) ?? []))];
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

/** The variables that these settings say hold a secret. */
export const secretNames = ({ models, tools, teams }: Pick<Settings, "models" | "tools" | "teams">): string[] => [
  ...[...models.values()].flatMap((model) => keyOf(model) ?? []),
  ...[...teams.values()].flatMap(({ agents }) =>
    agents.flatMap((agent) => (agent.kind === "a2a" ? Object.values(agent.headersEnv ?? {}) : [])),
  ),
  ...[...tools.values()].flatMap((tool) =>
    tool.kind === "mcp" ? secretNamesOf(tool) : tool.kind === "web-search" ? keyVariables(tool) : [],
  ),
];

/** What each team means, in the light of all the others. */
function checkTeams(
  merged: ReadonlyMap<string, Merged<TeamSettings>>,
  settings: Pick<Settings, "models" | "tools" | "teams" | "registry">,
  notes: Notes,
) {
  for (const [name, { value, part }] of merged)
    checkTeam(name, value, settings, settings.registry, (kind, path, message) =>
      notes[kind === "mistake" ? "mistakes" : "warnings"].push(at(part.yaml, ["teams", name, ...path], message)),
    );
}

/** What stands behind each tool; a server is asked for its tools only when it is used. */
function checkTools(
  merged: ReadonlyMap<string, Merged<ToolSettings>>,
  settings: Pick<Settings, "models" | "tools" | "teams" | "registry">,
  notes: Notes,
) {
  for (const [name, { value, part }] of merged)
    settings.registry.tool.get(value.kind)?.check?.(value, {
      path: [],
      around: settings,
      report: (kind, path, message) =>
        notes[kind === "mistake" ? "mistakes" : "warnings"].push(at(part.yaml, ["tools", name, ...path], message)),
    });
}

/** A tool of an extension that needs no settings can be named without an entry; an entry goes before it. */
function withEntryless(
  merged: ReadonlyMap<string, Merged<ToolSettings>>,
  registry: Registry,
  part: Part,
): ReadonlyMap<string, Merged<ToolSettings>> {
  const entryless = [...registry.tool.values()].flatMap(({ name, schema, needsNoEntry }) =>
    needsNoEntry && !merged.has(name)
      ? // A kind of one's own is none of those that the type names.
        [[name, { value: { kind: name, ...schema.parse({}) } as unknown as ToolSettings, part }] as const]
      : [],
  );
  return new Map([...merged, ...entryless]);
}

/** A server that is started without the keys it wants says so late and in its own words; a search without one, only when it is made. */
function checkVariables(merged: ReadonlyMap<string, Merged<ToolSettings>>, env: Env, notes: Notes): void {
  for (const [name, { value, part }] of merged) {
    // A file that leaves it open whom to ask can be used where nobody is there.
    const search = value.kind === "web-search" && value.provider !== undefined ? chosen(value, env) : undefined;
    if (search && "missing" in search) notes.warnings.push(at(part.yaml, ["tools", name], search.missing));
    if (value.kind !== "mcp") continue;
    const missing = unsetVariables(value, env);
    if (missing.length > 0)
      notes.warnings.push(at(part.yaml, ["tools", name], `is not set: put ${missing.join(" and ")} into the environment or into .env.`));
  }
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
