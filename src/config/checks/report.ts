import { nearest } from "../../engine/reading/nearest.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import type { ToolSettings } from "../schema/tools.ts";

export type Path = readonly (string | number)[];

/** Tells of a mistake or a warning at a path below the team. */
export type Report = (kind: "mistake" | "warning", path: Path, message: string) => void;

/** What the names in a team may lead to. */
export interface Surroundings {
  readonly models: ReadonlyMap<string, unknown>;
  readonly tools: ReadonlyMap<string, ToolSettings>;
  readonly teams: ReadonlyMap<string, TeamSettings>;
}

/** `what; the team has Ana, Ben. Did you mean "Ben"?` */
export function unknownAgent(what: string, name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  return `${what}; the team has ${list(known)}. ${guess ? `Did you mean "${guess}"?` : "Fix the name."}`;
}

/** `there is no tool "serch"; the file has search. Did you mean "search"?` */
export function unknownEntry(kind: "model" | "tool" | "team", name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  const all = known.length === 0 ? `the file has no ${kind}s yet` : `the file has ${list(known)}`;
  return `there is no ${kind} "${name}"; ${all}. ${guess ? `Did you mean "${guess}"?` : `Add it under \`${kind}s\`, or fix the name.`}`;
}

export const namesOf = (team: TeamSettings): string[] => team.agents.map((agent) => agent.name);

export const list = (names: Iterable<string>): string => [...names].join(", ");
