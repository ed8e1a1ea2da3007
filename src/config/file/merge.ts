import { at, type Notes } from "./notes.ts";
import type { Part } from "./part.ts";
import type { TeamSettings } from "../schema/team-file.ts";

/** Something of a file, and the file it is from. */
export interface Merged<Value> {
  readonly value: Value;
  readonly part: Part;
}

/** The including file's models or tools go before those of the same name in what it includes; two included files may not disagree. */
export function mergeNamed<Kind extends "models" | "tools">(
  kind: Kind,
  [main, ...included]: readonly Part[],
  notes: Notes,
): Map<string, Merged<Part["file"][Kind][string]>> {
  const merged = new Map<string, Merged<Part["file"][Kind][string]>>();
  if (!main) return merged;
  for (const part of included) {
    for (const [name, value] of entries(kind, part)) {
      const other = merged.get(name);
      const settled = Object.hasOwn(main.file[kind], name);
      if (other && !settled && JSON.stringify(other.value) !== JSON.stringify(value)) {
        const message = `${other.part.yaml.shown} has another ${kind.slice(0, -1)} "${name}"; rename one, or say in ${main.yaml.shown} which it is.`;
        notes.mistakes.push(at(part.yaml, [kind, name], message));
      }
      merged.set(name, { value, part });
    }
  }
  for (const [name, value] of entries(kind, main)) merged.set(name, { value, part: main });
  return merged;
}

const entries = <Kind extends "models" | "tools">(kind: Kind, part: Part): [string, Part["file"][Kind][string]][] =>
  Object.entries(part.file[kind]) as [string, Part["file"][Kind][string]][];

/** The teams of all files; no two may have the same name. */
export function mergeTeams(parts: readonly Part[], notes: Notes): Map<string, Merged<TeamSettings>> {
  const teams = new Map<string, Merged<TeamSettings>>();
  for (const part of parts) {
    for (const [name, value] of Object.entries(part.file.teams)) {
      const other = teams.get(name);
      if (other) notes.mistakes.push(at(part.yaml, ["teams", name], `${other.part.yaml.shown} has a team "${name}" too; rename one.`));
      teams.set(name, { value, part });
    }
  }
  return teams;
}
