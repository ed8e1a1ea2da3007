import type { Tool, ToolResult } from "../engine/tool.ts";
import { leftOutBy } from "../models/tool-rules/offered.ts";
import { toolRulesOf } from "../models/tool-rules/rules.ts";
import { MCP_DEFAULTS } from "../tools/mcp/settings.ts";
import { missingVariables, namesRead, passedForTheNetwork } from "../tools/mcp/variables.ts";
import { outside } from "../engine/turn.ts";
import { chosen, PROVIDER_NAMES, PROVIDERS } from "../tools/search/choice.ts";
import { webSearch } from "../tools/web-search.ts";
import { modelsInUse } from "./build/models-in-use.ts";
import type { Env } from "./env.ts";
import type { McpToolSettings, WebSearchToolSettings } from "./schema/tools.ts";
import type { Settings } from "./settings.ts";

/** What is known of an MCP server before it is started, for people. */
export interface ServerFacts {
  /** Variables without which it does not start. */
  readonly missing: readonly string[];
  /** NAMES of the variables that it is given, beside PATH and the like. */
  readonly given: readonly string[];
  /** Whose session of it each is. */
  readonly share: string;
}

export const factsOf = (tool: McpToolSettings, env: Env): ServerFacts => ({
  missing: missingVariables(tool, env),
  given: [...new Set([...namesRead(tool), ...(tool.command === undefined ? [] : passedForTheNetwork(env))])],
  share: tool.share ?? MCP_DEFAULTS.share,
});

/** A sentence about each of these tools that the providers of the models in use are not offered. */
export function leftOutOf(tools: readonly Tool[], settings: Settings): readonly string[] {
  const providers = new Set([...modelsInUse(settings)].flatMap((name) => settings.models.get(name)?.provider ?? []));
  return [...providers]
    .filter((provider) => provider !== "replay")
    .flatMap((provider) =>
      leftOutBy(toolRulesOf(provider), tools).map(({ tool, why }) => `models of ${provider} are not offered ${tool}: ${why}`),
    );
}

/** Who is asked by a search of the web, for people, wherever the file is used. */
export function searchedBy({ provider, url }: WebSearchToolSettings): string {
  if (provider === undefined) return `whichever of ${PROVIDER_NAMES.join(", ")} has its key or address in the environment`;
  return `${PROVIDERS[provider].name}${url === undefined ? "" : ` at ${URL.parse(url)?.origin ?? "an address"}`}`;
}

/** Who is asked in this environment, or what is missing for that. */
export function searchFactsOf(tool: WebSearchToolSettings, env: Env): { readonly by: string } | { readonly missing: string } {
  const choice = chosen(tool, env);
  if ("missing" in choice) return { missing: choice.missing };
  const { provider, at, keyEnv } = choice;
  return {
    by: `${provider.name} at ${URL.parse(at.url)?.origin ?? "an address"}${keyEnv === undefined ? "" : `, with the key in ${keyEnv}`}`,
  };
}

/** One search, for one page. */
export const searchOnce = ({ timeoutSeconds, ...tool }: WebSearchToolSettings, env: Env, signal: AbortSignal): Promise<ToolResult> =>
  webSearch({ ...tool, resultsMax: 1, timeoutMs: timeoutSeconds * 1000 }, env).run({ query: "weather" }, outside(signal));
