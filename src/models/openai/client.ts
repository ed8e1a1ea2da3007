import type * as Sdk from "openai";
import type OpenAI from "openai";
import type { ModelRequest } from "../../engine/model.ts";
import type { Concession } from "../refusals/concessions.ts";
import type { Concessions } from "../refusals/conceding.ts";
import { hasImages, type ReadFile } from "../images.ts";
import { temperature } from "../limits.ts";
import type { Timeouts } from "../replies/reply.ts";

export interface OpenAiSettings {
  /** `openai-compatible`: any server that speaks Chat Completions, such as Ollama, vLLM or a gateway. */
  readonly provider: "openai" | "openai-compatible" | "azure";
  /** With Azure: the deployment's name. */
  readonly model: string;
  /** A compatible server may need none. */
  readonly apiKey?: string | undefined;
  /** Up to and with `/v1`; with Azure the resource, such as `https://name.openai.azure.com`. OpenAI's own when absent. */
  readonly baseUrl?: string | undefined;
  /** Azure's dated version of the API. Not asked for with a base URL that ends in `/openai/v1`. */
  readonly apiVersion?: string | undefined;
  readonly temperature?: number | undefined;
  /** For answers that can be had again; only Chat Completions has it. */
  readonly seed?: number | undefined;
  readonly outputTokensMax?: number | undefined;
  readonly reasoningEffort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | undefined;
  /** Whether its reasoning is asked for in words; only the Responses API has to be asked. */
  readonly reasoningText: boolean;
  /** Whether it is shown images. */
  readonly images: boolean;
  /** `prompt`: the server cannot hold the model to a schema, so it is asked in words. A server that refuses a schema is asked in words from then on. */
  readonly structured: "native" | "prompt";
  /** Compatible servers seldom have the Responses API. */
  readonly api: "chat" | "responses";
  /** The environment variable behind `apiKey`, to be named when the key is not accepted. */
  readonly keyName: string;
  readonly timeouts: Timeouts;
}

/** What both of OpenAI's APIs need for one call. */
export interface OpenAiCall {
  readonly client: Promise<OpenAI>;
  readonly settings: OpenAiSettings;
  readonly concessions: Concessions;
  readonly readFile: ReadFile;
  /** Who this is, for what goes back to nobody else. */
  readonly by: string;
}

/** Of what may be conceded: what this request asks for beside the conversation. */
export function wantedBy(settings: OpenAiSettings, request: ModelRequest): ReadonlySet<Concession> {
  const isChat = settings.api === "chat";
  const wants: { readonly [concession in Concession]?: boolean } = {
    temperature: temperature(request, settings) !== undefined,
    seed: settings.seed !== undefined,
    reasoning_text: settings.reasoningText && !isChat,
    reasoning: settings.reasoningEffort !== undefined,
    images: hasImages(request.messages),
    stream_options: isChat,
    structured: request.answer !== undefined && settings.structured === "native",
  };
  return new Set((Object.keys(wants) as Concession[]).filter((one) => wants[one]));
}

const AZURE_API_VERSION = "2024-10-21"; // The newest dated version that is generally available.

/**
 * Nothing is left to the SDK's own reading of the environment: settings are the only source. Its some hundred files are loaded beside whatever comes
 * before the first call, and never for a command that makes no model.
 */
export function openAiClient(settings: OpenAiSettings): { readonly client: Promise<OpenAI>; readonly baseUrl: string } {
  const { apiKey, baseUrl = "https://api.openai.com/v1" } = settings;
  const common = {
    apiKey: apiKey ?? NO_KEY,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: "off" as const, // The SDK's log would hold what people wrote.
    fetchOptions: { redirect: "manual" as const }, // A redirect would take the key along.
  };
  if (settings.provider === "azure" && !isUndatedAzure(baseUrl)) {
    const resource = baseUrl.replace(/(?<!\/)\/+$/, "");
    const baseURL = resource.includes("/openai") ? resource : `${resource}/openai`;
    const apiVersion = settings.apiVersion ?? AZURE_API_VERSION;
    return { baseUrl: baseURL, client: loaded(({ AzureOpenAI }, fetch) => new AzureOpenAI({ ...common, fetch, baseURL, apiVersion })) };
  }
  const keyless = apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {};
  return { baseUrl, client: loaded(({ OpenAI: Client }, fetch) => new Client({ ...common, fetch, ...keyless, baseURL: baseUrl })) };
}

function loaded(make: (sdk: typeof Sdk, by: typeof fetch) => OpenAI): Promise<OpenAI> {
  const client = Promise.all([import("openai"), import("../refusals/fetch-keeping.ts")]).then(([sdk, { fetchKeepingRefusals }]) =>
    make(sdk, fetchKeepingRefusals),
  );
  client.catch(() => undefined); // Whoever calls hears of it.
  return client;
}

const SDK_TIMEOUT_MS = 2 ** 31 - 1; // Our own time-outs rule; this is the longest that a timer can be.
const NO_KEY = "none"; // The SDK wants one; it is not sent.

const isUndatedAzure = (baseUrl: string | undefined): boolean => /\/openai\/v1\/?$/.test(baseUrl ?? "");
