import type { Settings } from "../load.ts";
import type { AgentSettings } from "../schema/agents.ts";
import type { ContextSettings } from "../schema/assistant.ts";
import type { TeamSettings } from "../schema.ts";

/** The models that some team, or a tool, speaks or chooses with. */
export function modelsInUse({ teams, tools }: Pick<Settings, "teams" | "tools">): Set<string> {
  const behindTools = [...tools.values()].flatMap((tool) => (tool.kind === "agent" && tool.agent ? ofThinker(tool.agent) : []));
  return new Set([...behindTools, ...[...teams.values()].flatMap((team) => [...ofSpeakers(team), ...team.agents.flatMap(ofAgent)])]);
}

function ofSpeakers({ speakers }: TeamSettings): string[] {
  if (speakers.policy === "magentic") return ofThinker(speakers);
  return speakers.policy === "selector" ? [speakers.model] : [];
}

function ofAgent(agent: AgentSettings): string[] {
  if (agent.kind === "team") return agent.voice === "members" ? [] : [agent.voice.model];
  return "model" in agent ? ofThinker(agent) : [];
}

const ofThinker = ({ model, context }: { readonly model: string; readonly context: ContextSettings }): string[] => [
  model,
  ...(typeof context === "object" && "summary" in context ? [context.summary.model] : []),
];
