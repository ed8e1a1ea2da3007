import { z } from "zod";
import { MODEL_DEFAULTS } from "../../models/create.ts";
import { CAPS_DEFAULT, type Provider } from "../../models/gated.ts";
import type { ByName } from "./by-name.ts";
import { envName, modelRef } from "./names.ts";

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

const { timeouts } = MODEL_DEFAULTS;
const silence = (defaultMs: number) =>
  z
    .number()
    .positive()
    .max(3_600)
    .default(defaultMs / 1_000);

const FALLBACKS_MAX = 5; // Each is a provider's whole patience; people wait meanwhile.
export const fallback = z
  .array(modelRef)
  .max(FALLBACKS_MAX)
  .default([])
  .describe("Models to ask, in order, when this one is busy, away, out of credit or has no use for the request.");

const call = {
  fallback,
  outputTokensMax: z.int().positive().max(200_000).default(MODEL_DEFAULTS.outputTokensMax).describe("The longest reply."),
  price: price.optional(),
  attempts: z.int().positive().max(10).default(MODEL_DEFAULTS.attempts).describe("Calls in all when a provider is busy or away."),
  timeouts: z
    .strictObject({
      firstTokenSeconds: silence(timeouts.firstTokenMsMax).describe("Until it begins to write; a reasoning model thinks first."),
      betweenTokensSeconds: silence(timeouts.betweenTokensMsMax),
      callSeconds: silence(timeouts.callMsMax).describe("The whole call; a wait for the provider's turn does not count."),
    })
    .prefault({})
    .describe("How long it may be silent. Keep-alives are silence."),
  reasoningText: z.boolean().default(false).describe("Asks for the reasoning in words, where the provider gives any."),
};

const images = (provider: Provider) =>
  z.boolean().default(MODEL_DEFAULTS.images[provider]).describe("Whether it is shown the images that people post.");

const reasoning = <const Efforts extends readonly string[]>(efforts: Efforts) =>
  z.enum(efforts).optional().describe("How long it thinks; the provider's own when absent.");
const openAiCall = {
  ...call,
  temperature: z.number().min(0).max(2).optional().describe("The provider's own when absent; some models refuse any."),
  reasoningEffort: reasoning(["none", "minimal", "low", "medium", "high", "xhigh"]),
  seed: z
    .int()
    .nonnegative()
    .max(2_147_483_647)
    .optional()
    .describe("For answers that can be had again, where the model takes one; only with api: chat."),
  api: z.enum(["chat", "responses"]).default("chat"),
  structured: z.enum(["native", "prompt"]).default("native").describe("prompt: for a server that cannot hold a model to a schema."),
};

const model = z.string().trim().min(1).max(200);
/** What stands behind the address in the examples of providers; requests put it there themselves. */
const PATH_OF_REQUEST = /\/(?:chat\/completions|completions|responses|messages|embeddings)\/*(?:[?#]|$)/;
const baseUrl = z
  .url({ protocol: /^https?$/, error: "an http or https address, such as http://127.0.0.1:11434/v1" })
  .trim()
  .refine((url) => !PATH_OF_REQUEST.test(url), {
    error: ({ input }) =>
      `is where requests go: take ${PATH_OF_REQUEST.exec(String(input))?.[0].replace(/[?#]$/, "")} and what is behind it out`,
  });

/** The providers that come with Parley, by name. */
export const PROVIDERS = {
  anthropic: z.strictObject({
    model,
    baseUrl: baseUrl.optional(),
    apiKeyEnv: envName.default("ANTHROPIC_API_KEY"),
    reasoningEffort: reasoning(["low", "medium", "high", "xhigh", "max"]),
    structured: z.enum(["native", "tool"]).default("native").describe("tool: for a server that cannot hold a model to a schema."),
    images: images("anthropic"),
    ...call,
  }),
  openai: z.strictObject({
    model,
    baseUrl: baseUrl.optional(),
    apiKeyEnv: envName.default("OPENAI_API_KEY"),
    images: images("openai"),
    ...openAiCall,
  }),
  "openai-compatible": z.strictObject({
    model,
    baseUrl,
    apiKeyEnv: envName.optional(),
    images: images("openai-compatible"),
    ...openAiCall,
  }),
  azure: z.strictObject({
    model,
    baseUrl,
    apiVersion: z.string().min(1).max(40).optional(),
    apiKeyEnv: envName.default("AZURE_OPENAI_API_KEY"),
    images: images("azure"),
    ...openAiCall,
  }),
  replay: z.strictObject({
    file: z
      .string()
      .min(1)
      .max(500)
      .describe(
        "A file of written-down replies by agent, `selector` for the selector and Name/selector for one inside a participant; beside or below this file.",
      ),
    wordDelayMs: z.int().nonnegative().max(1000).default(0).describe("Between words, so that it looks as if somebody typed."),
    price: price.optional(),
    fallback,
  }),
} as const;

/** Those of extensions look like one of these here; only their own definition reads them. */
export type ProviderModel = ByName<typeof PROVIDERS, "provider">;

/** One model, or several of which the first is used that can be. */
export type ModelChoice = ProviderModel | { readonly anyOf: readonly ProviderModel[] };

const caps = (provider: Provider) =>
  z
    .strictObject({
      concurrency: z.int().positive().max(1_000).default(CAPS_DEFAULT.concurrency[provider]).describe("Calls at once."),
      requestsPerMinute: z.int().positive().max(1_000_000).optional(),
      tokensPerMinute: z.int().positive().max(1_000_000_000).optional().describe("Input and output together."),
      waitingMax: z
        .int()
        .nonnegative()
        .max(100_000)
        .default(CAPS_DEFAULT.waitingMax)
        .describe("Calls that may wait for their turn; one more fails."),
    })
    .prefault({});

/** Each key of a provider, and each address, has these to itself. */
export const Providers = z
  .strictObject({
    anthropic: caps("anthropic"),
    openai: caps("openai"),
    azure: caps("azure"),
    "openai-compatible": caps("openai-compatible"),
  })
  .describe("How often each provider is asked. Calls that have to wait go in turn, thread by thread.");

export type Providers = z.output<typeof Providers>;
