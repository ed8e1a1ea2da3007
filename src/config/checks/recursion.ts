import type { TeamSettings } from "../schema/team-file.ts";
import { readToolRef } from "../tool-names.ts";
import type { Path, Report, Surroundings } from "./report.ts";

/** No team is inside itself, as a participant or behind a tool of one of its agents. Each team and tool is looked into once. */
export function checkRecursion(name: string, team: TeamSettings, around: Surroundings, report: Report): void {
  const visited = new Set<string>();

  function follow(next: readonly string[], trail: readonly string[], at: Path): void {
    for (const inner of next) {
      const way = [...trail, inner].map((step) => step.slice(step.indexOf(" ") + 1)).join(" → ");
      // A circle of other teams is told where they are checked; one of tools alone, here.
      if (inner === trail[0] || (inner.startsWith("tool ") && trail.includes(inner)))
        report("mistake", at, `the ${inner.replace(" ", ' "')}" is inside itself (${way}). Take it out in one place.`);
      if (visited.has(inner) || trail.includes(inner)) continue;
      visited.add(inner);
      follow(insideOf(inner, around), [...trail, inner], at);
    }
  }

  for (const [index, agent] of team.agents.entries()) {
    if (agent.kind === "team") follow([`team ${agent.team}`], [`team ${name}`], ["agents", index, "team"]);
    if ("tools" in agent)
      for (const [position, ref] of agent.tools.entries()) follow([`tool ${ref}`], [`team ${name}`], ["agents", index, "tools", position]);
  }
}

/** What a team or a tool has inside, as `team x` and `tool y`. */
function insideOf(thing: string, { teams, tools }: Surroundings): readonly string[] {
  const name = thing.slice("team ".length);
  if (thing.startsWith("team "))
    return (teams.get(name)?.agents ?? []).flatMap((agent) => {
      if (agent.kind === "team") return [`team ${agent.team}`];
      return "tools" in agent ? agent.tools.map((ref) => `tool ${ref}`) : [];
    });
  const tool = tools.get(readToolRef(name).key);
  if (tool?.kind !== "agent") return [];
  return [...(tool.team === undefined ? [] : [`team ${tool.team}`]), ...(tool.agent?.tools ?? []).map((ref) => `tool ${ref}`)];
}
