import type { PlayedScript } from "../file/script.ts";
import { leftoversOf } from "../leftovers.ts";
import type { Settings } from "../settings.ts";
import { createModelFor, type CreateModel } from "./models.ts";

export interface ProcessModels {
  readonly createModel: CreateModel;
  /** One line for each reply of a replay file that nobody of this team has asked for since the process began. */
  leftovers(team: string): readonly string[];
}

/** How a process makes its models, and what is left of the files of those whose words are written down. */
export function processModels(
  settings: Settings,
  parts: Omit<Parameters<typeof createModelFor>[0], "registry" | "onScript">,
): ProcessModels {
  const scripts: PlayedScript[] = [];
  return {
    createModel: createModelFor({ ...parts, registry: settings.registry, onScript: (script) => void scripts.push(script) }),
    leftovers: (team) => leftoversOf(settings, team, scripts),
  };
}
