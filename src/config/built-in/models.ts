import type { Model } from "../../engine/model.ts";
import { createModel, MODEL_DEFAULTS, whereAsked } from "../../models/create.ts";
import type { ModelParts } from "../build/model-parts.ts";
import { defineModel } from "../define/model.ts";
import { scripted, type Script } from "../file/script.ts";
import { termsOf, withPrice } from "../../models/prices.ts";
import { priceOf } from "../prices.ts";
import { PROVIDERS, type ProviderModel } from "../schema/models.ts";

export const models = [
  defineModel({
    name: "anthropic",
    schema: PROVIDERS.anthropic,
    build: (settings, parts) => made({ provider: "anthropic", ...settings }, parts),
  }),
  defineModel({ name: "openai", schema: PROVIDERS.openai, build: (settings, parts) => made({ provider: "openai", ...settings }, parts) }),
  defineModel({
    name: "openai-compatible",
    schema: PROVIDERS["openai-compatible"],
    build: (settings, parts) => made({ provider: "openai-compatible", ...settings }, parts),
  }),
  defineModel({ name: "azure", schema: PROVIDERS.azure, build: (settings, parts) => made({ provider: "azure", ...settings }, parts) }),
  defineModel({
    name: "replay",
    schema: PROVIDERS.replay,
    build: (settings, { name, clock, onScript, env }) => {
      // Beside what the schema has: whoever reads the file reads the script with it.
      const { script } = settings as unknown as { readonly script: Script };
      const model = scripted(script, { name, wordDelayMs: settings.wordDelayMs, clock, onScript });
      const price = priceOf({ provider: "replay", ...settings }, env)?.price;
      return price ? { ...withPrice(model, price), terms: termsOf(MODEL_DEFAULTS.outputTokensMax, price) } : model;
    },
  }),
];

export type AskedModel = Exclude<ProviderModel, { readonly provider: "replay" }>;

function made(settings: AskedModel, parts: ModelParts): Model {
  const price = priceOf(settings, parts.env)?.price;
  const model = createModel({ ...settings, price, timeouts: inMs(settings.timeouts) }, parts);
  return { ...model, terms: termsOf(settings.outputTokensMax, price) };
}

/** Where a model of a built-in provider is asked, and under what name lessons about it are kept. Throws `ModelSettingsError`. */
export const whereIs = (settings: AskedModel, parts: Pick<ModelParts, "env" | "clock">): ReturnType<typeof whereAsked> =>
  whereAsked({ ...settings, timeouts: inMs(settings.timeouts) }, parts);

const inMs = ({ firstTokenSeconds, betweenTokensSeconds, callSeconds }: AskedModel["timeouts"]) => ({
  firstTokenMsMax: firstTokenSeconds * 1_000,
  betweenTokensMsMax: betweenTokensSeconds * 1_000,
  callMsMax: callSeconds * 1_000,
});
