import { guardedTool } from "../../engine/guards/guarded.ts";
import type { Agent } from "../../engine/team.ts";
import type { Tool } from "../../engine/tool.ts";
import { keyed } from "../../tools/call-key.ts";
import { readToolRef } from "../tool-names.ts";
import { get, type Parts } from "./parts.ts";

/** Makes an agent of its tools. Those of MCP servers are known only when it speaks: see {@link whenReached}. */
export function withTools(
  agent: string,
  refs: readonly string[],
  parts: Parts,
  make: (tools: readonly Tool[], missing: readonly string[]) => Agent,
): Agent {
  const held = (tool: Tool) => keyed(guardedTool(tool, agent, parts.guards));
  const ofServers = refs.filter((ref) => get(parts.settings.tools, readToolRef(ref).key).kind === "mcp");
  const own = refs.filter((ref) => !ofServers.includes(ref)).map((ref) => held(parts.tool(ref)));
  return ofServers.length === 0 ? make(own, []) : whenReached(ofServers, own, parts, held, make);
}

/**
 * An agent that reaches its servers at the beginning of each turn: one that was away may be back, and a list may have changed. Without a
 * server it goes on, and its instructions say what is missing. The agent is made anew only when something has changed.
 */
function whenReached(
  refs: readonly string[],
  own: readonly Tool[],
  parts: Parts,
  held: (tool: Tool) => Tool,
  make: (tools: readonly Tool[], missing: readonly string[]) => Agent,
): Agent {
  const bare = make(own, []);
  let last: { readonly tools: readonly Tool[]; readonly missing: readonly string[]; readonly agent: Agent } | undefined;
  return {
    ...bare,
    async *turn(turn) {
      const { signal } = turn;
      yield { type: "activity", agent: bare.name, doing: "is reaching its tools" };
      const { tools, missing } = await parts.servers.tools(refs, signal);
      if (signal.aborted) return;
      if (!last || !same(tools, last.tools) || !same(missing, last.missing))
        last = { tools, missing, agent: make([...own, ...tools.map(held)], missing) };
      yield* last.agent.turn(turn);
    },
  };
}

const same = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.length === others.length && some.every((one, index) => one === others[index]);
