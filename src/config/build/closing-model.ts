import { selectorModel } from "../selector-model.ts";
import type { TeamSettings } from "../schema/team-file.ts";

/** Which model sums up a run that is ended at a limit: that of who leads the team, else the first of an agent; none in a team without models. */
export function closingModel(team: TeamSettings, models: ReadonlyMap<string, unknown>): string | undefined {
  if (team.speakers.policy === "magentic") return team.speakers.model;
  return selectorModel(team, models) ?? team.agents.flatMap((agent) => ("model" in agent ? [agent.model] : []))[0];
}
