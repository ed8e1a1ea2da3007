import type { Touch } from "../engine/tool.ts";
import { readToolRef } from "./tool-names.ts";
import type { ToolSettings } from "./schema/tools.ts";

/** What tools of a kind touch where the team file does not say; those of servers say it of themselves, or may touch anything. */
const BY_KIND: { readonly [kind: string]: readonly Touch[] } = {
  "web-fetch": ["untrusted", "outside"],
  "web-search": ["untrusted", "outside"],
  "slack-search": ["private"],
  mcp: ["untrusted", "outside"],
};

/** Kinds that bring in what stands on the web. */
export const isOfWeb = (tool: Pick<ToolSettings, "kind"> | undefined): boolean => tool?.kind === "web-fetch" || tool?.kind === "web-search";

export const touchesOf = (kind: string): readonly Touch[] => BY_KIND[kind] ?? [];

/** What an agent or a team behind a tool may have brought in when it answers: all that its own tools may bring; a team, all that any of the file may. */
export function touchesInside(refs: readonly string[] | undefined, tools: ReadonlyMap<string, ToolSettings>): readonly Touch[] {
  const keys = refs === undefined ? [...tools.keys()] : refs.map((ref) => readToolRef(ref).key);
  const inside = keys.flatMap((key) => {
    const tool = tools.get(key);
    if (!tool || tool.kind === "agent") return [];
    return "touches" in tool && tool.touches ? tool.touches : touchesOf(tool.kind);
  });
  return [...new Set(inside)].filter((touch) => touch !== "outside");
}
