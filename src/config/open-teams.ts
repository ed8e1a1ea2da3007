import type { Clock } from "../engine/clock.ts";
import type { Gates } from "../models/gated.ts";
import { buildTeams, type BuildDeps, type Teams } from "./build.ts";
import { createModelFor } from "./build/models.ts";
import type { ModelParts } from "./build/model-parts.ts";
import type { Env } from "./env.ts";
import type { PlayedScript } from "./file/script.ts";
import { foreignAgents } from "./foreign-agents.ts";
import { leftoversOf } from "./leftovers.ts";
import type { Settings } from "./load.ts";

/** What a process gives its teams, beside its settings. */
interface Given extends Omit<BuildDeps, "createModel" | "foreign" | "web" | "recorded">, Required<Pick<ModelParts, "lessons">> {
  readonly env: Env;
  readonly clock: Clock;
  /** Takes secrets out of what agents elsewhere say. */
  readonly redact: (text: string) => string;
  readonly log: (line: string) => void;
  readonly gates: Gates;
}

interface OpenTeams {
  readonly teams: Teams;
  /** One line for each reply of a replay file that nobody of this team has asked for since the process began. */
  leftovers(team: string): readonly string[];
}

/** The teams of a process, with their models. Throws {@link ConfigError} for a model that cannot be had, as without a key. */
export function openTeams(settings: Settings, { gates, lessons, redact, log, ...given }: Given): OpenTeams {
  const { env, clock } = given;
  const scripts: PlayedScript[] = [];
  const onScript = (script: PlayedScript) => void scripts.push(script);
  const createModel = createModelFor({ ...given, registry: settings.registry, gates, lessons, log, onScript });
  return {
    teams: buildTeams(settings, { ...given, createModel, web: { env }, foreign: foreignAgents({ env, clock, redact }) }),
    leftovers: (team) => leftoversOf(settings, team, scripts),
  };
}
