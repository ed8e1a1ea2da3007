import type { Clock } from "../../engine/clock.ts";
import { ModelSettingsError } from "../../models/create.ts";
import { createGates, type Gates } from "../../models/gated.ts";
import { BUILT_IN } from "../built-in/built-in.ts";
import { ConfigError } from "../config-error.ts";
import type { Model } from "../../engine/model.ts";
import type { Registry } from "../registry/registry.ts";
import type { ModelSettings, Settings } from "../settings.ts";
import type { ModelParts } from "./model-parts.ts";
import { get } from "./parts.ts";

/** Makes the model that is named so in the settings. Throws {@link ConfigError} when it cannot be had, as without a key. */
export type CreateModel = (settings: ModelSettings, name: string, file: Settings["file"]) => Model;

interface Deps extends Omit<ModelParts, "name" | "gates"> {
  readonly clock: Clock;
  /** The schema's defaults when absent. */
  readonly gates?: Gates;
  /** Of the settings; what comes with Parley when absent. */
  readonly registry?: Registry;
}

export function createModelFor({ gates, registry = BUILT_IN, ...parts }: Deps): CreateModel {
  const shared = { ...parts, gates: gates ?? createGates({}, parts.clock) };
  return (settings, name, file) => {
    try {
      return get(registry.model, settings.provider).build(settings, { ...shared, name });
    } catch (error) {
      if (!(error instanceof ModelSettingsError)) throw error;
      throw new ConfigError([{ file, path: `models.${name}`, message: error.message }]);
    }
  };
}
