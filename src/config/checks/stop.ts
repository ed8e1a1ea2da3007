import { transferTool } from "../../engine/agents/handoff.ts";
import { HUMAN } from "../../engine/events/events.ts";
import { KNOWLEDGE_TOOLS } from "../../engine/knowledge.ts";
import { MEMORY_TOOLS } from "../../engine/memory.ts";
import { handoffsOf, recallOf, targetOf } from "../schema/agents.ts";
import type { StopSettings } from "../schema/stop.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import type { Found } from "../registry/definition.ts";
import type { Registry } from "../registry/registry.ts";
import { calledAs, readToolRef } from "../tool-names.ts";
import { heardIn } from "./names.ts";
import { list, namesOf, unknownAgent, type Path } from "./report.ts";

/** Every condition can come true: those it speaks of are there, and no limit stops the run first. */
export function checkStop(stop: StopSettings, found: Found, registry: Registry): void {
  const { path } = found;
  for (const kind of ["any", "all"] as const)
    for (const [index, inner] of (stop[kind] ?? []).entries()) checkStop(inner, { ...found, path: [...path, kind, index] }, registry);
  for (const [key, setting] of Object.entries(stop))
    if (setting !== undefined) registry.stop.get(key)?.check?.(setting, { ...found, path: [...path, key] });
}

/** These are among those whose words are heard. */
export function checkSources(names: readonly { readonly name: string; readonly at: Path }[], { team, path, around, report }: Found): void {
  const speakers = heardIn(team, around);
  for (const { name, at } of names)
    if (!speakers.includes(name)) report("mistake", [...path, ...at], unknownAgent(`waits for words of "${name}"`, name, speakers));
}

export function checkStopMessage({ team, path, report }: Found): void {
  if (team.speakers.policy !== "magentic")
    report("warning", path, "is never reached: only the leader of a magentic team asks for the end by a message. Use textMention.");
}

export function checkHandoff(to: string, { team, path, report }: Found): void {
  const names = [...namesOf(team), HUMAN];
  if (!names.includes(to)) return report("mistake", path, unknownAgent(`waits for a hand-over to "${to}"`, to, names));
  const asks = to === HUMAN && (mayAsk(team) || team.agents.some((agent) => agent.kind === "human"));
  if (!asks && !team.agents.some((agent) => handoffsOf(agent).some((handoff) => targetOf(handoff) === to)))
    report("mistake", path, `is never reached: no agent may hand over to "${to}". Add it to an agent's handoffs.`);
}

/** Whether whoever leads the team may ask a person by itself. */
const mayAsk = ({ speakers }: TeamSettings): boolean =>
  ("mayAskHuman" in speakers && speakers.mayAskHuman === true) || ("reviewPlan" in speakers && speakers.reviewPlan);

export function checkToolCalled(name: string, { team, path, around: { tools }, report }: Found): void {
  const callable = new Set<string>();
  for (const agent of team.agents) {
    for (const handoff of handoffsOf(agent))
      callable.add((typeof handoff === "string" ? undefined : handoff.tool) ?? transferTool(targetOf(handoff)));
    if (recallOf(agent)) for (const name of Object.values(MEMORY_TOOLS)) callable.add(name);
    if (!("tools" in agent)) continue;
    if (team.knowledge) for (const one of Object.values(KNOWLEDGE_TOOLS)) callable.add(one);
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

/** The cap that is always on stops the run no earlier. */
export function checkCap(limit: "turns" | "tokens" | "usd" | "minutes", wanted: number | undefined, { team, path, report }: Found): void {
  const cap = team.limits[limit];
  if (wanted !== undefined && wanted > cap)
    report("warning", path, `is never reached: limits.${limit} is ${cap} and stops the run first. Raise the limit or lower this.`);
}
