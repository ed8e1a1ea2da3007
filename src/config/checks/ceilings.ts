import { recallOf, type AgentSettings } from "../schema/agents.ts";
import type { ContextSettings } from "../schema/assistant.ts";
import type { TeamCeilings } from "../schema/ceilings.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import { selectorModel } from "../selector-model.ts";
import { readToolRef } from "../tool-names.ts";
import { isOfWeb } from "../touches.ts";
import { list, unknownEntry, type Path, type Report, type Surroundings } from "./report.ts";

const LIMITS = ["turns", "minutes", "tokens", "usd"] as const;

/** What the ceilings name is there. */
export function checkNamesOf(ceilings: TeamCeilings, { models, tools }: Omit<Surroundings, "teams">, report: Report): void {
  for (const [index, name] of (ceilings.models ?? []).entries())
    if (!models.has(name)) report("mistake", ["models", index], unknownEntry("model", name, [...models.keys()]));
  for (const [index, ref] of (ceilings.tools ?? []).entries()) {
    const { key, member } = readToolRef(ref);
    const tool = tools.get(key);
    if (!tool) report("mistake", ["tools", index], unknownEntry("tool", key, [...tools.keys()]));
    else if (member !== undefined && tool.kind !== "mcp")
      report("mistake", ["tools", index], `"${key}" is one tool, not a server of several. Write "${key}".`);
  }
}

/** The limits that were written, before anything else is known of the team. */
export function checkWrittenLimits(team: unknown, ceilings: TeamCeilings, report: Report): void {
  const written = limitsIn(team);
  for (const limit of LIMITS) {
    const value = written[limit];
    if (typeof value === "number" && value > ceilings[limit])
      report("mistake", ["limits", limit], `at most ${ceilings[limit]} ${IN_SLACK}; ${value} is more ${set(limit)}`);
  }
}

/** Where nothing is written, the default holds as far as the ceiling lets it. */
export function lowered(settings: TeamSettings, team: unknown, ceilings: TeamCeilings): TeamSettings {
  const written = limitsIn(team);
  const limits = { ...settings.limits };
  for (const limit of LIMITS) if (written[limit] === undefined) limits[limit] = Math.min(limits[limit], ceilings[limit]);
  return { ...settings, limits };
}

/** The team, and what it brings in, is within the ceilings. Every name in it is known to lead somewhere, or is told elsewhere. */
export function checkCeilings(team: TeamSettings, ceilings: TeamCeilings, around: Surroundings, report: Report): void {
  const mistake = (path: Path, message: string) => report("mistake", path, message);
  const speakers = voicesOf(team, around);
  if (speakers > ceilings.agents)
    mistake(
      ["agents"],
      `at most ${ceilings.agents} agents ${IN_SLACK}; ${speakers} are more, those of the teams inside it included ${set("agents")}`,
    );

  const useModel = (model: string, path: Path) => {
    if (ceilings.models && around.models.has(model) && !ceilings.models.includes(model))
      mistake(path, `the model "${model}" is not for teams made in Slack; there are ${list(ceilings.models)} ${set("models")}`);
  };
  const useTool = (ref: string, path: Path) => {
    if (ceilings.tools && around.tools.has(readToolRef(ref).key) && !isListed(ref, ceilings.tools))
      mistake(path, `the tool "${ref}" is not for teams made in Slack; there are ${list(ceilings.tools) || "none"} ${set("tools")}`);
  };
  const havePowers = (powers: Powers, path: Path) => {
    if (powers.code && ceilings.code === "off") mistake(path, `nobody in teams made in Slack runs code ${set("code")}`);
    if (powers.memory && !ceilings.memory) mistake(path, `nobody in teams made in Slack keeps notes ${set("memory")}`);
    if (powers.web && !ceilings.web) mistake(path, `nobody in teams made in Slack reads pages of the web ${set("web")}`);
  };

  const chosenBy = modelOfSpeakers(team, around);
  for (const model of chosenBy) useModel(model, ["speakers", "model"]);
  for (const [index, agent] of team.agents.entries()) {
    const at = ["agents", index];
    if (runsCode(agent)) havePowers({ ...NONE, code: true }, [...at, "kind"]);
    if (recallOf(agent)) havePowers({ ...NONE, memory: true }, [...at, "memory"]);
    if ("model" in agent) for (const [model, path] of modelsOf(agent)) useModel(model, [...at, ...path]);
    if ("tools" in agent)
      for (const [position, ref] of agent.tools.entries()) {
        useTool(ref, [...at, "tools", position]);
        havePowers(powersBehind({ teams: [], tools: [ref] }, around), [...at, "tools", position]);
        // Whoever lists a tool gives what stands behind it.
        if (ceilings.tools && isListed(ref, ceilings.tools)) continue;
        for (const model of modelsBehind(ref, around)) useModel(model, [...at, "tools", position]);
      }
    if (agent.kind !== "team") continue;
    if (agent.voice !== "members") useModel(agent.voice.model, [...at, "voice", "model"]);
    havePowers(powersBehind({ teams: [agent.team], tools: [] }, around), [...at, "team"]);
    for (const inner of teamsInside(agent.team, around)) {
      const named = [...modelOfSpeakers(inner, around), ...inner.agents.flatMap(modelsOfAgent)];
      for (const model of new Set(named)) useModel(model, [...at, "team"]);
      for (const ref of new Set(inner.agents.flatMap((one) => ("tools" in one ? one.tools : [])))) useTool(ref, [...at, "team"]);
    }
  }
}

