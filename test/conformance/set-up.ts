import { assistant } from "../../src/engine/agents/assistant.ts";
import { coder } from "../../src/engine/agents/code/coder.ts";
import { codeRunner } from "../../src/engine/agents/code/code-runner.ts";
import type { RunCode } from "../../src/engine/agents/code/run-block.ts";
import type { Handoff } from "../../src/engine/agents/handoff.ts";
import { transferTool } from "../../src/engine/agents/handoff.ts";
import { agentAsTool, teamAsTool } from "../../src/engine/agents/as-tool.ts";
import type { ContextStrategy } from "../../src/engine/reading/context.ts";
import { human } from "../../src/engine/agents/human.ts";
import { ledger } from "../../src/engine/agents/leaders/ledger.ts";
import { messageFilter } from "../../src/engine/agents/message-filter.ts";
import { selector } from "../../src/engine/agents/leaders/selector.ts";
import { subTeam } from "../../src/engine/agents/sub-team.ts";
import { graph, type Edge } from "../../src/engine/policies/graph.ts";
import { ledBy } from "../../src/engine/policies/led-by.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { swarm } from "../../src/engine/policies/swarm.ts";
import type { Agent, SpeakerPolicy, Team } from "../../src/engine/team.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { Tool } from "../../src/engine/tool.ts";
import { HUMAN } from "../../src/engine/events/events.ts";
import { isMessage, type Transcript } from "../../src/engine/reading/transcript.ts";
import { setTimeout } from "node:timers/promises";
import { answerOf } from "../../src/config/build/thinking.ts";
import { checkGraph } from "../../src/config/checks/graph.ts";
import type { Report, Surroundings } from "../../src/config/checks/report.ts";
import { checkTools } from "../../src/config/checks/tools.ts";
import { AnswerObject } from "../../src/config/schema/answer.ts";
import type { GraphSpeakers } from "../../src/config/schema/speakers.ts";
import type { ToolSettings } from "../../src/config/schema/tools.ts";
import { condition, target } from "./conditions.ts";
import { double, type Received } from "./doubles.ts";
import type { AgentSetup, ContextSetup, Setup, TeamSetup, ToolSetup } from "./format.ts";
import type { ScenarioModel } from "./scripted-model.ts";

export interface Parts {
  readonly setup: Setup;
  readonly models: ReadonlyMap<string, ScenarioModel>;
  readonly received: Received;
  /** The names of all agents. */
  readonly agents: ReadonlySet<string>;
  readonly runCode: RunCode;
  /** Whose code a code executor without `sources` runs: everybody's but a person's. */
  readonly coders: readonly string[];
}

/** The name of a magentic team's leader. */
export const LEADER = "leader";

/** A scenario's set-up as a team of the public engine. Throws where AutoGen refuses to construct. */
export function buildTeam(team: TeamSetup, parts: Parts): Team {
  const members = team.participants.map((name) => buildAgent(find(parts.setup.agents ?? [], name), parts));
  check(team, parts);
  if (team.kind === "graph")
    checkGraph({ policy: "graph", edges: edgesOf(team), entry: team.entry } as unknown as GraphSpeakers, team.participants, refuse);
  const limit = team.max_turns ?? undefined;
  return {
    name: "team",
    agents: members,
    nextSpeakers: policy(team, members, parts),
    stopWhen: team.termination ? condition(team.termination, parts.agents) : () => [],
    limits: limit === undefined ? () => [] : maxTurns(limit),
  };
}

function check(team: TeamSetup, parts: Parts): void {
  const { participants, kind, edges = [] } = team;
  const refuse = (why: string) => {
    throw new Error(`the team cannot be built: ${why}`);
  };
  if (participants.length === 0) refuse("it has no participants");
  if (new Set(participants).size !== participants.length) refuse("two participants have the same name");
  if (team.max_turns !== undefined && team.max_turns !== null && team.max_turns <= 0) refuse("max_turns must be at least 1");
  if (kind === "selector" && participants.length < 2) refuse("a selector needs two participants to choose from");
  const first = parts.setup.agents?.find((agent) => agent.name === participants[0]);
  if (kind === "swarm" && first && !HAND_OVER.includes(first.type)) refuse("the first participant of a swarm must be able to hand over");
  for (const name of kind === "swarm" ? participants : [])
    for (const to of targetsOf(find(parts.setup.agents ?? [], name)))
      if (target(to, parts.agents) !== HUMAN && !participants.includes(to)) refuse(`${name} hands over to ${to}, who is not a participant`);
  for (const named of [team.selector_func, team.candidate_func].flatMap((table) => Object.values(table?.by_last_source ?? {}))) {
    const names = named === null ? [] : [named].flat();
    if (names.some((name) => !participants.includes(name)) || (named !== null && names.length === 0))
      refuse(`${JSON.stringify(named)} cannot be chosen: it is no participant`);
  }
  for (const { from, to } of edges)
    if (!participants.includes(from) || !participants.includes(to))
      refuse(`an edge leads from ${from} to ${to}, which are not both participants`);
  if (kind === "graph" && cycles(edges).length > 0 && !team.termination && !team.max_turns)
    refuse("a graph with a cycle needs a termination condition or max_turns");
}

