import { localNames } from "../tools/mcp/list.ts";
import type { ToolSettings } from "./schema/tools.ts";

/** A tool as the file names it: a key under `tools`, for one tool of an MCP server with the tool's name behind it. */
export function readToolRef(ref: string): { readonly key: string; readonly member: string | undefined } {
  const slash = ref.indexOf("/");
  return slash < 0 ? { key: ref, member: undefined } : { key: ref.slice(0, slash), member: ref.slice(slash + 1) };
}

/** The name by which models call it, and the log shows it; nothing for a server as a whole, or what is no tool of the file. */
export function calledAs(ref: string, tools: ReadonlyMap<string, ToolSettings>): string | undefined {
  const { key, member } = readToolRef(ref);
  const tool = tools.get(key);
  if (tool?.kind === "mcp") return member === undefined ? undefined : localNames(key, [member]).get(member);
  if (!tool || member !== undefined) return undefined;
  return OWN_NAMES.get(tool.kind) ?? key;
}

/** Of kinds that have one name, whatever their entry is called. */
const OWN_NAMES: ReadonlyMap<string, string> = new Map([
  ["web-fetch", "web_fetch"],
  ["web-search", "web_search"],
  ["slack-search", "slack_search"],
]);
