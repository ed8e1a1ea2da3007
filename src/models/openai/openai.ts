import type { Source } from "../refusals/failure-table.ts";
import type { Concession } from "../refusals/concessions.ts";
import { newConcessions } from "../refusals/conceding.ts";
import { addressOf, hostOf } from "../refusals/failures.ts";
import { lessonKey } from "../refusals/lessons.ts";
import { served, type Made, type ProviderDeps } from "../served.ts";
import { chatPieces } from "./chat.ts";
import { openAiClient, type OpenAiCall, type OpenAiSettings } from "./client.ts";
import { responsesPieces } from "./responses.ts";

/** A model behind OpenAI's API or one like it. It does not retry; see `withRetries`. */
export function createOpenAiModel(settings: OpenAiSettings, { clock, readFile, lessons, log }: ProviderDeps): Made {
  const never: Concession[] = [...(settings.images ? [] : ["images" as const]), ...(settings.api === "chat" ? [] : ["seed" as const])];
  const { client, baseUrl } = openAiClient(settings);
  const source = sourceOf(settings, baseUrl);
  const key = lessonKey({ provider: settings.provider, address: source.address, model: settings.model });
  const by = `${settings.api} ${source.address} ${settings.model}`;
  const concessions = newConcessions(settings.model, { lessons, key, clock, log }, never);
  const call: OpenAiCall = { client, settings, concessions, readFile, by };
  const pieces = settings.api === "responses" ? responsesPieces : chatPieces;
  return {
    source,
    key,
    model: served({
      source,
      concessions,
      by,
      clock,
      timeouts: settings.timeouts,
      sendsSchemas: settings.structured === "native",
      pieces: (request, turn) => pieces(call, request, turn),
      list: async (signal) => (await client).models.list({ signal }).asResponse(),
    }),
  };
}

const LABELS = { openai: "OpenAI", azure: "Azure OpenAI", "openai-compatible": "The server's" } as const;

export const sourceOf = ({ provider, model, apiKey, keyName }: OpenAiSettings, baseUrl: string): Source => ({
  provider: LABELS[provider],
  model,
  host: hostOf(baseUrl),
  address: addressOf(baseUrl),
  keyName,
  secrets: apiKey === undefined ? [] : [apiKey],
});
