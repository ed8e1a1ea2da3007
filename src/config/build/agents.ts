import { messageFilter } from "../../engine/agents/message-filter.ts";
import type { HearingRule } from "../../engine/reading/hearing-rules.ts";
import type { Agent } from "../../engine/team.ts";
import type { Registry } from "../registry/registry.ts";
import type { AgentSettings } from "../schema/agents.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import { get, type Parts } from "./parts.ts";

export function buildAgent(agent: AgentSettings, team: TeamSettings, parts: Parts, registry: Registry): Agent {
  const built = get(registry.agent, agent.kind ?? "assistant").build(agent, { ...parts, team });
  return agent.hears ? messageFilter(built, agent.hears.map(hearingRule)) : built;
}

export function hearingRule({ from, first, last }: NonNullable<AgentSettings["hears"]>[number]): HearingRule {
  if (first !== undefined) return { from, take: { which: "first", count: first } };
  return last === undefined ? { from } : { from, take: { which: "last", count: last } };
}
