import type { Model } from "../../../src/engine/model.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import { createModel, type ModelSettings } from "../../../src/models/create.ts";
import type { ReadFile } from "../../../src/models/images.ts";
import { anthropicBody } from "./wire-anthropic.ts";
import { chatBody } from "./wire-chat.ts";
import { responsesBody } from "./wire-responses.ts";

/** A reply as a provider would tell it, without its wire format. */
export interface Told {
  readonly reasoning?: readonly string[];
  readonly text?: readonly string[];
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly args: readonly string[] }[];
  readonly finish?: "stop" | "length" | "refused" | "filtered";
  readonly usage?: { readonly input: number; readonly output: number; readonly cached: number; readonly reasoning: number };
}

/** One provider's documented wire format: events of a stream, and errors. */
export interface Wire {
  readonly name: string;
  readonly settings: ModelSettings;
  /** The events of the stream, each a complete block with its empty line. */
  events(told: Told): string[];
  /** A comment or event that only keeps the connection open. */
  readonly keepAlive: string;
  /** A failure that comes after the stream has begun. */
  readonly errorEvent: string;
  readonly errors: { readonly [kind in ErrorCase]: { readonly status: number; readonly body: object } };
}

export type ErrorCase =
  "bad_key" | "filtered" | "unknown_model" | "context_too_long" | "rate_limited" | "overloaded" | "unavailable" | "quota" | "bad_request";

export const KEY = "sk-proj-4f9aTheSecretOfThisTest";

/** The model, as the composition makes it, at this address. One attempt unless the test is about retries. */
export function modelOn(
  wire: Wire,
  url: string,
  clock: Clock,
  more: Pick<ModelSettings, "attempts" | "timeouts" | "images" | "reasoningText" | "outputTokensMax"> = {},
  readFile?: ReadFile,
): Model {
  const { provider } = wire.settings;
  const baseUrl = provider === "anthropic" || provider === "azure" ? url : `${url}/v1`;
  return createModel(
    { ...wire.settings, baseUrl, attempts: 1, ...more },
    {
      env: { OPENAI_API_KEY: KEY, ANTHROPIC_API_KEY: KEY, AZURE_OPENAI_API_KEY: KEY },
      clock,
      random: () => 0,
      ...(readFile ? { readFile } : {}),
    },
  );
}

const openAiErrors: Wire["errors"] = {
  bad_key: { status: 401, body: { error: { message: `Incorrect API key provided: ${KEY}. You can find your API key at https://platform.openai.com.`, type: "invalid_request_error", param: null, code: "invalid_api_key" } } },
  unknown_model: { status: 404, body: { error: { message: "The model `gpt-9` does not exist or you do not have access to it.", type: "invalid_request_error", param: null, code: "model_not_found" } } },
  context_too_long: {
    status: 400,
    body: { error: { message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.", type: "invalid_request_error", param: "messages", code: "context_length_exceeded" } },
  },
  rate_limited: { status: 429, body: { error: { message: "Rate limit reached for gpt-5-mini on requests per min.", type: "requests", param: null, code: "rate_limit_exceeded" } } },
  overloaded: { status: 503, body: { error: { message: "The engine is currently overloaded, please try again later.", type: "server_error", param: null, code: null } } },
  unavailable: { status: 500, body: { error: { message: "The server had an error while processing your request.", type: "server_error", param: null, code: null } } },
  quota: { status: 429, body: { error: { message: "You exceeded your current quota, please check your plan and billing details.", type: "insufficient_quota", param: null, code: "insufficient_quota" } } },
  filtered: { status: 400, body: { error: { message: "The prompt triggered the content management policy. Please modify it and retry.", type: "invalid_request_error", param: "prompt", code: "content_filter" } } },
  bad_request: { status: 400, body: { error: { message: "Invalid value for 'tools[0].function.name'.", type: "invalid_request_error", param: "tools[0].function.name", code: "invalid_value" } } },
}; // prettier-ignore

const anthropicError = (status: number, type: string, message: string) => ({
  status,
  body: { type: "error", error: { type, message }, request_id: "req_1" },
});

export const chatWire: Wire = {
  name: "Chat Completions",
  settings: { provider: "openai", model: "gpt-5-mini", api: "chat" },
  events: chatBody,
  keepAlive: ": keep-alive\n\n",
  errorEvent: `data: {"error":{"message":"The server had an error while processing your request.","type":"server_error","code":null}}\n\n`,
  errors: openAiErrors,
};

export const responsesWire: Wire = {
  name: "Responses",
  settings: { provider: "openai", model: "gpt-5-mini", api: "responses" },
  events: responsesBody,
  keepAlive: ": keep-alive\n\n",
  errorEvent: `event: error\ndata: {"type":"error","code":"server_error","message":"The server had an error.","param":null,"sequence_number":9}\n\n`,
  errors: openAiErrors,
};

export const anthropicWire: Wire = {
  name: "Messages",
  settings: { provider: "anthropic", model: "claude-sonnet-5-5" },
  events: anthropicBody,
  keepAlive: `event: ping\ndata: {"type": "ping"}\n\n`,
  errorEvent: `event: error\ndata: {"type":"error","error":{"type":"api_error","message":"Internal server error"}}\n\n`,
  errors: {
    bad_key: anthropicError(401, "authentication_error", `invalid x-api-key: ${KEY}`),
    unknown_model: anthropicError(404, "not_found_error", "model: claude-none"),
    context_too_long: anthropicError(400, "invalid_request_error", "prompt is too long: 209123 tokens > 200000 maximum"),
    rate_limited: anthropicError(429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    overloaded: anthropicError(529, "overloaded_error", "Overloaded"),
    unavailable: anthropicError(500, "api_error", "Internal server error"),
    quota: anthropicError(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
    filtered: anthropicError(400, "invalid_request_error", "Output blocked by content filtering policy"),
    bad_request: anthropicError(400, "invalid_request_error", "tools.0.name: String should match pattern"),
  },
};

export const wires: readonly Wire[] = [chatWire, responsesWire, anthropicWire];

/** The same formats elsewhere: only addresses and keys differ. */
export const alikeWires: readonly Wire[] = [
  { ...chatWire, name: "Azure OpenAI", settings: { provider: "azure", model: "our-gpt", api: "chat" } },
  { ...responsesWire, name: "Azure OpenAI, Responses", settings: { provider: "azure", model: "our-gpt", api: "responses" } },
  { ...chatWire, name: "a compatible server", settings: { provider: "openai-compatible", model: "qwen3", apiKeyEnv: "OPENAI_API_KEY" } },
];

/** Cuts text into chunks at these byte positions, whatever they split. */
export function cutAt(text: string, positions: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const cuts = [0, ...[...positions].map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}
