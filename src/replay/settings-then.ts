import { readSnapshot } from "../config/build/snapshot.ts";
import { BUILT_IN } from "../config/built-in/built-in.ts";
import type { Registry } from "../config/registry/registry.ts";
import { schemasOf } from "../config/registry/schemas.ts";
import type { Settings } from "../config/settings.ts";

/**
 * The settings with which a run began. What a snapshot does not hold is as an empty team file has it: nothing of it decides what is said. Throws an
 * error for people where another version wrote what this one cannot read.
 */
export function settingsThen(snapshot: string, registry: Registry): Settings {
  const { guards, providers, sandbox, slack, budgets, ceilings, retention, audit, alerts } = schemasOf(BUILT_IN).file.parse({});
  const none: Settings = {
    file: "the settings with which the run began",
    models: new Map(),
    keysMissing: new Map(),
    tools: new Map(),
    teams: new Map(),
    defaultTeam: "",
    registry,
    guards,
    providers,
    sandbox,
    slack,
    budgets,
    ceilings,
    retention,
    alerts,
    audit,
    database: ":memory:",
    warnings: [],
  };
  return readSnapshot(snapshot, none);
}
