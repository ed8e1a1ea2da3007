import { assistant } from "../engine/agents/assistant.ts";
import { codeRunner } from "../engine/agents/code-runner.ts";
import { selector } from "../engine/agents/selector.ts";
import { HUMAN } from "../engine/events.ts";
import type { Model } from "../engine/model.ts";
import type { Transcript } from "../engine/transcript.ts";
import { ledBy } from "../engine/policies/led-by.ts";
import { roundRobin } from "../engine/policies/round-robin.ts";
import type { Agent, SpeakerPolicy, Team, TerminationCondition } from "../engine/team.ts";
import { all, any, handoffTo, maxMessages, maxTurns, minutes, textMention, tokens, usd } from "../engine/termination.ts";
import type { Executor } from "../sandbox/executor.ts";
import { codeRun, type KeepFile } from "./code-run.ts";
import { instructionsFor, stopWords } from "./instructions.ts";
import type { Settings } from "./load.ts";
import type { CreateModel } from "./models.ts";
import type { AgentSettings, StopSettings, TeamSettings } from "./schema.ts";

/** The teams of the settings, ready to talk. */
export interface Teams {
  /** For one thread; the same team and thread give an equal team each time. Throws for a name that {@link has} does not know. */
  build(team: string, thread: string): Team;
  has(name: string): boolean;
  names(): string[];
  readonly default: string;
  readonly cards: readonly TeamCard[];
}

/** A team as people see it before it talks. */
interface TeamCard {
  readonly name: string;
  readonly description: string;
  readonly agents: readonly { readonly name: string; readonly icon?: string; readonly description: string; readonly runsCode: boolean }[];
  readonly limits: { readonly turns: number; readonly minutes: number; readonly tokens: number; readonly usd: number };
  readonly stopWords: readonly string[];
}

export interface BuildDeps {
  /** Called once for each model that a team uses; agents share it. */
  readonly createModel: CreateModel;
  readonly executor: Executor;
  readonly keepFile: KeepFile;
}

/** Settings → teams. Every model in use is made here, once, and shared: what it lacks is known before anybody talks. Throws `ConfigError`. */
export function buildTeams(settings: Settings, deps: BuildDeps): Teams {
  const models = new Map(
    [...modelsInUse(settings)].map((name) => [name, deps.createModel(get(settings.models, name), name, settings.file)]),
  );
  return {
    build: (name, thread) => buildTeam(name, get(settings.teams, name), thread),
    has: (name) => settings.teams.has(name),
    names: () => [...settings.teams.keys()],
    default: settings.defaultTeam,
    cards: [...settings.teams].map(([name, team]) => cardOf(name, team)),
  };

  function buildTeam(name: string, team: TeamSettings, thread: string): Team {
    // The log of the thread, as the agent whose turn it is was given it; turns of one thread come one after the other.
    let log: Transcript = { events: [] };
    const modelNamed = (model: string): Model => get(models, model)(() => log);
    const watched = (agent: Agent): Agent => ({
      ...agent,
      turn: (transcript, signal) => {
        log = transcript;
        return agent.turn(transcript, signal);
      },
    });
    const agents = team.agents.map((agent) => watched(buildAgent(agent, team, thread, modelNamed)));
    const nextSpeakers = policyOf(team, agents, modelNamed, watched);
    return { name, agents, nextSpeakers, stopWhen: team.stop ? conditionOf(team.stop) : () => [], limits: limitsOf(team) };
  }

  function buildAgent(agent: AgentSettings, team: TeamSettings, thread: string, modelNamed: (name: string) => Model): Agent {
    const { name, description } = agent;
    const { executor, keepFile } = deps;
    if (agent.kind === "code-runner") {
      const run = codeRun({ executor, thread, timeoutMs: settings.sandbox.timeoutSeconds * 1000, keepFile });
      return codeRunner({ name, description, runs: agent.runs, languages: executor.capabilities.languages, run });
    }
    const { handoffs, toolRoundsMax } = agent;
    const instructions = instructionsFor(agent, team, executor.capabilities.hint);
    return assistant({
      name,
      description,
      instructions,
      model: modelNamed(agent.model),
      tools: [],
      handoffs,
      toolRoundsMax,
      afterTools: "prose",
    });
  }
}

function policyOf(
  team: TeamSettings,
  agents: readonly Agent[],
  modelNamed: (name: string) => Model,
  watched: (agent: Agent) => Agent,
): SpeakerPolicy {
  const { speakers } = team;
  switch (speakers.policy) {
    case "round-robin":
      return roundRobin;
    case "selector": {
      const { allowRepeats, attempts } = speakers;
      // A team none of whose agents may ask people is not to wait for them either.
      const mayAskHuman = team.agents.some((agent) => agent.kind !== "code-runner" && agent.handoffs.includes(HUMAN));
      return ledBy(watched(selector({ model: modelNamed(speakers.model), agents, allowRepeats, attempts, mayAskHuman })));
    }
  }
}

function modelsInUse(settings: Settings): Set<string> {
  const teams = [...settings.teams.values()];
  const agents = teams.flatMap((team) => team.agents.flatMap((agent) => (agent.kind === "code-runner" ? [] : [agent.model])));
  return new Set([...agents, ...teams.flatMap(({ speakers }) => (speakers.policy === "selector" ? [speakers.model] : []))]);
}

const limitsOf = ({ limits }: TeamSettings): TerminationCondition =>
  any(maxTurns(limits.turns), minutes(limits.minutes), tokens({ total: limits.tokens }), usd(limits.usd));

/** A condition of the file has exactly one key; the schema sees to it. */
function conditionOf(stop: StopSettings): TerminationCondition {
  if (stop.any) return any(...stop.any.map(conditionOf));
  if (stop.all) return all(...stop.all.map(conditionOf));
  if (stop.textMention !== undefined)
    return typeof stop.textMention === "string"
      ? textMention(stop.textMention)
      : textMention(stop.textMention.text, stop.textMention.agents);
  if (stop.maxMessages !== undefined) return maxMessages(stop.maxMessages);
  if (stop.maxTurns !== undefined) return maxTurns(stop.maxTurns);
  if (stop.tokens !== undefined) return tokens(tokenLimits(stop.tokens));
  if (stop.usd !== undefined) return usd(stop.usd);
  if (stop.minutes !== undefined) return minutes(stop.minutes);
  if (stop.handoff !== undefined) return handoffTo(stop.handoff);
  throw new Error("a condition without a key got past the schema");
}

function tokenLimits(limits: NonNullable<StopSettings["tokens"]>): { total?: number; input?: number; output?: number } {
  if (typeof limits === "number") return { total: limits };
  const { total, input, output } = limits;
  return {
    ...(total === undefined ? {} : { total }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}

const cardOf = (name: string, team: TeamSettings): TeamCard => ({
  name,
  description: team.description,
  agents: team.agents.map(({ name: agent, icon, description, kind }) => ({
    name: agent,
    description,
    runsCode: kind === "code-runner",
    ...(icon === undefined ? {} : { icon }),
  })),
  limits: team.limits,
  stopWords: stopWords(team.stop),
});

function get<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`nothing is named "${name}" here; loading should have said so`);
  return value;
}
