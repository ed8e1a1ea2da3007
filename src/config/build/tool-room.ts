import { toolRulesOf } from "../../models/tool-rules/rules.ts";
import type { ToolRoom } from "../../tools/find-tools.ts";
import { chainOf } from "./chain.ts";

/** What of tools fits into a request to this model, and to each that is asked when it fails. */
export function toolRoomOf(model: string, models: ReadonlyMap<string, unknown>): ToolRoom {
  const chained = models as ReadonlyMap<string, { readonly fallback: readonly string[]; readonly provider?: string }>;
  const rules = chainOf(chained, model).map((name) => toolRulesOf(chained.get(name)?.provider ?? ""));
  return {
    countMax: Math.min(...rules.map(({ toolsMax }) => toolsMax)),
    charsMax: Math.min(...rules.map(({ toolsCharsMax }) => toolsCharsMax)),
  };
}
