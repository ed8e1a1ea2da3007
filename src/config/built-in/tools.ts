import { agentAsTool, teamAsTool } from "../../engine/agents/as-tool.ts";
import { assistant } from "../../engine/agents/assistant.ts";
import { guardedTool } from "../../engine/guards/guarded.ts";
import { capsOfCall } from "../../engine/limits/run-limits.ts";
import type { Tool } from "../../engine/tool.ts";
import { guarded } from "../../tools/approval.ts";
import { slackSearch } from "../../tools/slack-search.ts";
import { webFetch } from "../../tools/web.ts";
import { webSearch } from "../../tools/web-search.ts";
import { instructionsForTool } from "../build/instructions.ts";
import type { Parts } from "../build/parts.ts";
import { answerOf, contextOf } from "../build/thinking.ts";
import { toolsOfKnowledge, withTools } from "../build/tools.ts";
import { checkAgentTool } from "../checks/tools.ts";
import { defineTool } from "../define/tool.ts";
import { touchesInside, touchesOf } from "../touches.ts";
import { TOOLS, type AgentToolSettings } from "../schema/tools.ts";

export const tools = [
  defineTool({
    name: "web-fetch",
    schema: TOOLS["web-fetch"],
    build: ({ timeoutSeconds, bytesMax, documentBytesMax, hosts, approval, touches = touchesOf("web-fetch") }, { web }) =>
      guarded(webFetch({ timeoutMs: timeoutSeconds * 1000, bytesMax, documentBytesMax, hosts }, web.reach, web.pages), approval, touches),
  }),
  defineTool({
    name: "web-search",
    schema: TOOLS["web-search"],
    build: ({ timeoutSeconds, approval, touches = touchesOf("web-search"), ...settings }, { web }) =>
      guarded(webSearch({ ...settings, timeoutMs: timeoutSeconds * 1000 }, web.env, web.reach.clock), approval, touches),
  }),
  defineTool({
    name: "slack-search",
    schema: TOOLS["slack-search"],
    build: ({ approval, touches = touchesOf("slack-search") }, { search, thread }) =>
      guarded(slackSearch(search, thread), approval, touches),
  }),
  defineTool({
    name: "mcp",
    schema: TOOLS.mcp,
    // Which tools it has is known only when it is reached: see `whenReached`.
    build: (_server, { name }) => {
      throw new Error(`"${name}" is a server, not a tool`);
    },
  }),
  defineTool({
    name: "agent",
    schema: TOOLS.agent,
    build: (tool, parts) => behindTool(parts.name, tool, parts),
    check: (tool, { around, report }) => checkAgentTool(tool, around, report),
  }),
];

function behindTool(name: string, { description, team, agent }: Omit<AgentToolSettings, "kind">, parts: Parts): Tool {
  const inside = touchesInside(agent?.tools, parts.settings.tools);
  const touching = inside.length > 0 ? { touches: inside } : {};
  if (team !== undefined) return { ...teamAsTool(parts.teamInside(team, name), { name, description }), ...touching };
  if (!agent) throw new Error("a checked agent tool has an agent or a team");
  const { toolRoundsMax, afterTools, limits } = agent;
  const within = parts.inside(limits);
  const looksUp = toolsOfKnowledge(limits, within).map((tool) => guardedTool(tool, name, within.guards));
  const thinker = withTools({ name, model: agent.model, others: looksUp.length }, agent.tools, within, (tools, missing, liveTools) =>
    assistant({
      name,
      description,
      instructions: instructionsForTool(name, agent.instructions, missing),
      model: within.modelNamed(agent.model),
      tools: [...looksUp, ...tools],
      liveTools,
      handoffs: [],
      toolRoundsMax,
      afterTools,
      context: contextOf(agent.context, within),
      ...answerOf(name, agent.answer),
    }),
  );
  return { ...agentAsTool(thinker, capsOfCall(limits), { name, description }), ...touching };
}