const IN_SLACK = "in teams made in Slack";
const set = (ceiling: keyof TeamCeilings): string => `(\`ceilings.teams.${ceiling}\` in the team file).`;

/** A server that is listed gives all its tools; one that is not, those that are listed. */
export const isListed = (ref: string, tools: readonly string[]): boolean => tools.includes(ref) || tools.includes(readToolRef(ref).key);

const limitsIn = (team: unknown): { readonly [limit: string]: unknown } => {
  const limits = typeof team === "object" && team !== null && "limits" in team ? team.limits : undefined;
  return typeof limits === "object" && limits !== null ? (limits as { readonly [limit: string]: unknown }) : {};
};

interface Powers {
  readonly code: boolean;
  readonly memory: boolean;
  readonly web: boolean;
}

const NONE: Powers = { code: false, memory: false, web: false };

const runsCode = ({ kind }: AgentSettings): boolean => kind === "coder" || kind === "code-runner";

interface Behind {
  readonly teams: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
}

/** These teams and tools, and whatever they bring in. Each is looked into once. */
function behind(first: { readonly teams: readonly string[]; readonly tools: readonly string[] }, around: Surroundings): Behind {
  const teams = new Set(first.teams);
  const tools = new Set(first.tools.map((ref) => readToolRef(ref).key));
  // Sets grow while they are walked through.
  let size = 0;
  while (size < teams.size + tools.size) {
    size = teams.size + tools.size;
    for (const agent of [...teams].flatMap((name) => around.teams.get(name)?.agents ?? [])) {
      if (agent.kind === "team") teams.add(agent.team);
      if ("tools" in agent) for (const ref of agent.tools) tools.add(readToolRef(ref).key);
    }
    for (const tool of [...tools].map((key) => around.tools.get(key))) {
      if (tool?.kind !== "agent") continue;
      if (tool.team !== undefined) teams.add(tool.team);
      for (const ref of tool.agent?.tools ?? []) tools.add(readToolRef(ref).key);
    }
  }
  return { teams, tools };
}

const teamsOf = ({ teams }: Behind, around: Surroundings): readonly TeamSettings[] =>
  [...teams].flatMap((name) => around.teams.get(name) ?? []);

/** What can be done by all of these. */
function powersBehind(first: Parameters<typeof behind>[0], around: Surroundings): Powers {
  const found = behind(first, around);
  const agents = teamsOf(found, around).flatMap((team) => team.agents);
  return {
    code: agents.some(runsCode),
    memory: agents.some((agent) => recallOf(agent) !== undefined),
    web: [...found.tools].some((key) => isOfWeb(around.tools.get(key))),
  };
}

/** The models that a call of a tool may use. */
function modelsBehind(ref: string, around: Surroundings): ReadonlySet<string> {
  const found = behind({ teams: [], tools: [ref] }, around);
  const alone = [...found.tools].flatMap((key) => {
    const tool = around.tools.get(key);
    return tool?.kind === "agent" && tool.agent ? [tool.agent.model, ...summaryOf(tool.agent.context)] : [];
  });
  const inTeams = teamsOf(found, around).flatMap((team) => [...modelOfSpeakers(team, around), ...team.agents.flatMap(modelsOfAgent)]);
  return new Set([...alone, ...inTeams]);
}

/** This team of the file and those that are inside it as participants. */
function teamsInside(name: string, around: Surroundings): readonly TeamSettings[] {
  const names = new Set([name]);
  for (const one of names) for (const agent of around.teams.get(one)?.agents ?? []) if (agent.kind === "team") names.add(agent.team);
  return [...names].flatMap((one) => around.teams.get(one) ?? []);
}

/** How many may speak; a team inside counts by its members. */
const voicesOf = (team: TeamSettings, around: Surroundings): number =>
  [team, ...team.agents.flatMap((agent) => (agent.kind === "team" ? teamsInside(agent.team, around) : []))]
    .flatMap(({ agents }) => agents)
    .filter(({ kind }) => kind !== "team").length;

function modelOfSpeakers(team: TeamSettings, { models }: Pick<Surroundings, "models">): readonly string[] {
  if (team.speakers.policy === "magentic") return [team.speakers.model, ...summaryOf(team.speakers.context)];
  const model = selectorModel(team, models);
  return model === undefined ? [] : [model];
}

type Thinker = Extract<AgentSettings, { readonly model: string }>;

const modelsOf = (agent: Thinker): readonly (readonly [string, Path])[] => [
  [agent.model, ["model"]],
  ...("context" in agent ? summaryOf(agent.context).map((model) => [model, ["context", "summary", "model"]] as const) : []),
];

function modelsOfAgent(agent: AgentSettings): readonly string[] {
  if (agent.kind === "team") return agent.voice === "members" ? [] : [agent.voice.model];
  return "model" in agent ? modelsOf(agent).map(([model]) => model) : [];
}

const summaryOf = (context: ContextSettings): readonly string[] =>
  typeof context === "object" && "summary" in context ? [context.summary.model] : [];
