import type { Clock } from "../engine/clock.ts";
import type { Embedder } from "../engine/knowledge.ts";
import type { Model } from "../engine/model.ts";
import { createAnthropicModel } from "./anthropic/anthropic.ts";
import type { AnthropicSettings } from "./anthropic/client.ts";
import { lessonsInMemory, type Lessons } from "./refusals/lessons.ts";
import { withGate, type Gates } from "./gated.ts";
import { embedderBy } from "./embedder.ts";
import type { ReadFile } from "./images.ts";
import type { OpenAiSettings } from "./openai/client.ts";
import { openAiEmbeddings } from "./openai/embeddings.ts";
import { createOpenAiModel } from "./openai/openai.ts";
import { termsOf, withPrice, type Price } from "./prices.ts";
import type { Source } from "./refusals/failure-table.ts";
import type { Timeouts } from "./replies/reply.ts";
import { withRetries } from "./retry.ts";
import type { Made, ProviderDeps } from "./served.ts";
import { tellingRequests, type KeepFrame } from "./telling-requests.ts";
import { withToolRules } from "./tool-rules/offered.ts";
import { toolRulesOf } from "./tool-rules/rules.ts";

/** A model as a team file names it; what is absent is as {@link MODEL_DEFAULTS} says. Scripted models are made by `createReplayModels`. */
export type ModelSettings = AnthropicModelSettings | OpenAiModelSettings;

interface CommonSettings {
  readonly model: string;
  /** The NAME of the environment variable that holds the key. */
  readonly apiKeyEnv?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** Anthropic takes none any more. */
  readonly temperature?: number | undefined;
  readonly outputTokensMax?: number | undefined;
  readonly price?: Price | undefined;
  /** Whether it is shown images that people post. */
  readonly images?: boolean | undefined;
  /** Whether its reasoning is asked for in words, where the provider gives any. */
  readonly reasoningText?: boolean | undefined;
  /** Calls in all, the first included. */
  readonly attempts?: number | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
}

interface AnthropicModelSettings extends CommonSettings {
  readonly provider: "anthropic";
  readonly reasoningEffort?: AnthropicSettings["effort"];
  readonly structured?: AnthropicSettings["structured"] | undefined;
}

export interface OpenAiModelSettings extends CommonSettings {
  readonly provider: OpenAiSettings["provider"];
  readonly apiVersion?: string | undefined;
  readonly reasoningEffort?: OpenAiSettings["reasoningEffort"];
  readonly structured?: OpenAiSettings["structured"] | undefined;
  readonly api?: OpenAiSettings["api"] | undefined;
  readonly seed?: number | undefined;
}

export interface ModelDeps {
  readonly env: { readonly [name: string]: string | undefined };
  readonly clock: Clock;
  /** From 0 to just below 1; spreads retries. */
  readonly random?: () => number;
  /** How many calls each provider is asked at once and in a minute; as many as come when absent. */
  readonly gates?: Gates;
  /** The content of posted images; none is found when absent. */
  readonly readFile?: ReadFile;
  /** What servers have refused, kept beyond the process; no longer than the model when absent. */
  readonly lessons?: Lessons;
  /** One line for the operator about what was learnt. Holds no secret. */
  readonly log?: (line: string) => void;
  /** The model's name in the team file, and where instructions and tools are kept: then replies tell of the requests that were sent. */
  readonly name?: string;
  readonly keepFile?: KeepFrame;
}

export const MODEL_DEFAULTS = {
  attempts: 4, // With the delays of retry.ts: gives a busy provider about seven seconds.
  outputTokensMax: 8_192,
  images: { anthropic: true, openai: true, azure: true, "openai-compatible": false }, // Few open models see.
  timeouts: {
    firstTokenMsMax: 180_000, // A reasoning model thinks for minutes before its first word.
    betweenTokensMsMax: 60_000,
    callMsMax: 600_000, // As the providers' own SDKs.
  },
  apiKeyEnv: { anthropic: "ANTHROPIC_API_KEY", openai: "OPENAI_API_KEY", azure: "AZURE_OPENAI_API_KEY", "openai-compatible": undefined },
} as const;

/** Settings that no model can be made from. `message` says where the mistake is and how to mend it. */
export class ModelSettingsError extends Error {
  override readonly name = "ModelSettingsError";
}

/** A model that retries, watches the time and knows its price. Nothing is asked of the provider yet. Throws {@link ModelSettingsError}. */
export function createModel(settings: ModelSettings, deps: ModelDeps): Model {
  const { clock, random = Math.random, gates } = deps;
  const { model: bare, source } = made(settings, deps);
  const model = withToolRules(bare, toolRulesOf(settings.provider), deps.log);
  const counted = settings.price ? withPrice(model, settings.price) : model;
  const gated = gatedBy(gates, counted, settings, source);
  const { name, keepFile } = deps;
  const told = name !== undefined && keepFile ? tellingRequests(gated, { name, keepFile, clock }) : gated;
  return withRetries(told, { attempts: settings.attempts ?? MODEL_DEFAULTS.attempts, clock, random });
}

/** The same model, behind the gate of its account. */
function gatedBy(gates: Gates | undefined, model: Model, { provider }: Pick<ModelSettings, "provider">, source: Source): Model {
  if (!gates) return model;
  const { host, keyName } = source;
  return withGate(model, gates.of({ provider, host, keyName }), source, (reply) => gates.replied?.({ provider, host }, reply));
}

