import { stopWords } from "./instructions.ts";
import type { AgentCard, TeamCard } from "../../team-shelf.ts";
import type { TeamSettings } from "../schema/team-file.ts";

export function cardOf(name: string, team: TeamSettings, teams: ReadonlyMap<string, TeamSettings>): TeamCard {
  const everybody = [team, ...teamsInside(team, teams)];
  return {
    name,
    description: team.description,
    agents: everybody.flatMap(agentCards),
    limits: team.limits,
    stopWords: [...new Set(everybody.flatMap(({ stop }) => stopWords(stop)))],
  };
}

/** Nested as deep as they are; loading has seen to it that they end. */
const teamsInside = (team: TeamSettings, teams: ReadonlyMap<string, TeamSettings>): TeamSettings[] =>
  team.agents.flatMap((agent) => {
    const inner = agent.kind === "team" ? teams.get(agent.team) : undefined;
    return inner ? [inner, ...teamsInside(inner, teams)] : [];
  });

function agentCards({ agents, speakers }: TeamSettings): AgentCard[] {
  const leader = speakers.policy === "magentic" ? [cardOfAgent({ ...speakers, description: "Leads the team." }, false)] : [];
  return [...agents.map((agent) => cardOfAgent(agent, agent.kind === "code-runner")), ...leader];
}

const cardOfAgent = (
  { name, icon, description }: { readonly name: string; readonly icon?: string | undefined; readonly description: string },
  runsCode: boolean,
): AgentCard => ({ name, description, runsCode, ...(icon === undefined ? {} : { icon }) });
