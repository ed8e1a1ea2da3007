import { stricter } from "../../engine/approvals.ts";
import type { ActionPolicy } from "../../engine/events/events.ts";
import type { Settings } from "../settings.ts";
import { reachable } from "./snapshot.ts";

/** How a run of this team runs code and calls tools: of it and the teams that it can bring in, the strictest rule. */
export function policyOf(settings: Settings, team: string): { readonly code: ActionPolicy; readonly tools: ActionPolicy } {
  const teams = [...reachable(settings, team).teams.values()];
  return {
    code: teams.map(({ approvals }) => approvals.code).reduce(stricter, "auto"),
    tools: teams.map(({ approvals }) => approvals.tools).reduce(stricter, "auto"),
  };
}
