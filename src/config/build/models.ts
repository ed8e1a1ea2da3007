import type { Clock } from "../../engine/clock.ts";
import type { CallTerms } from "../../engine/model.ts";
import { createModel, ModelSettingsError } from "../../models/create.ts";
import { createGates, type Gates } from "../../models/gated.ts";
import type { ReadFile } from "../../models/images.ts";
import { usdMax, type Price } from "../../models/prices.ts";
import { ConfigError } from "../config-error.ts";
import type { Env } from "../env.ts";
import type { ModelSettings, Settings } from "../load.ts";
import { priceOf } from "../prices.ts";
import { scripted, type ModelOfThread, type OnScript } from "../file/script.ts";

/** Makes the model that is named so in the settings. Throws {@link ConfigError} when it cannot be had, as without a key. */
export type CreateModel = (settings: ModelSettings, name: string, file: Settings["file"]) => ModelOfThread;

export interface ModelParts {
  readonly env: Env;
  readonly clock: Clock;
  /** How often providers are asked; the schema's defaults when absent. One process has one of them. */
  readonly gates?: Gates;
  /** The content of posted files. */
  readonly readFile?: ReadFile;
  readonly onScript?: OnScript;
}

export function createModelFor({ env, clock, gates = createGates({}, clock), readFile, onScript }: ModelParts): CreateModel {
  return (settings, name, file) => {
    if (settings.provider === "replay") return scripted(settings.script, { name, wordDelayMs: settings.wordDelayMs, clock, onScript });
    try {
      const price = priceOf(settings, env)?.price;
      const made = createModel(
        { ...settings, price, timeouts: inMs(settings.timeouts) },
        { env, clock, gates, ...(readFile ? { readFile } : {}) },
      );
      const model = { ...made, terms: termsOf(settings.outputTokensMax, price) };
      return () => model;
    } catch (error) {
      if (!(error instanceof ModelSettingsError)) throw error;
      throw new ConfigError([{ file, path: `models.${name}`, message: error.message }]);
    }
  };
}

type Timeouts = Exclude<ModelSettings, { provider: "replay" }>["timeouts"];

const inMs = ({ firstTokenSeconds, betweenTokensSeconds, callSeconds }: Timeouts) => ({
  firstTokenMsMax: firstTokenSeconds * 1_000,
  betweenTokensMsMax: betweenTokensSeconds * 1_000,
  callMsMax: callSeconds * 1_000,
});

const termsOf = (outputTokensMax: number, price: Price | undefined): CallTerms => ({
  outputTokensMax,
  usdMax: (tokens) => (price ? usdMax(price, tokens) : undefined),
});
