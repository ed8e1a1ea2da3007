import { all, any } from "../../engine/limits/combined.ts";
import type { TerminationCondition } from "../../engine/team.ts";
import type { StopParts } from "../registry/definition.ts";
import type { Registry } from "../registry/registry.ts";
import type { StopSettings } from "../schema/stop.ts";
import { get } from "./parts.ts";

/** A condition of the file has exactly one key; the schema sees to it. */
export function conditionOf(stop: StopSettings, registry: Registry, parts: StopParts): TerminationCondition {
  if (stop.any) return any(...stop.any.map((inner) => conditionOf(inner, registry, parts)));
  if (stop.all) return all(...stop.all.map((inner) => conditionOf(inner, registry, parts)));
  const [[key, setting] = []] = Object.entries(stop).filter(([, given]) => given !== undefined);
  if (key === undefined) throw new Error("a condition without a key got past the schema");
  return get(registry.stop, key).build(setting, parts);
}
