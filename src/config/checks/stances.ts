import type { TeamSettings } from "../schema/team-file.ts";
import { namesOf, unknownAgent, type Report } from "./report.ts";

/** Whoever is asked whether they agree is an agent of the team that can answer. */
export function checkStances(team: TeamSettings, report: Report): void {
  const { stances, agents } = team;
  if (typeof stances === "string") return;
  for (const [position, name] of stances.entries()) {
    const path = ["stances", position];
    const agent = agents.find((one) => one.name === name);
    if (!agent) report("mistake", path, unknownAgent(`"${name}" is to say whether it agrees`, name, namesOf(team)));
    else if (!("model" in agent)) report("mistake", path, `"${name}" has no model that could say whether it agrees. Take it out.`);
  }
}
