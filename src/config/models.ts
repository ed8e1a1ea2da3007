import type { Clock } from "../engine/clock.ts";
import type { CallTerms } from "../engine/model.ts";
import { createModel, ModelSettingsError } from "../models/create.ts";
import { usdMax, type Price } from "../models/prices.ts";
import { ConfigError } from "./config-error.ts";
import type { Env } from "./env.ts";
import type { ModelSettings, Settings } from "./load.ts";
import { priceOf } from "./prices.ts";
import { scripted, type ModelOfThread } from "./script.ts";

/** Makes the model that is named so in the settings. Throws {@link ConfigError} when it cannot be had, as without a key. */
export type CreateModel = (settings: ModelSettings, name: string, file: Settings["file"]) => ModelOfThread;

export function createModelFor({ env, clock }: { readonly env: Env; readonly clock: Clock }): CreateModel {
  return (settings, name, file) => {
    if (settings.provider === "replay") return scripted(settings.script, name, settings.wordDelayMs, clock);
    try {
      const price = priceOf(settings, env)?.price;
      const model = { ...createModel({ ...settings, price }, { env, clock }), terms: termsOf(settings.outputTokensMax, price) };
      return () => model;
    } catch (error) {
      if (!(error instanceof ModelSettingsError)) throw error;
      throw new ConfigError([{ file, path: `models.${name}`, message: error.message }]);
    }
  };
}

const termsOf = (outputTokensMax: number, price: Price | undefined): CallTerms => ({
  outputTokensMax,
  usdMax: (tokens) => (price ? usdMax(price, tokens) : undefined),
});
