import { HUMAN } from "../../engine/events/events.ts";
import { USER } from "../../engine/policies/selector-rules.ts";
import { targetOf, type AgentSettings, type AssistantSettings } from "../schema/agents.ts";
import { get } from "../build/parts.ts";
import type { Found } from "../registry/definition.ts";
import type { Registry } from "../registry/registry.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import { heardIn } from "./names.ts";
import { namesOf, unknownAgent, unknownEntry, type Path, type Report, type Surroundings } from "./report.ts";
import { checkModel, checkThinker, checkTools } from "./tools.ts";

/** Every name that an agent's settings speak of leads somewhere. `found.path` is the agent's. */
export function checkAgent(agent: AgentSettings, found: Found, registry: Registry): void {
  const { team, path, around, report } = found;
  checkHears(agent, found);
  get(registry.agent, agent.kind ?? "assistant").check?.(agent, found);
  if ("model" in agent) checkThinker(agent, path, around, report);
  if (!("handoffs" in agent)) return;
  checkHandoffs(agent, path, team, report);
  checkTools({ ...agent, looksUp: team.knowledge !== undefined }, path, around, report);
}

export function checkInner(
  agent: Pick<Extract<AgentSettings, { kind: "team" }>, "team" | "voice">,
  path: Path,
  around: Surroundings,
  report: Report,
): void {
  if (!around.teams.has(agent.team)) report("mistake", [...path, "team"], unknownEntry("team", agent.team, [...around.teams.keys()]));
  if (agent.voice !== "members") checkModel(agent.voice.model, [...path, "voice", "model"], around, report);
}

function checkHears(agent: AgentSettings, { team, path, around, report }: Found): void {
  const others = [...heardIn(team, around).filter((name) => name !== agent.name), USER];
  const seen = new Set<string>();
  for (const [position, { from }] of (agent.hears ?? []).entries()) {
    const at = [...path, "hears", position, "from"];
    if (from === agent.name) report("mistake", at, `"${agent.name}" always knows its own words. Take it out.`);
    else if (seen.has(from)) report("mistake", at, `"${from}" is listed twice. Take one out.`);
    else if (!others.includes(from)) report("mistake", at, unknownAgent(`"${agent.name}" hears "${from}"`, from, others));
    seen.add(from);
  }
  if (agent.kind !== "code-runner" || !agent.hears) return;
  for (const name of agent.runs.filter((writer) => !seen.has(writer)))
    report("mistake", [...path, "hears"], `"${agent.name}" runs the code of "${name}" and does not hear it. Add { from: ${name} }.`);
}

export function checkRuns(
  agent: Pick<Extract<AgentSettings, { kind: "code-runner" }>, "name" | "runs">,
  path: Path,
  team: TeamSettings,
  report: Report,
): void {
  for (const [position, name] of agent.runs.entries()) {
    const writer = team.agents.find((other) => other.name === name);
    const at = [...path, "runs", position];
    if (!writer) report("mistake", at, unknownAgent(`"${agent.name}" runs the code of "${name}"`, name, namesOf(team)));
    else if (writer.kind === "code-runner") report("mistake", at, `"${name}" runs code and writes none; name the agents that write it.`);
    else if (writer.kind === "coder") report("mistake", at, `"${name}" runs its code itself. Take it out.`);
    else if (writer.kind === "human") report("mistake", at, `"${name}" is a person, and a person's words are never run. Take it out.`);
    else if (writer.kind === "team" && writer.voice === "members")
      report(
        "mistake",
        at,
        `"${name}" is a team whose members speak for themselves; put a code-runner into that team, or give it a voice.`,
      );
  }
}

function checkHandoffs(agent: AssistantSettings, path: Path, team: TeamSettings, report: Report): void {
  const others = namesOf(team).filter((name) => name !== agent.name);
  const seen = new Set<string>();
  for (const [position, handoff] of agent.handoffs.entries()) {
    const to = targetOf(handoff);
    const at = [...path, "handoffs", position, ...(typeof handoff === "string" ? [] : ["to"])];
    if (to === agent.name) report("mistake", at, `"${agent.name}" hands off to itself. Take it out.`);
    else if (seen.has(to)) report("mistake", at, `"${to}" is listed twice. Take one out.`);
    else if (to !== HUMAN && !others.includes(to))
      report("mistake", at, unknownAgent(`agent "${agent.name}" hands off to "${to}"`, to, [...others, HUMAN]));
    else if (to !== HUMAN && team.speakers.policy === "round-robin")
      report("warning", at, `round-robin does not follow hand-overs to agents: "${to}" still speaks in its turn.`);
    seen.add(to);
  }
}
