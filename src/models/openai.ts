import type { Clock } from "../engine/clock.ts";
import type { Model } from "../engine/model.ts";
import { hostOf, type Source } from "./failures.ts";
import { chatPieces } from "./openai-chat.ts";
import { openAiClient, type OpenAiCall, type OpenAiSettings } from "./openai-client.ts";
import { responsesPieces } from "./openai-responses.ts";
import { replyFrom } from "./reply.ts";

/** A model behind OpenAI's API or one like it. It does not retry; see `withRetries`. */
export function createOpenAiModel(settings: OpenAiSettings, clock: Clock): Model {
  const call: OpenAiCall = { client: openAiClient(settings), settings, refused: new Set() };
  const pieces = settings.api === "responses" ? responsesPieces : chatPieces;
  const source = sourceOf(settings, call.client.baseURL);
  return {
    name: settings.model,
    call: (request, signal) =>
      replyFrom((connection) => pieces(call, request, connection), { request, source, timeouts: settings.timeouts, clock }, signal),
  };
}

const LABELS = { openai: "OpenAI", azure: "Azure OpenAI", "openai-compatible": "The server's" } as const;

const sourceOf = ({ provider, model, apiKey, keyName }: OpenAiSettings, baseUrl: string): Source => ({
  provider: LABELS[provider],
  model,
  host: hostOf(baseUrl),
  keyName,
  secrets: apiKey === undefined ? [] : [apiKey],
});
