import type { Clock } from "../../engine/clock.ts";
import type { Model } from "../../engine/model.ts";
import type { Source } from "../refusals/failure-table.ts";
import { newConcessions, type Concession } from "../refusals/concessions.ts";
import { hostOf } from "../refusals/failures.ts";
import type { ReadFile } from "../images.ts";
import { chatPieces } from "./chat.ts";
import { openAiClient, type OpenAiCall, type OpenAiSettings } from "./client.ts";
import { responsesPieces } from "./responses.ts";
import { replyFrom } from "../replies/reply.ts";

/** A model behind OpenAI's API or one like it. It does not retry; see `withRetries`. */
export function createOpenAiModel(
  settings: OpenAiSettings,
  { clock, readFile }: { readonly clock: Clock; readonly readFile: ReadFile },
): { readonly model: Model; readonly source: Source } {
  const never: Concession[] = [...(settings.images ? [] : ["images" as const]), ...(settings.api === "chat" ? [] : ["seed" as const])];
  const call: OpenAiCall = { client: openAiClient(settings), settings, concessions: newConcessions(settings.model, never), readFile };
  const pieces = settings.api === "responses" ? responsesPieces : chatPieces;
  const source = sourceOf(settings, call.client.baseURL);
  return {
    source,
    model: {
      name: settings.model,
      call: (request, turn) =>
        replyFrom(
          (signal) => pieces(call, request, { ...turn, signal }),
          { request, source, timeouts: settings.timeouts, clock },
          turn.signal,
        ),
    },
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
