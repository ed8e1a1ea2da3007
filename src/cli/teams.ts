import { describeMistake } from "../config/config-error.ts";
import { readEnv } from "../config/env.ts";
import { keyOf, loadSettings, type Settings } from "../config/load.ts";
import { BUILT_IN } from "../config/built-in/built-in.ts";
import { jsonSchemaOf } from "../config/registry/schemas.ts";
import { readArguments } from "./arguments.ts";
import { print, UsageError, type Io } from "./command.ts";
import { reachOf } from "./tool-reach.ts";

export const help = `parley teams validate [FILE]
parley teams list [FILE] [--json]
parley teams schema [FILE]

Checks a team file and what it includes; FILE is PARLEY_FILE or parley.yml when absent. Every mistake is listed with its file and line.
With list, says which teams there are, what each is for and who is in it; --json: one line as JSON each. Teams that people have made in Slack
are in its Home tab.
With schema, writes the JSON Schema of team files, for editors: of any, or with FILE of those that have the extensions of that one.
teams/parley.schema.json is a copy of it.

Exit codes: 0 the file can be used; 2 it cannot.`;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { positionals, values } = readArguments(args, { options: { json: { type: "boolean" } }, allowPositionals: true });
  const [verb, file, ...rest] = positionals;
  if (verb === "schema" && !values.json) {
    const registry = file === undefined ? BUILT_IN : loadSettings({ env: readEnv(io.cwd, io.env), cwd: io.cwd, file }).registry;
    await print(io.stdout, JSON.stringify(jsonSchemaOf(registry), null, 2));
    return 0;
  }
  if (values.json && verb !== "list") throw new UsageError("--json belongs to parley teams list.");
  if (verb !== "validate" && verb !== "list")
    throw new UsageError(
      verb === undefined
        ? "Say what to do: parley teams validate FILE."
        : `There is no "parley teams ${verb}"; there are parley teams validate FILE, parley teams list and parley teams schema.`,
    );
  if (rest.length > 0) throw new UsageError("Name one file; what it includes is checked with it.");
  const settings = loadSettings({ env: readEnv(io.cwd, io.env), cwd: io.cwd, ...(file === undefined ? {} : { file }) });
  if (verb === "list") return list(settings, io, values.json === true);
  for (const warning of settings.warnings) await print(io.stdout, `warn ${describeMistake(warning)}`);
  for (const [name, team] of settings.teams) {
    const agents = team.agents.map((agent) => ("model" in agent ? `${agent.name} (${agent.model})` : `${agent.name} (${agent.kind})`));
    await print(
      io.stdout,
      `ok   ${name}${name === settings.defaultTeam ? ", the default" : ""}: ${team.speakers.policy}; ${agents.join(", ")}`,
    );
  }
  for (const [name, tool] of settings.tools) {
    const reach = reachOf(tool);
    if (reach !== undefined) await print(io.stdout, `ok   tool ${name}: ${reach}`);
  }
  for (const [name, model] of settings.models) {
    const key = keyOf(model);
    await print(
      io.stdout,
      `ok   model ${name}: ${model.provider === "replay" ? `replays ${model.file}` : `${model.provider} ${model.model ?? ""}`.trimEnd()}${key ? `, key in ${key}` : ""}`,
    );
  }
  return 0;
}

async function list(settings: Settings, io: Io, json: boolean): Promise<number> {
  const teams = [...settings.teams].map(([team, { description, speakers, agents }]) => ({
    team,
    default: team === settings.defaultTeam,
    description,
    policy: speakers.policy,
    agents: agents.map(({ name }) => name),
  }));
  for (const { team, default: isDefault, description, policy, agents } of teams)
    await print(
      io.stdout,
      json
        ? JSON.stringify({ team, default: isDefault, description, policy, agents })
        : `${team}${isDefault ? " (the default)" : ""}: ${description} ${agents.join(", ")}; ${policy}`,
    );
  return 0;
}
