import { stanceOf } from "../../engine/agents/stance.ts";
import { hearing } from "../../engine/reading/hearing-rules.ts";
import type { Agent } from "../../engine/team.ts";
import { hearingRule } from "./agents.ts";
import { instructionsFor } from "./instructions.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import type { Parts } from "./parts.ts";
import { contextOf } from "./thinking.ts";

/** Whom the team asks, before a run ends, whether they agree with its answer: nobody in a team of one. */
export function stancesOf(team: TeamSettings, parts: Parts): readonly Agent[] {
  const { stances } = team;
  const thinking = team.agents.filter((agent) => "model" in agent && typeof agent.model === "string");
  if (stances === "off" || team.agents.length < 2) return [];
  return thinking
    .filter(({ name }) => stances === "all" || stances.includes(name))
    .map((agent) => {
      const { model, context } = agent as { readonly model: string; readonly context?: Parameters<typeof contextOf>[0] };
      return stanceOf({
        name: agent.name,
        model: parts.modelNamed(model),
        instructions: instructionsFor(agent as Parameters<typeof instructionsFor>[0], team, parts.executor.capabilities.hint),
        ...(agent.hears ? { hears: hearing(agent.name, agent.hears.map(hearingRule)) } : {}),
        ...(context === undefined ? {} : { context: contextOf(context, parts) }),
      });
    });
}
