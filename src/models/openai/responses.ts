import type { ResponseCreateParamsStreaming, ResponseInputItem, ResponseStreamEvent } from "openai/resources/responses/responses";
import type { ModelMessage, ModelRequest } from "../../engine/model.ts";
import type { Turn } from "../../engine/turn.ts";
import type { Usage } from "../../engine/events/events.ts";
import { conceding, type Concession } from "../refusals/concessions.ts";
import { dataUrl, imagesOf, NO_IMAGES, readImages, textBeside, type Image, type Images } from "../images.ts";
import { outputTokensMax, temperature } from "../limits.ts";
import { wantedBy, type OpenAiCall } from "./client.ts";
import type { Piece } from "../replies/reply.ts";
import { argsObject, askedInWords, safeName } from "../structured.ts";

/** One call of the Responses API. Nothing is stored at the provider; the whole conversation goes along each time. */
export async function* responsesPieces(
  call: OpenAiCall,
  request: ModelRequest,
  { signal, thread }: Turn,
): AsyncGenerator<Piece, void, void> {
  const { client, settings, concessions, readFile } = call;
  const wanted = wantedBy(settings, request);
  const images = wanted.includes("images") && settings.images ? await readImages(request.messages, readFile) : NO_IMAGES;
  const stream = yield* conceding(concessions, { wanted, thread: thread.id }, (without) =>
    client.responses.create(responsesBody(call, request, without, without.has("images") ? NO_IMAGES : images), { signal }),
  );
  for await (const event of stream) yield* piecesOf(event);
}

function* piecesOf(event: ResponseStreamEvent): Generator<Piece, void, void> {
  switch (event.type) {
    case "response.output_text.delta":
      yield { type: "text", text: event.delta };
      return;
    case "response.reasoning_summary_text.delta":
    case "response.reasoning_text.delta":
      yield { type: "reasoning", text: event.delta };
      return;
    case "response.output_item.added":
      if (event.item.type === "function_call")
        yield { type: "call.started", key: event.output_index, call: event.item.call_id, tool: event.item.name };
      return;
    case "response.function_call_arguments.delta":
      yield { type: "call.args", key: event.output_index, args: event.delta };
      return;
    case "response.output_item.done":
      if (event.item.type === "function_call") yield { type: "call.whole", key: event.output_index, args: event.item.arguments };
      return;
    case "response.refusal.done":
      yield { type: "finished", why: "refused", detail: event.refusal };
      return;
    case "response.completed":
      yield* usageOf(event.response.usage);
      yield { type: "finished", why: "stop" };
      return;
    case "response.incomplete":
      yield* usageOf(event.response.usage);
      yield { type: "finished", why: event.response.incomplete_details?.reason === "content_filter" ? "filtered" : "length" };
      return;
    case "response.failed": {
      yield* usageOf(event.response.usage);
      const { code, message } = event.response.error ?? { code: "server_error", message: "the provider gave no reason" };
      throw Object.assign(new Error(message), { code });
    }
    case "error":
      throw Object.assign(new Error(event.message), { code: event.code });
    default:
      // Some fifty other events tell of progress and of tools that are not used here; new ones come without notice.
      return;
  }
}

type ResponsesUsage = Extract<ResponseStreamEvent, { type: "response.completed" }>["response"]["usage"];

function* usageOf(counted: ResponsesUsage | null): Generator<Piece, void, void> {
  if (!counted) return;
  const usage: Usage = {
    inputTokens: counted.input_tokens,
    outputTokens: counted.output_tokens,
    cachedTokens: counted.input_tokens_details?.cached_tokens ?? 0,
    ...(counted.input_tokens_details?.cache_write_tokens ? { cacheWriteTokens: counted.input_tokens_details.cache_write_tokens } : {}),
    reasoningTokens: counted.output_tokens_details?.reasoning_tokens ?? 0,
  };
  yield { type: "usage", usage };
}

function responsesBody(
  { settings }: OpenAiCall,
  request: ModelRequest,
  without: ReadonlySet<Concession>,
  images: Images,
): ResponseCreateParamsStreaming {
  const inWords = settings.structured === "prompt" || without.has("structured");
  const { system, messages, answer } = inWords ? askedInWords(request) : request;
  const warmth = without.has("temperature") ? undefined : temperature(request, settings);
  const limit = outputTokensMax(request, settings);
  const reasoning = {
    ...(settings.reasoningEffort === undefined || without.has("reasoning") ? {} : { effort: settings.reasoningEffort }),
    ...(settings.reasoningText && !without.has("reasoning_text") ? { summary: "auto" as const } : {}),
  };
  return {
    model: settings.model,
    stream: true,
    store: false,
    input: messages.flatMap((message) => inputItems(message, images)),
    ...(system ? { instructions: system.toWellFormed() } : {}),
    ...(warmth === undefined ? {} : { temperature: warmth }),
    ...(limit === undefined ? {} : { max_output_tokens: limit }),
    ...(Object.keys(reasoning).length > 0 ? { reasoning } : {}),
    ...(request.tools.length > 0
      ? {
          tools: request.tools.map(({ name, description, parameters }) => ({
            type: "function" as const,
            name,
            description,
            parameters: { ...parameters },
            strict: false,
          })),
        }
      : {}),
    ...(answer
      ? { text: { format: { type: "json_schema" as const, name: safeName(answer.name), schema: { ...answer.schema }, strict: true } } }
      : {}),
  };
}

function inputItems(message: ModelMessage, images: Images): ResponseInputItem[] {
  const content = message.text.toWellFormed();
  switch (message.role) {
    case "user": {
      const text = textBeside(message, images).toWellFormed();
      const shown = imagesOf(message, images).map(inputImage);
      return [{ role: "user", content: shown.length === 0 ? text : [...shown, { type: "input_text", text }] }];
    }
    case "assistant":
      return [
        ...(content ? [{ role: "assistant" as const, content }] : []),
        ...message.toolCalls.map(({ call, tool, args }) => ({
          type: "function_call" as const,
          call_id: call,
          name: safeName(tool),
          arguments: JSON.stringify(argsObject(args)),
        })),
      ];
    case "tool":
      return [{ type: "function_call_output", call_id: message.call, output: content }];
  }
}

const inputImage = (image: Image) => ({ type: "input_image" as const, image_url: dataUrl(image), detail: "auto" as const });
