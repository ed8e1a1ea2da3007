import { checkAgent } from "./checks/agents.ts";
import { checkDescriptions } from "./checks/descriptions.ts";
import { checkNames } from "./checks/names.ts";
import { checkRecursion } from "./checks/recursion.ts";
import type { Report, Surroundings } from "./checks/report.ts";
import { checkSpeakers } from "./checks/speakers.ts";
import { checkStop } from "./checks/stop.ts";
import { checkVoices } from "./checks/voices.ts";
import type { TeamSettings } from "./schema.ts";

/** What one team means, beyond its shape: every name leads somewhere, every agent can be told apart, and the run can end. */
export function checkTeam(name: string, team: TeamSettings, around: Surroundings, report: Report): void {
  checkRecursion(name, team, around, report);
  checkNames(name, team, around, report);
  checkVoices(team, report);
  checkDescriptions(team, report);
  for (const [index, agent] of team.agents.entries()) checkAgent(agent, index, team, around, report);
  checkSpeakers(team, around, report);
  if (team.stop) checkStop(team.stop, ["stop"], team, around, report);
}
