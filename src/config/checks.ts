import { transferTool } from "../engine/agents/handoff.ts";
import { HUMAN } from "../engine/events.ts";
import { nearest } from "./nearest.ts";
import type { AgentSettings, StopSettings, TeamSettings } from "./schema.ts";

/** Tells of a mistake or a warning at a path below the team. */
export type Report = (kind: "mistake" | "warning", path: readonly (string | number)[], message: string) => void;

/** What one team means, beyond its shape: every name leads somewhere, every agent can be told apart, and the run can end. */
export function checkTeam(team: TeamSettings, models: ReadonlyMap<string, unknown>, report: Report): void {
  checkNames(team, report);
  checkDescriptions(team, report);
  for (const [index, agent] of team.agents.entries()) {
    if (agent.kind === "code-runner") checkCodeRunner(agent, index, team, report);
    else {
      checkModel(agent.model, ["agents", index, "model"], models, report);
      checkHandoffs(agent, index, team, report);
      checkTools(agent, index, report);
    }
  }
  checkSpeakers(team, models, report);
  if (team.stop) checkStop(team.stop, ["stop"], team, report);
  else if (team.speakers.policy === "round-robin")
    report(
      "warning",
      [],
      "has no `stop`, and round-robin never decides to finish: every run goes to its limits. Add `stop: { textMention: TERMINATE }`.",
    );
}

function checkNames(team: TeamSettings, report: Report): void {
  const seen = new Map<string, string>();
  for (const [index, { name }] of team.agents.entries()) {
    const other = seen.get(transferTool(name));
    if (other !== undefined) {
      const how =
        other.toLowerCase() === name.toLowerCase() ? "the same name, upper and lower case aside" : "too like each other to be told apart";
      report("mistake", ["agents", index, "name"], `"${name}" and "${other}" are ${how}; give each agent its own.`);
    }
    seen.set(transferTool(name), name);
  }
}

function checkDescriptions(team: TeamSettings, report: Report): void {
  const seen = new Map<string, string>();
  for (const [index, { name, description }] of team.agents.entries()) {
    const plain = description
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, " ")
      .trim();
    const other = seen.get(plain);
    if (other !== undefined)
      report("warning", ["agents", index, "description"], `"${name}" and "${other}" have the same description; say when to call on which.`);
    seen.set(plain, name);
  }
}

function checkCodeRunner(agent: Extract<AgentSettings, { kind: "code-runner" }>, index: number, team: TeamSettings, report: Report): void {
  for (const [position, name] of agent.runs.entries()) {
    const path = ["agents", index, "runs", position];
    const writer = team.agents.find((other) => other.name === name);
    if (!writer) report("mistake", path, unknownAgent(`"${agent.name}" runs the code of "${name}"`, name, team));
    else if (writer.kind === "code-runner") report("mistake", path, `"${name}" runs code and writes none; name the agents that write it.`);
  }
}

function checkModel(name: string, path: readonly (string | number)[], models: ReadonlyMap<string, unknown>, report: Report): void {
  if (models.has(name)) return;
  const guess = nearest(name, models.keys());
  const known = models.size === 0 ? "the file has no models yet" : `the file has ${list(models.keys())}`;
  report(
    "mistake",
    path,
    `there is no model "${name}"; ${known}. ${guess ? `Did you mean "${guess}"?` : "Add it under `models`, or fix the name."}`,
  );
}

function checkHandoffs(agent: Extract<AgentSettings, { model: string }>, index: number, team: TeamSettings, report: Report): void {
  const seen = new Set<string>();
  for (const [position, to] of agent.handoffs.entries()) {
    const path = ["agents", index, "handoffs", position];
    if (to === agent.name) report("mistake", path, `"${agent.name}" hands off to itself. Take it out.`);
    else if (seen.has(to)) report("mistake", path, `"${to}" is listed twice. Take one out.`);
    else if (to !== HUMAN && !team.agents.some((other) => other.name === to))
      report("mistake", path, unknownAgent(`agent "${agent.name}" hands off to "${to}"`, to, without(team, agent), HUMAN));
    else if (to !== HUMAN && team.speakers.policy === "round-robin")
      report("warning", path, `round-robin does not follow hand-overs to agents: "${to}" still speaks in its turn.`);
    seen.add(to);
  }
}

function checkTools(agent: Extract<AgentSettings, { model: string }>, index: number, report: Report): void {
  for (const [position, tool] of agent.tools.entries())
    report(
      "mistake",
      ["agents", index, "tools", position],
      `there is no tool "${tool}"; this version brings no tools of its own yet. Take it out.`,
    );
}

function checkSpeakers(team: TeamSettings, models: ReadonlyMap<string, unknown>, report: Report): void {
  if (team.speakers.policy !== "selector") return;
  checkModel(team.speakers.model, ["speakers", "model"], models, report);
  if (team.agents.length === 1) report("warning", ["speakers"], "there is only one agent to select; round-robin does the same.");
}

function checkStop(stop: StopSettings, path: readonly (string | number)[], team: TeamSettings, report: Report): void {
  for (const kind of ["any", "all"] as const)
    for (const [index, inner] of (stop[kind] ?? []).entries()) checkStop(inner, [...path, kind, index], team, report);
  if (stop.textMention !== undefined) checkTextMention(stop.textMention, [...path, "textMention"], team, report);
  if (stop.handoff !== undefined) checkHandoffStop(stop.handoff, [...path, "handoff"], team, report);
  const caps = [
    ["maxTurns", stop.maxTurns, "turns", team.limits.turns],
    ["tokens", typeof stop.tokens === "number" ? stop.tokens : stop.tokens?.total, "tokens", team.limits.tokens],
    ["usd", stop.usd, "usd", team.limits.usd],
    ["minutes", stop.minutes, "minutes", team.limits.minutes],
  ] as const;
  for (const [kind, wanted, limit, cap] of caps)
    if (wanted !== undefined && wanted > cap)
      report(
        "warning",
        [...path, kind],
        `is never reached: limits.${limit} is ${cap} and stops the run first. Raise the limit or lower this.`,
      );
}

function checkTextMention(
  mention: NonNullable<StopSettings["textMention"]>,
  path: readonly (string | number)[],
  team: TeamSettings,
  report: Report,
): void {
  if (typeof mention === "string" || !mention.agents) return;
  for (const [index, name] of mention.agents.entries())
    if (!team.agents.some((agent) => agent.name === name))
      report("mistake", [...path, "agents", index], unknownAgent(`waits for words of "${name}"`, name, team));
}

function checkHandoffStop(to: string, path: readonly (string | number)[], team: TeamSettings, report: Report): void {
  if (to !== HUMAN && !team.agents.some((agent) => agent.name === to))
    return report("mistake", path, unknownAgent(`waits for a hand-over to "${to}"`, to, team, HUMAN));
  const reachable = team.agents.some((agent) => agent.kind !== "code-runner" && agent.handoffs.includes(to));
  if (!reachable) report("mistake", path, `is never reached: no agent may hand over to "${to}". Add it to an agent's handoffs.`);
}

function unknownAgent(what: string, name: string, team: TeamSettings, ...others: readonly string[]): string {
  const names = team.agents.map((agent) => agent.name);
  const guess = nearest(name, [...names, ...others]);
  return `${what}; the team has ${list([...names, ...others])}. ${guess ? `Did you mean "${guess}"?` : "Fix the name."}`;
}

const without = (team: TeamSettings, agent: AgentSettings): TeamSettings => ({
  ...team,
  agents: team.agents.filter((other) => other !== agent),
});

const list = (names: Iterable<string>): string => [...names].join(", ");
