import type { Clock } from "../engine/clock.ts";
import { createModel, ModelSettingsError } from "../models/create.ts";
import { ConfigError } from "./config-error.ts";
import type { Env } from "./env.ts";
import type { ModelSettings, Settings } from "./load.ts";
import { scripted, type ModelOfThread } from "./script.ts";

/** Makes the model that is named so in the settings. Throws {@link ConfigError} when it cannot be had, as without a key. */
export type CreateModel = (settings: ModelSettings, name: string, file: Settings["file"]) => ModelOfThread;

export function createModelFor({ env, clock }: { readonly env: Env; readonly clock: Clock }): CreateModel {
  return (settings, name, file) => {
    if (settings.provider === "replay") return scripted(settings.script, name, settings.wordDelayMs, clock);
    try {
      const model = createModel(settings, { env, clock });
      return () => model;
    } catch (error) {
      if (!(error instanceof ModelSettingsError)) throw error;
      throw new ConfigError([{ file, path: `models.${name}`, message: error.message }]);
    }
  };
}
