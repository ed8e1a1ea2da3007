import { basename } from "node:path";
import { z } from "zod";
import type { ModelSettings, Settings } from "../settings.ts";
import type { Registry } from "../registry/registry.ts";
import { schemasOf } from "../registry/schemas.ts";
import { READ_ONCE } from "../file/part.ts";
import { Script } from "../file/script.ts";
import { INSTRUCTIONS_CHARS_MAX } from "../schema/names.ts";
import { readToolRef } from "../tool-names.ts";
import { modelsInUse } from "./models-in-use.ts";
import { get } from "./parts.ts";

/** All that the settings say of one team, as they hold for a run from its beginning to its end. */
const snapshotIn = (registry: Registry) =>
  z.strictObject({ file: schemasOf(registry).cast, scripts: z.record(z.string(), Script), languages });

/** What could be run as code when the run began: what counts as code depends on it, and nothing else of a replay asks the sandbox. */
const languages = z.array(z.string()).optional();

/**
 * As canonical JSON: the same settings give the same text. Holds no secret, as the settings hold none. `languages`: what the sandbox runs,
 * which is kept where somebody of the team runs code.
 */
export function snapshotOf(settings: Settings, team: string, languages: readonly string[]): string {
  const part = reachable(settings, team);
  const runsCode = [...part.teams.values()].some(({ agents }) => agents.some(({ kind }) => kind === "code-runner" || kind === "coder"));
  const scripts = [...part.models].flatMap(([name, model]) => (model.provider === "replay" ? [[name, model.script] as const] : []));
  const models = [...part.models].map(([name, model]) => [name, model.provider === "replay" ? withoutPlace(model) : model]);
  return canonical({
    file: { models: Object.fromEntries(models), tools: Object.fromEntries(part.tools), teams: Object.fromEntries(part.teams) },
    scripts: Object.fromEntries(scripts),
    ...(runsCode ? { languages } : {}),
  });
}

/** What is in the script counts, not where on this machine it was. */
const withoutPlace = (model: Extract<ModelSettings, { provider: "replay" }>) => ({
  ...model,
  file: basename(model.file),
  script: undefined,
});

/** The settings of a snapshot; what it does not hold is as in `now`. Throws an error for people when another version wrote what this one cannot read. */
export function readSnapshot(text: string, now: Settings): Settings {
  const parsed = snapshotIn(now.registry).safeParse(JSON.parse(text), READ_ONCE);
  if (!parsed.success) throw new Error("they were written by another version of Parley");
  const { file, scripts } = parsed.data;
  const models = Object.entries(file.models).map(([name, model]): [string, ModelSettings] => {
    if ("anyOf" in model) throw new Error("a snapshot holds the models that were chosen");
    return [name, model.provider === "replay" ? { ...model, script: scripts[name] ?? { replies: {} } } : model];
  });
  return {
    ...now,
    models: new Map(models),
    tools: new Map(Object.entries(file.tools)),
    teams: new Map(Object.entries(file.teams)),
  };
}

/** Of the agents that have instructions: what they are, by name, of all teams that the snapshot has. */
export const instructionsIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    Object.values(Instructed.parse(JSON.parse(text)).file.teams).flatMap(({ agents }) =>
      agents.flatMap(({ name, instructions }) => (instructions === undefined ? [] : [[name, instructions] as const])),
    ),
  );

/** With other instructions for these agents. Throws an error for people where one of them has none, or they are longer than a team file takes. */
export function withInstructions(text: string, changed: { readonly [agent: string]: string }): string {
  const snapshot = Instructed.parse(JSON.parse(text));
  for (const [agent, instructions] of Object.entries(changed)) {
    if (instructions.length > INSTRUCTIONS_CHARS_MAX)
      throw new Error(`the instructions of ${agent} have ${instructions.length} characters; ${INSTRUCTIONS_CHARS_MAX} are the most.`);
    const meant = Object.values(snapshot.file.teams).flatMap(({ agents }) => agents.filter(({ name }) => name === agent));
    if (!meant.some((one) => one.instructions !== undefined)) throw new Error(`the team has no agent ${agent} with instructions.`);
    for (const one of meant) if (one.instructions !== undefined) one.instructions = instructions;
  }
  return canonical(snapshot);
}

/** Of a snapshot what is changed; the rest stays as it is. */
const Instructed = z.looseObject({
  file: z.looseObject({
    teams: z.record(
      z.string(),
      z.looseObject({ agents: z.array(z.looseObject({ name: z.string(), instructions: z.string().optional() })) }),
    ),
  }),
});

/** What could be run as code when the run of this snapshot began; `undefined` where an older version wrote it, and where nobody runs code. */
export const languagesThen = (text: string): readonly string[] | undefined =>
  z.looseObject({ languages }).parse(JSON.parse(text)).languages;

/** The models of this snapshot as they were set; the same text for the same ones. `undefined` where another version wrote it in another way. */
export function modelsThen(text: string): string | undefined {
  const { data } = z.looseObject({ file: z.looseObject({ models: z.record(z.string(), z.unknown()) }) }).safeParse(JSON.parse(text));
  return data && canonical(data.file.models);
}

/** The team, and what is inside it and behind its tools. */
export function reachable(settings: Settings, name: string): Pick<Settings, "models" | "tools" | "teams"> {
  const names = { teams: new Set([name]), tools: new Set<string>() };
  const useTools = (refs: readonly string[]) => {
    for (const ref of refs) names.tools.add(readToolRef(ref).key);
  };
  let size = 0;
  while (size < names.teams.size + names.tools.size) {
    size = names.teams.size + names.tools.size;
    for (const agent of [...names.teams].flatMap((team) => get(settings.teams, team).agents)) {
      if (agent.kind === "team") names.teams.add(agent.team);
      if ("tools" in agent) useTools(agent.tools);
    }
    for (const tool of [...names.tools].map((key) => get(settings.tools, key))) {
      if (tool.kind === "agent" && tool.team !== undefined) names.teams.add(tool.team);
      if (tool.kind === "agent") useTools(tool.agent?.tools ?? []);
    }
  }
  const tools = new Map([...names.tools].map((key) => [key, get(settings.tools, key)]));
  const teams = new Map([...names.teams].map((team) => [team, get(settings.teams, team)]));
  const models = new Map([...modelsInUse({ models: settings.models, teams, tools })].map((model) => [model, get(settings.models, model)]));
  return { models, tools, teams };
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
