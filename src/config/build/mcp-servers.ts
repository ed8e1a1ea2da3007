import type { Tool } from "../../engine/tool.ts";
import type { McpServer } from "../../tools/mcp/server.ts";
import type { McpDeps, McpSettings } from "../../tools/mcp/settings.ts";
import type { McpToolSettings, ToolSettings } from "../schema/tools.ts";
import { calledAs, readToolRef } from "../tool-names.ts";

/** The MCP servers of the settings, one of each, for all threads. */
export interface McpServers {
  /** The tools behind these names; `missing`: a sentence about each that could not be had. A server is started when it is first asked. */
  tools(refs: readonly string[], signal: AbortSignal): Promise<Reached>;
  /** Ends the servers that were started. */
  close(): Promise<void>;
}

interface Reached {
  readonly tools: readonly Tool[];
  readonly missing: readonly string[];
}

export function createMcpServers(settings: ReadonlyMap<string, ToolSettings>, deps: McpDeps): McpServers {
  const started = new Map<string, Promise<McpServer>>();

  async function start(key: string, tool: McpToolSettings): Promise<McpServer> {
    const { connectMcp } = await import("../../tools/mcp/server.ts"); // Here, so that who has no server does not load the packages.
    return connectMcp(serverSettings(key, tool), deps);
  }

  async function reach(key: string, refs: readonly string[], signal: AbortSignal): Promise<Reached> {
    const tool = settings.get(key);
    // A run goes on with the team that it began with, and the file may have changed since.
    if (tool?.kind !== "mcp") return { tools: [], missing: [`The server "${key}" is not in the settings any more.`] };
    const starting = started.get(key) ?? start(key, tool);
    started.set(key, starting);
    const server = await starting;
    const failure = await server.connect(signal);
    if (failure) return { tools: [], missing: [`The tools of "${key}" cannot be had now: ${failure.message}`] };
    if (refs.includes(key)) return { tools: server.tools(), missing: [] };
    const found = refs.map((ref) => ({ ref, tool: server.tools().find((one) => one.name === calledAs(ref, settings)) }));
    return {
      tools: found.flatMap((one) => (one.tool ? [one.tool] : [])),
      missing: found.flatMap((one) => (one.tool ? [] : [`The server "${key}" has no tool "${readToolRef(one.ref).member ?? ""}" now.`])),
    };
  }

  return {
    async tools(refs, signal) {
      const byServer = Map.groupBy(refs, (ref) => readToolRef(ref).key);
      const reached = await Promise.all([...byServer].map(([key, own]) => reach(key, own, signal)));
      return { tools: reached.flatMap(({ tools }) => tools), missing: reached.flatMap(({ missing }) => missing) };
    },
    async close() {
      await Promise.all([...started.values()].map(async (server) => (await server).close()));
    },
  };
}

function serverSettings(name: string, tool: McpToolSettings): McpSettings {
  const { command, url, args, env, secretsEnv, cwd, headers, headersEnv, approval, approvals, startTimeoutSeconds, callTimeoutSeconds } =
    tool;
  const common = { name, approval, approvals, startTimeoutMs: startTimeoutSeconds * 1000, callTimeoutMs: callTimeoutSeconds * 1000 };
  if (command !== undefined) return { ...common, command, args, env, secretsEnv, cwd };
  if (url !== undefined) return { ...common, url, headers, headersEnv };
  throw new Error("a checked server has a command or a url");
}
