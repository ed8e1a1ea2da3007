import { checkAgent } from "./agents.ts";
import { checkDescriptions } from "./descriptions.ts";
import { checkKnowledge } from "./knowledge.ts";
import { checkNames } from "./names.ts";
import { checkRecursion } from "./recursion.ts";
import type { Path, Report, Surroundings } from "./report.ts";
import { checkSpeakers } from "./speakers.ts";
import { checkStop } from "./stop.ts";
import { checkStances } from "./stances.ts";
import { checkVoices } from "./voices.ts";
import type { Registry } from "../registry/registry.ts";
import type { TeamSettings } from "../schema/team-file.ts";

/** What one team means, beyond its shape: every name leads somewhere, every agent can be told apart, and the run can end. */
export function checkTeam(name: string, team: TeamSettings, around: Surroundings, registry: Registry, report: Report): void {
  checkRecursion(name, team, around, report);
  checkNames(name, team, around, report);
  checkVoices(team, report);
  checkDescriptions(team, report);
  const at = (path: Path) => ({ team, path, around, report });
  for (const [index, agent] of team.agents.entries()) checkAgent(agent, at(["agents", index]), registry);
  checkSpeakers(team, around, registry, report);
  checkStances(team, report);
  checkKnowledge(team, around, report);
  if (team.stop) checkStop(team.stop, at(["stop"]), registry);
}
