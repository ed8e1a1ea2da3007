import { selectorModel } from "../selector-model.ts";
import type { Settings } from "../settings.ts";
import type { AgentSettings } from "../schema/agents.ts";
import type { ContextSettings } from "../schema/assistant.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import { chainOf } from "./chain.ts";

/** The models that some team, or a tool, speaks or chooses with, and those that they fall back to. */
export function modelsInUse({ models, teams, tools }: Pick<Settings, "models" | "teams" | "tools">): Set<string> {
  const behindTools = [...tools.values()].flatMap((tool) => (tool.kind === "agent" && tool.agent ? ofThinker(tool.agent) : []));
  const named = [...behindTools, ...[...teams.values()].flatMap((team) => [...ofSpeakers(team, models), ...team.agents.flatMap(ofAgent)])];
  return new Set(named.flatMap((name) => chainOf(models, name)));
}

function ofSpeakers(team: TeamSettings, models: Settings["models"]): string[] {
  if (team.speakers.policy === "magentic") return ofThinker(team.speakers);
  const model = selectorModel(team, models);
  return model === undefined ? [] : [model];
}

function ofAgent(agent: AgentSettings): string[] {
  if (agent.kind === "team") return agent.voice === "members" ? [] : [agent.voice.model];
  return "model" in agent ? ofThinker(agent) : [];
}

const ofThinker = ({ model, context }: { readonly model: string; readonly context?: ContextSettings }): string[] => [
  model,
  ...(typeof context === "object" && "summary" in context ? [context.summary.model] : []),
];
