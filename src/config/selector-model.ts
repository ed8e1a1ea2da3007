import type { TeamSettings } from "./schema/team-file.ts";

/** Chosen by its name: what is small and cheap is called so in the shipped files. */
const SMALL_MODEL = "fast";

/** Which model of the file a team's selector asks; `undefined` for a team without a selector, or where there is none to ask. */
export function selectorModel({ speakers, agents }: TeamSettings, models: ReadonlyMap<string, unknown>): string | undefined {
  if (speakers.policy !== "selector") return undefined;
  return speakers.model ?? anyModel({ agents }, models);
}

/** The model of whoever needs one and names none: the one called so, else that of the first agent with one. */
export function anyModel({ agents }: Pick<TeamSettings, "agents">, models: ReadonlyMap<string, unknown>): string | undefined {
  if (models.has(SMALL_MODEL)) return SMALL_MODEL;
  return agents.flatMap((agent) => ("model" in agent ? [agent.model] : []))[0];
}
