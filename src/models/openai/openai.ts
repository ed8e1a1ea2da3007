import type { Clock } from "../../engine/clock.ts";
import type { Model } from "../../engine/model.ts";
import type { Source } from "../refusals/failure-table.ts";
import type { Concession } from "../refusals/concessions.ts";
import { newConcessions } from "../refusals/conceding.ts";
import { addressOf, hostOf } from "../refusals/failures.ts";
import { lessonKey, type Lessons } from "../refusals/lessons.ts";
import { withModelsNamed } from "../refusals/models-named.ts";
import { heldToSchemas } from "../refusals/unheld-schema.ts";
import type { ReadFile } from "../images.ts";
import { chatPieces } from "./chat.ts";
import { openAiClient, type OpenAiCall, type OpenAiSettings } from "./client.ts";
import { responsesPieces } from "./responses.ts";
import { replyFrom, type Habits } from "../replies/reply.ts";

/** What every provider's models need beside their settings. */
export interface ProviderDeps {
  readonly clock: Clock;
  readonly readFile: ReadFile;
  /** What servers have refused before. */
  readonly lessons: Lessons;
  /** One line for the operator about what was learnt. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface Made {
  readonly model: Model;
  /** How people are told of it. */
  readonly source: Source;
  /** What its server has refused is kept under it. */
  readonly key: string;
}

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
  const habits: Habits = { opensUnmarked: false };
  const { timeouts } = settings;
  return {
    source,
    key,
    model: withModelsNamed(
      heldToSchemas(
        {
          name: settings.model,
          call: (request, turn) =>
            replyFrom(
              (signal) => pieces(call, request, { ...turn, signal }),
              { request, source, timeouts, clock, habits, by },
              turn.signal,
            ),
        },
        concessions,
        settings.structured === "native",
      ),
      source,
      async (signal) => (await client).models.list({ signal }).asResponse(),
    ),
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
