import { agentAsTool, teamAsTool } from "../../engine/agents/as-tool.ts";
import { createBudget } from "../../engine/limits/budget.ts";
import { assistant } from "../../engine/agents/assistant.ts";
import type { Agent } from "../../engine/team.ts";
import { any, minutes, tokens, usd } from "../../engine/limits/termination.ts";
import type { Tool } from "../../engine/tool.ts";
import { guarded } from "../../tools/approval.ts";
import { keyed } from "../../tools/call-key.ts";
import { webFetch } from "../../tools/web.ts";
import { instructionsForTool } from "./instructions.ts";
import type { AgentToolSettings } from "../schema/tools.ts";
import { readToolRef } from "../tool-names.ts";
import { get, type Parts } from "./parts.ts";
import { answerOf, contextOf } from "./thinking.ts";

/** Makes an agent of its tools. Those of MCP servers are known only when it speaks: see {@link whenReached}. */
export function withTools(
  refs: readonly string[],
  parts: Parts,
  make: (tools: readonly Tool[], missing: readonly string[]) => Agent,
): Agent {
  const ofServers = refs.filter((ref) => get(parts.settings.tools, readToolRef(ref).key).kind === "mcp");
  const own = refs.filter((ref) => !ofServers.includes(ref)).map((ref) => keyed(parts.thread, toolNamed(ref, parts)));
  return ofServers.length === 0 ? make(own, []) : whenReached(ofServers, own, parts, make);
}

function toolNamed(name: string, parts: Parts): Tool {
  const tool = get(parts.settings.tools, name);
  switch (tool.kind) {
    case "web-fetch":
      return guarded(webFetch({ timeoutMs: tool.timeoutSeconds * 1000, bytesMax: tool.bytesMax, hosts: tool.hosts }), tool.approval);
    case "agent":
      return behindTool(name, tool, parts);
    case "mcp":
      throw new Error(`"${name}" is a server, not a tool`);
  }
}

function behindTool(name: string, { description, team, agent }: AgentToolSettings, parts: Parts): Tool {
  if (team !== undefined) return teamAsTool(parts.separateTeam(team, name), { name, description });
  if (!agent) throw new Error("a checked agent tool has an agent or a team");
  const { toolRoundsMax, afterTools, limits } = agent;
  const budget = createBudget(limits);
  const within = parts.within(budget);
  const thinker = withTools(agent.tools, within, (tools, missing) =>
    assistant({
      name,
      description,
      instructions: instructionsForTool(name, agent.instructions, missing),
      model: within.modelNamed(agent.model),
      tools,
      handoffs: [],
      toolRoundsMax,
      afterTools,
      context: contextOf(agent.context, within),
      ...answerOf(name, agent.answer),
    }),
  );
  const caps = any(minutes(limits.minutes), tokens({ total: limits.tokens }), usd(limits.usd));
  return agentAsTool(budget.watch(thinker), caps, { name, description });
}

/**
 * An agent that reaches its servers at the beginning of each turn: one that was away may be back, and a list may have changed. Without a
 * server it goes on, and its instructions say what is missing. The agent is made anew only when something has changed.
 */
function whenReached(refs: readonly string[], own: readonly Tool[], parts: Parts, make: Parameters<typeof withTools>[2]): Agent {
  const bare = make(own, []);
  let last: { readonly tools: readonly Tool[]; readonly missing: readonly string[]; readonly agent: Agent } | undefined;
  return {
    ...bare,
    async *turn(transcript, signal) {
      yield { type: "activity", agent: bare.name, doing: "is reaching its tools" };
      const { tools, missing } = await parts.servers.tools(refs, signal);
      if (signal.aborted) return;
      if (!last || !same(tools, last.tools) || !same(missing, last.missing))
        last = { tools, missing, agent: make([...own, ...tools.map((tool) => keyed(parts.thread, tool))], missing) };
      yield* last.agent.turn(transcript, signal);
    },
  };
}

const same = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.length === others.length && some.every((one, index) => one === others[index]);
