import { stopWords } from "./instructions.ts";
import type { TeamSettings } from "../schema/team-file.ts";

/** A team as people see it before it talks. */
export interface TeamCard {
  readonly name: string;
  readonly description: string;
  /** Everybody who may speak: the one who leads aloud and the members of teams inside, too. */
  readonly agents: readonly AgentCard[];
  readonly limits: { readonly turns: number; readonly minutes: number; readonly tokens: number; readonly usd: number };
  readonly stopWords: readonly string[];
}

interface AgentCard {
  readonly name: string;
  readonly icon?: string;
  readonly description: string;
  readonly runsCode: boolean;
}

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