/** Under what name lessons about this model are kept, and where it is asked. Throws {@link ModelSettingsError}. */
export function whereAsked(settings: ModelSettings, deps: ModelDeps): { readonly lessonKey: string; readonly address: string } {
  const { keyName } = keyOf(settings, deps.env);
  // The key plays no part in it, and need not be there.
  const { key, source } = made(settings, { ...deps, env: { ...deps.env, [keyName]: deps.env[keyName]?.trim() || "none" } });
  return { lessonKey: key, address: source.address };
}

const made = (settings: ModelSettings, deps: ModelDeps): Made =>
  settings.provider === "anthropic" ? anthropic(settings, deps) : openAi(settings, deps);

type Env = ModelDeps["env"];

const nothingKept: ReadFile = () => Promise.resolve(undefined);

const providerDeps = ({ clock, readFile = nothingKept, lessons = lessonsInMemory(), log }: ModelDeps): ProviderDeps => ({
  clock,
  readFile,
  lessons,
  log,
});

function anthropic(settings: AnthropicModelSettings, deps: ModelDeps): Made {
  const { env } = deps;
  const { keyName, apiKey } = keyOf(settings, env);
  if (settings.temperature !== undefined) {
    throw new ModelSettingsError(
      `Model "${settings.model}" (anthropic) has a temperature, which Anthropic's API refuses since version 2026-10-21: remove it.`,
    );
  }
  if (apiKey === undefined) throw missingKey(settings, keyName);
  return createAnthropicModel(
    {
      ...common(settings),
      apiKey,
      keyName,
      baseUrl: settings.baseUrl ?? filled(env.ANTHROPIC_BASE_URL),
      effort: settings.reasoningEffort,
      structured: settings.structured ?? "native",
    },
    providerDeps(deps),
  );
}

/** What makes texts into vectors, of a model that OpenAI's API speaks to. Nothing is asked of the provider yet. Throws {@link ModelSettingsError}. */
export function createEmbedder(
  settings: OpenAiModelSettings,
  { env, clock, random = Math.random, gates }: Pick<ModelDeps, "env" | "clock" | "random" | "gates">,
): Embedder {
  const embeddings = openAiEmbeddings(openAiSettings(settings, env));
  const { price, attempts = MODEL_DEFAULTS.attempts } = settings;
  const around = (bare: Model): Model => {
    const counted = price ? withPrice(bare, price) : bare;
    return { ...withRetries(gatedBy(gates, counted, settings, embeddings.source), { attempts, clock, random }), terms: termsOf(0, price) };
  };
  return embedderBy(settings.model, embeddings, { clock, around });
}

const openAi = (settings: OpenAiModelSettings, deps: ModelDeps): Made =>
  createOpenAiModel(openAiSettings(settings, deps.env), providerDeps(deps));

function openAiSettings(settings: OpenAiModelSettings, env: Env): OpenAiSettings {
  const { provider, apiVersion, reasoningEffort, temperature } = settings;
  const { keyName, apiKey } = keyOf(settings, env);
  const needsKey = provider !== "openai-compatible" || settings.apiKeyEnv !== undefined;
  if (needsKey && apiKey === undefined) throw missingKey(settings, keyName);
  const baseUrl = settings.baseUrl ?? (provider === "openai" ? filled(env.OPENAI_BASE_URL) : undefined);
  if (provider !== "openai" && baseUrl === undefined) {
    throw new ModelSettingsError(`Model "${settings.model}" (${provider}) has no address: add baseUrl, such as ${EXAMPLES[provider]}.`);
  }
  return {
    ...common(settings),
    temperature,
    provider,
    apiKey,
    keyName,
    baseUrl,
    apiVersion,
    reasoningEffort,
    structured: settings.structured ?? "native",
    api: settings.api ?? "chat",
    seed: settings.seed,
  };
}

const EXAMPLES = { azure: "https://NAME.openai.azure.com", "openai-compatible": "http://127.0.0.1:11434/v1" } as const;

const common = ({ provider, model, outputTokensMax = MODEL_DEFAULTS.outputTokensMax, timeouts, images, reasoningText }: ModelSettings) => ({
  model,
  images: images ?? MODEL_DEFAULTS.images[provider],
  reasoningText: reasoningText ?? false,
  outputTokensMax,
  timeouts: { ...MODEL_DEFAULTS.timeouts, ...timeouts },
});

function keyOf({ provider, apiKeyEnv }: ModelSettings, env: Env): { readonly keyName: string; readonly apiKey: string | undefined } {
  const keyName = apiKeyEnv ?? MODEL_DEFAULTS.apiKeyEnv[provider];
  return { keyName: keyName ?? "apiKeyEnv", apiKey: keyName === undefined ? undefined : filled(env[keyName]) };
}

/** A variable that is set to nothing is not set; line ends come from keys kept in files. */
const filled = (value: string | undefined): string | undefined => value?.trim() || undefined;

const missingKey = ({ model, provider }: ModelSettings, keyName: string): ModelSettingsError =>
  new ModelSettingsError(`Model "${model}" (${provider}) needs a key: put ${keyName}=… into the environment or into .env.`);
