import { z } from "zod";
import { MODEL_DEFAULTS } from "../../models/create.ts";
import { envName } from "./names.ts";

const perMTokUsd = z.number().nonnegative().max(10_000);
const rates = {
  inputPerMTokUsd: perMTokUsd,
  outputPerMTokUsd: perMTokUsd,
  cachedPerMTokUsd: perMTokUsd.optional().describe("Input read from the provider's cache; as other input when absent."),
  cacheWritePerMTokUsd: perMTokUsd.optional().describe("Input written to the provider's cache; as other input when absent."),
};

const price = z
  .strictObject({
    ...rates,
    long: z
      .strictObject({ inputTokensAbove: z.int().positive().max(100_000_000), ...rates })
      .optional()
      .describe("A call with more input than this costs so much instead, all of it."),
    asOf: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, { error: "a day, such as 2026-10-24" })
      .optional()
      .describe("When this was the price."),
    source: z.string().min(1).max(300).optional().describe("Who says so, such as the address of a price list."),
  })
  .describe(
    "US dollars a million tokens; it goes before Parley's own list. Without a price the cost is unknown and the money limit cannot count.",
  );

const call = {
  outputTokensMax: z.int().positive().max(200_000).default(MODEL_DEFAULTS.outputTokensMax).describe("The longest reply."),
  price: price.optional(),
  attempts: z.int().positive().max(10).default(MODEL_DEFAULTS.attempts).describe("Calls in all when a provider is busy or away."),
};

const reasoning = <const Efforts extends readonly string[]>(efforts: Efforts) =>
  z.enum(efforts).optional().describe("How long it thinks; the provider's own when absent.");
const openAiCall = {
  ...call,
  temperature: z.number().min(0).max(2).optional().describe("The provider's own when absent; some models refuse any."),
  reasoningEffort: reasoning(["none", "minimal", "low", "medium", "high", "xhigh"]),
  api: z.enum(["chat", "responses"]).default("chat"),
  structured: z.enum(["native", "prompt"]).default("native").describe("prompt: for a server that cannot hold a model to a schema."),
};

const model = z.string().trim().min(1).max(200);
const baseUrl = z.url({ protocol: /^https?$/, error: "an http or https address, such as http://127.0.0.1:11434/v1" });

const ProviderModel = z.discriminatedUnion("provider", [
  z.strictObject({
    provider: z.literal("anthropic"),
    model,
    baseUrl: baseUrl.optional(),
    apiKeyEnv: envName.default("ANTHROPIC_API_KEY"),
    reasoningEffort: reasoning(["low", "medium", "high", "xhigh", "max"]),
    structured: z.enum(["native", "tool"]).default("native").describe("tool: for a server that cannot hold a model to a schema."),
    ...call,
  }),
  z.strictObject({
    provider: z.literal("openai"),
    model,
    baseUrl: baseUrl.optional(),
    apiKeyEnv: envName.default("OPENAI_API_KEY"),
    ...openAiCall,
  }),
  z.strictObject({ provider: z.literal("openai-compatible"), model, baseUrl, apiKeyEnv: envName.optional(), ...openAiCall }),
  z.strictObject({
    provider: z.literal("azure"),
    model,
    baseUrl,
    apiVersion: z.string().min(1).max(40).optional(),
    apiKeyEnv: envName.default("AZURE_OPENAI_API_KEY"),
    ...openAiCall,
  }),
  z.strictObject({
    provider: z.literal("replay"),
    file: z.string().min(1).max(500).describe("A file of written-down replies, beside or below this file."),
    wordDelayMs: z.int().nonnegative().max(1000).default(0).describe("Between words, so that it looks as if somebody typed."),
  }),
]);

export const ModelChoice = z.union([
  ProviderModel,
  z.strictObject({
    anyOf: z
      .array(ProviderModel)
      .min(1)
      .max(10)
      .describe("The first whose key is in the environment is used; one that needs no key always counts as having it."),
  }),
]);

export type ModelChoice = z.output<typeof ModelChoice>;
export type ProviderModel = z.output<typeof ProviderModel>;