const HAND_OVER: readonly string[] = ["assistant", "handoff", "script"];

/** To whom an agent hands over. */
function targetsOf({ to, turns = [], handoffs = [] }: AgentSetup): readonly string[] {
  const scripted = turns.flatMap((turn) =>
    typeof turn === "object" && "target" in turn && turn.target !== undefined ? [turn.target] : [],
  );
  return [...(to === undefined ? [] : [to]), ...scripted, ...handoffs.map((one) => (typeof one === "string" ? one : one.target))];
}

type EdgeSetup = NonNullable<TeamSetup["edges"]>[number];

function cycles(edges: readonly EdgeSetup[]): EdgeSetup[][] {
  const found: EdgeSetup[][] = [];
  const walk = (trail: readonly EdgeSetup[]) => {
    const end = trail.at(-1)?.to;
    const start = trail.findIndex((edge) => edge.from === end);
    if (start >= 0) return void found.push(trail.slice(start));
    for (const edge of edges) if (edge.from === end) walk([...trail, edge]);
  };
  for (const edge of edges) walk([edge]);
  return found;
}

export function buildAgent(setup: AgentSetup, parts: Parts): Agent {
  const built = double(setup, parts.received, parts.agents);
  if (built) return built;
  const { name } = setup;
  const description = setup.description ?? `The agent ${name}.`;
  const model = () => find2(parts.models, setup.model ?? "");
  switch (setup.type) {
    case "assistant":
      return assistant({
        name,
        description,
        instructions: setup.system ?? "You are a helpful assistant.",
        model: model(),
        tools: toolsOf(setup, parts),
        handoffs: handoffsOf(setup, parts),
        toolRoundsMax: setup.max_tool_iterations ?? 1,
        afterTools: (setup.reflect_on_tool_use ?? setup.answer) ? "prose" : "summary",
        ...contextOf(setup.context),
        ...(setup.answer ? answerOf(name, formOf(setup.answer)) : {}),
      });
    case "user_proxy":
      return human({ name, description });
    case "code_executor": {
      const run = guarded(parts.runCode, setup);
      const languages = ["python", "sh", "bash"];
      if (setup.model !== undefined)
        return coder({
          name,
          description,
          instructions: "Write code.",
          model: model(),
          languages,
          run,
          retriesMax: setup.max_retries_on_error ?? 0,
        });
      return codeRunner({ name, description, runs: setup.sources ?? parts.coders, languages, run });
    }
    case "team":
    case "society_of_mind": {
      const own = typeof setup.team === "object" ? setup.team : teamOf(setup, parts);
      const team = buildTeam(own, parts);
      return subTeam({ name, description, team, voice: setup.type === "team" ? "members" : { model: model(), instructions: "Answer." } });
    }
    case "message_filter": {
      const wrapped = buildAgent({ ...(setup.wrapped ?? { type: "echo" }), name } as AgentSetup, parts);
      const rules = (setup.filter ?? []).map(({ source: from, position, count }) => ({
        from,
        ...(position && count !== undefined ? { take: { which: position, count } } : {}),
      }));
      return messageFilter(wrapped, rules);
    }
    default:
      throw new Error(`agents of type ${setup.type} are not known`);
  }
}

const teamOf = (setup: AgentSetup, parts: Parts): TeamSetup => {
  if (typeof setup.team === "string") return find(parts.setup.agents ?? [], setup.team) as unknown as TeamSetup;
  return { ...(setup as unknown as TeamSetup), kind: setup.kind ?? "round_robin", participants: setup.participants ?? [] };
};

/** Refuses what the checks of a team file refuse: two things that would be called alike. */
function toolsOf(setup: AgentSetup, parts: Parts): Tool[] {
  const tools = (setup.tools ?? []).map((tool) => toolOf(tool, parts));
  const named = new Map(tools.map((tool) => [tool.name, { kind: "agent", description: tool.name } as ToolSettings]));
  const around: Surroundings = { models: new Map(), tools: named, teams: new Map() };
  checkTools({ tools: tools.map(({ name }) => name), handoffs: handoffsOf(setup, parts), memory: false }, [], around, refuse);
  return tools;
}

