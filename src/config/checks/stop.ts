import { transferTool } from "../../engine/agents/handoff.ts";
import { HUMAN } from "../../engine/events/events.ts";
import { MEMORY_TOOLS } from "../../engine/memory.ts";
import { handoffsOf, recallOf, targetOf } from "../schema/agents.ts";
import type { StopSettings } from "../schema/stop.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import { calledAs, readToolRef } from "../tool-names.ts";
import { heardIn } from "./names.ts";
import { list, namesOf, unknownAgent, type Path, type Report, type Surroundings } from "./report.ts";

/** Every condition can come true: those it speaks of are there, and no limit stops the run first. */
export function checkStop(stop: StopSettings, path: Path, team: TeamSettings, around: Surroundings, report: Report): void {
  for (const kind of ["any", "all"] as const)
    for (const [index, inner] of (stop[kind] ?? []).entries()) checkStop(inner, [...path, kind, index], team, around, report);
  const speakers = heardIn(team, around);
  const waitsFor = (name: string, at: Path) => {
    if (!speakers.includes(name)) report("mistake", at, unknownAgent(`waits for words of "${name}"`, name, speakers));
  };
  if (typeof stop.textMention === "object")
    for (const [index, name] of (stop.textMention.agents ?? []).entries()) waitsFor(name, [...path, "textMention", "agents", index]);
  if (typeof stop.source === "string") waitsFor(stop.source, [...path, "source"]);
  if (Array.isArray(stop.source)) for (const [index, name] of stop.source.entries()) waitsFor(name, [...path, "source", index]);
  if (stop.handoff !== undefined) checkHandoff(stop.handoff, [...path, "handoff"], team, report);
  if (stop.toolCalled !== undefined) checkToolCalled(stop.toolCalled, [...path, "toolCalled"], team, around, report);
  if (stop.stopMessage && team.speakers.policy !== "magentic")
    report(
      "warning",
      [...path, "stopMessage"],
      "is never reached: only the leader of a magentic team asks for the end by a message. Use textMention.",
    );
  checkLimits(stop, path, team, report);
}

function checkHandoff(to: string, path: Path, team: TeamSettings, report: Report): void {
  const names = [...namesOf(team), HUMAN];
  if (!names.includes(to)) return report("mistake", path, unknownAgent(`waits for a hand-over to "${to}"`, to, names));
  const asks = to === HUMAN && (mayAsk(team) || team.agents.some((agent) => agent.kind === "human"));
  if (!asks && !team.agents.some((agent) => handoffsOf(agent).some((handoff) => targetOf(handoff) === to)))
    report("mistake", path, `is never reached: no agent may hand over to "${to}". Add it to an agent's handoffs.`);
}

/** Whether whoever leads the team may ask a person by itself. */
const mayAsk = ({ speakers }: TeamSettings): boolean =>
  ("mayAskHuman" in speakers && speakers.mayAskHuman === true) || ("reviewPlan" in speakers && speakers.reviewPlan);

function checkToolCalled(name: string, path: Path, team: TeamSettings, { tools }: Surroundings, report: Report): void {
  const callable = new Set<string>();
  for (const agent of team.agents) {
    for (const handoff of handoffsOf(agent))
      callable.add((typeof handoff === "string" ? undefined : handoff.tool) ?? transferTool(targetOf(handoff)));
    if (recallOf(agent)) for (const name of Object.values(MEMORY_TOOLS)) callable.add(name);
    if (!("tools" in agent)) continue;
    for (const ref of agent.tools) {
      callable.add(ref);
      const called = calledAs(ref, tools);
      if (called !== undefined) callable.add(called);
    }
  }
  const { key, member } = readToolRef(name);
  const isServer = tools.get(name)?.kind === "mcp";
  if (isServer) report("mistake", path, `"${name}" is a server; name one of its tools, as ${name}/tool.`);
  else if (!callable.has(name) && !(member !== undefined && callable.has(key)))
    report("mistake", path, `is never reached: no agent can call "${name}"; there are ${list(callable) || "no tools"}. Fix the name.`);
}

function checkLimits(stop: StopSettings, path: Path, { limits }: TeamSettings, report: Report): void {
  const caps = [
    ["maxTurns", stop.maxTurns, "turns", limits.turns],
    ["tokens", typeof stop.tokens === "number" ? stop.tokens : stop.tokens?.total, "tokens", limits.tokens],
    ["usd", stop.usd, "usd", limits.usd],
    ["minutes", stop.minutes, "minutes", limits.minutes],
  ] as const;
  for (const [kind, wanted, limit, cap] of caps)
    if (wanted !== undefined && wanted > cap)
      report(
        "warning",
        [...path, kind],
        `is never reached: limits.${limit} is ${cap} and stops the run first. Raise the limit or lower this.`,
      );
}
