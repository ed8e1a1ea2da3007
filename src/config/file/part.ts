import type { z } from "zod";
import { explain, knownKeys } from "./explain.ts";
import { showPath, type Notes } from "./notes.ts";
import type { Registry } from "../registry/registry.ts";
import { schemasOf } from "../registry/schemas.ts";
import type { TeamFile } from "../schema/team-file.ts";
import { withPastedServers } from "./pasted-servers.ts";
import type { YamlFile } from "./yaml-file.ts";

/** One file of the settings: the team file itself, or one that it includes. */
export interface Part {
  readonly yaml: YamlFile;
  readonly file: TeamFile;
}

export function parse(yaml: YamlFile, registry: Registry, notes: Notes): Part | undefined {
  const whole = withPastedServers(yaml);
  const file = check(schemasOf(registry).file, whole, notes);
  return file && { yaml: whole, file };
}

/** Zod writes a program for each object that it checks and has it compiled, which takes longer than to check a file. */
export const READ_ONCE = { jitless: true } as const;

/** The file in the shape of this schema; with mistakes, nothing. */
export function check<Schema extends z.ZodType>(schema: Schema, yaml: YamlFile, notes: Notes): z.output<Schema> | undefined {
  const parsed = schema.safeParse(yaml.data ?? {}, { error: knownKeys, reportInput: true, ...READ_ONCE });
  if (parsed.success) return parsed.data;
  for (const { path, atKey, message } of explain(parsed.error.issues)) {
    notes.mistakes.push({ file: yaml.shown, line: yaml.line(path, atKey), path: showPath(path), message });
  }
  return undefined;
}