const refuse: Report = (severity, _path, why) => {
  if (severity === "mistake") throw new Error(`the set-up cannot be built: ${why}`);
};

function toolOf(setup: ToolSetup, parts: Parts): Tool {
  const behind = setup.agent ?? setup.team;
  if (behind !== undefined) {
    const settings = { name: setup.name ?? behind, description: behind };
    const inner = find(parts.setup.agents ?? [], behind);
    if (setup.agent !== undefined) return agentAsTool(buildAgent(inner, parts), () => [], settings);
    return teamAsTool(buildTeam(teamOf({ ...inner, team: behind }, parts), parts), settings);
  }
  return {
    name: setup.name ?? "",
    description: setup.name ?? "",
    parameters: { type: "object" },
    async run() {
      if (setup.delay !== undefined) await setTimeout(setup.delay * 1_000);
      if (setup.raises !== undefined) return { kind: "failed", error: { kind: "raised", message: setup.raises } };
      return { kind: "returned", output: typeof setup.returns === "string" ? setup.returns : JSON.stringify(setup.returns ?? "") };
    },
  };
}

function contextOf(setup: ContextSetup | undefined): { readonly context?: ContextStrategy } {
  if (!setup) return {};
  if (setup.type === "head_tail") return { context: { kind: "headAndTail", head: setup.head ?? 1, tail: setup.tail ?? 1 } };
  return { context: { kind: "lastMessages", count: setup.n ?? 1 } };
}

const formOf = (fields: { readonly [field: string]: string }): AnswerObject =>
  AnswerObject.parse({ type: "object", properties: Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, { type }])) });

type HandoffSetup = NonNullable<AgentSetup["handoffs"]>[number];

const handoffsOf = ({ handoffs = [] }: AgentSetup, { agents }: Parts): Handoff[] => handoffs.map((one) => handoffOf(one, agents));

function handoffOf(setup: HandoffSetup, agents: ReadonlySet<string>): Handoff {
  if (typeof setup === "string") return { to: target(setup, agents), tool: transferTool(setup) };
  return {
    to: target(setup.target, agents),
    tool: setup.name ?? transferTool(setup.target),
    ...(setup.message === undefined ? {} : { message: setup.message }),
  };
}

function guarded(run: RunCode, { deny }: AgentSetup): RunCode {
  return async (block, options) => {
    if (!deny || ![deny.if_contains].flat().some((fragment) => block.code.includes(fragment))) return run(block, options);
    return { outcome: "rejected", exitCode: 1, output: deny.reason, elapsedMs: 0, executor: "none", files: [] };
  };
}

function policy(team: TeamSetup, members: readonly Agent[], parts: Parts): SpeakerPolicy {
  switch (team.kind) {
    case "round_robin":
      return roundRobin;
    case "swarm":
      return swarm;
    case "graph":
      return graph(edgesOf(team), team.participants, team.entry);
    case "selector": {
      const { selector_func: rule, candidate_func: candidates } = team;
      return ledBy(
        selector({
          model: find2(parts.models, team.model ?? ""),
          agents: members,
          allowRepeats: team.allow_repeated_speaker ?? false,
          attempts: team.max_selector_attempts ?? 3,
          mayAskHuman: false,
          ...(rule ? { rule: (transcript) => rule.by_last_source[lastSource(transcript)] ?? undefined } : {}),
          ...(candidates ? { candidates: (transcript) => candidates.by_last_source[lastSource(transcript)] } : {}),
          ...(team.history_buffer === undefined ? {} : { historyMessagesMax: team.history_buffer }),
          ...(team.selector_prompt === undefined ? {} : { prompt: team.selector_prompt }),
        }),
      );
    }
    case "magentic":
      return ledBy(
        ledger({
          name: LEADER,
          model: find2(parts.models, team.model ?? ""),
          agents: members,
          attempts: 3,
          mayAskHuman: false,
          ...(team.max_stalls === undefined ? {} : { stallsMax: team.max_stalls }),
        }),
      );
  }
}

const edgesOf = (team: TeamSetup): Edge[] =>
  (team.edges ?? []).map(({ from, to, if_contains: ifContains, group, activate = "all" }) => ({
    from,
    to,
    join: activate,
    ...(ifContains === undefined ? {} : { ifContains }),
    ...(group ? { group } : {}),
  }));

function lastSource(transcript: Transcript): string {
  const message = transcript.events.findLast(isMessage);
  return !message ? "" : "agent" in message ? message.agent : message.person.id;
}

function find(agents: readonly AgentSetup[], name: string): AgentSetup {
  const setup = agents.find((agent) => agent.name === name);
  if (!setup) throw new Error(`no agent is named ${name}`);
  return setup;
}

function find2<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`no model is named ${name}`);
  return value;
}
