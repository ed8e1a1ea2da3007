import type {
  ResponseCreateParamsStreaming,
  ResponseFunctionCallOutputItem,
  ResponseInputItem,
  ResponseStreamEvent,
} from "openai/resources/responses/responses";
import type { ModelMessage, ModelRequest } from "../../engine/model.ts";
import type { Turn } from "../../engine/turn.ts";
import type { Usage } from "../../engine/events/events.ts";
import { inWords } from "../calls-in-words.ts";
import { dataUrl, imagesOf, NO_IMAGES, readImages, resultParts, textBeside, type Image, type Images } from "../images.ts";
import { replyTokensMax, temperature } from "../limits.ts";
import type { Concession } from "../refusals/concessions.ts";
import { conceding, type Manner, type Put } from "../refusals/conceding.ts";
import { ServerError } from "../refusals/refusal.ts";
import { saidBy } from "../refusals/said.ts";
import { opened, type Opened } from "../replies/opened.ts";
import { noReply } from "../replies/server-events.ts";
import type { Piece } from "../replies/piece.ts";
import { argsObject, askedInWords, safeName } from "../structured.ts";
import { wantedBy, type OpenAiCall } from "./client.ts";
import { plainTool } from "./tool-specs.ts";

/** One call of the Responses API. Nothing is stored at the provider; the whole conversation goes along each time. */
export async function* responsesPieces(
  call: OpenAiCall,
  request: ModelRequest,
  { signal, thread, sending }: Turn,
): AsyncGenerator<readonly Piece[], void, void> {
  const { settings, concessions, readFile } = call;
  const client = await call.client;
  const wanted = wantedBy(settings, request);
  const images = wanted.has("images") && settings.images ? await readImages(request.messages, readFile) : NO_IMAGES;
  const { events } = yield* conceding(concessions, { thread: thread.id, sending }, (manner): Put<Opened> => {
    const body = responsesBody(call, request, manner, manner.without.has("images") ? NO_IMAGES : images);
    return {
      uses: usesOf(call, request, manner, wanted),
      replyTokensMax: body.max_output_tokens ?? undefined,
      body,
      send: async () => opened(await client.responses.create(body, { signal }).asResponse()),
    };
  });
  const seen: Seen = { text: false, calls: new Set() };
  for await (const batch of events) {
    const found: Piece[] = [];
    try {
      for (const event of batch) {
        if (event.type === "event") found.push(...piecesOf(event.value as ResponseStreamEvent, seen));
        else if (event.type === "document") found.push(...piecesOf(endOf(event.value), seen));
        else found.push({ type: "finished", why: "stop" });
      }
    } catch (error) {
      // What came before the provider's failure is not lost with it.
      if (found.length > 0) yield found;
      throw error;
    }
    if (found.length > 0) yield found;
  }
}

function usesOf(
  { by, settings }: OpenAiCall,
  request: ModelRequest,
  { without }: Manner,
  wanted: ReadonlySet<Concession>,
): ReadonlySet<Concession> {
  const called = request.messages.filter((message) => message.role === "assistant" && message.toolCalls.length > 0);
  const hasTools = request.tools.length > 0 && !without.has("tools");
  const responses: { readonly [concession in Concession]?: boolean } = {
    given_back: called.some((message) => message.role === "assistant" && message.kept?.by === by),
    encrypted_reasoning: true,
    limit: replyTokensMax(request, settings, {}) !== undefined,
    strict: wanted.has("structured") && !without.has("structured"),
    tool_schemas: hasTools,
    tools: request.tools.length > 0,
    calls_in_words: called.length > 0 && request.tools.length === 0,
    stream: true,
  };
  return new Set([...wanted, ...(Object.keys(responses) as Concession[]).filter((one) => responses[one])]);
}

/** A whole reply as the last event of a stream. Throws where it is none. */
function endOf(document: unknown): ResponseStreamEvent {
  const { output, status, error } = document as { readonly output?: unknown; readonly status?: unknown; readonly error?: unknown };
  if (!Array.isArray(output) && !error) throw noReply(document);
  const type = status === "incomplete" || status === "failed" ? status : "completed";
  return { type: `response.${type}`, response: document } as ResponseStreamEvent;
}

/** What has come already, for servers that tell it only at the end. */
interface Seen {
  text: boolean;
  readonly calls: Set<number>;
}

function* piecesOf(event: ResponseStreamEvent, seen: Seen): Generator<Piece, void, void> {
  switch (event.type) {
    case "response.output_text.delta":
      seen.text = true;
      yield { type: "text", text: event.delta };
      return;
    case "response.reasoning_summary_text.delta":
    case "response.reasoning_text.delta":
      yield { type: "reasoning", text: event.delta };
      return;
    case "response.output_item.added":
      if (event.item.type === "function_call") yield* begun(event.output_index, event.item, seen);
      return;
    case "response.function_call_arguments.delta":
      yield { type: "call.args", key: event.output_index, args: event.delta };
      return;
    case "response.function_call_arguments.done":
      if (event.arguments) yield { type: "call.whole", key: event.output_index, args: asText(event.arguments) };
      return;
    case "response.output_item.done":
      if (event.item.type === "function_call") {
        yield* begun(event.output_index, event.item, seen);
        if (event.item.arguments) yield { type: "call.whole", key: event.output_index, args: asText(event.item.arguments) };
      }
      if (event.item.type === "message" && !seen.text) yield* wordsOf(event.item, seen);
      if (event.item.type === "reasoning" && (event.item.encrypted_content || event.item.content?.length))
        yield { type: "kept.list", name: "reasoning", items: [event.item] };
      return;
    case "response.refusal.done":
      yield { type: "finished", why: "refused", detail: event.refusal };
      return;
    case "response.completed":
      yield* usageOf(event.response?.usage);
      yield* untold(event.response?.output ?? [], seen);
      yield { type: "finished", why: "stop" };
      return;
    case "response.incomplete":
      yield* usageOf(event.response.usage);
      yield* untold(event.response.output ?? [], seen);
      yield { type: "finished", why: event.response.incomplete_details?.reason === "content_filter" ? "filtered" : "length" };
      return;
    case "response.failed": {
      yield* usageOf(event.response.usage);
      throw new ServerError(saidBy(event.response.error ?? { message: "the provider gave no reason", code: "server_error" }));
    }
    default:
      // Some fifty other events tell of progress and of tools that are not used here; new ones come without notice.
      return;
  }
}

function* begun(key: number, item: { readonly call_id: string; readonly name: string }, { calls }: Seen): Generator<Piece, void, void> {
  if (calls.has(key)) return;
  calls.add(key);
  yield { type: "call.started", key, call: item.call_id, tool: item.name };
}

type OutputItems = Extract<ResponseStreamEvent, { type: "response.completed" }>["response"]["output"];

/** What stands in the whole reply and had not come before. */
function* untold(output: OutputItems, seen: Seen): Generator<Piece, void, void> {
  for (const [index, item] of output.entries()) {
    if (item.type === "function_call" && !seen.calls.has(index)) {
      yield* begun(index, item, seen);
      yield { type: "call.whole", key: index, args: asText(item.arguments) };
    }
    if (item.type === "message" && !seen.text) yield* wordsOf(item);
  }
}

/** Of a whole message. `seen`: where they count as told from now on. */
function* wordsOf({ content }: { readonly content: unknown }, seen?: Seen): Generator<Piece, void, void> {
  const parts =
    typeof content === "string" ? [{ type: "text", text: content }] : Array.isArray(content) ? (content as readonly unknown[]) : [];
  for (const part of parts) {
    const { type, text, refusal } = (part ?? {}) as { readonly [field: string]: unknown };
    if ((type === "output_text" || type === "text") && typeof text === "string" && text !== "") {
      if (seen) seen.text = true;
      yield { type: "text", text };
    } else if (type === "refusal") yield { type: "finished", why: "refused", detail: asText(refusal) };
  }
}

/** Servers like OpenAI's give objects where it gives their text. */
const asText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

type ResponsesUsage = Extract<ResponseStreamEvent, { type: "response.completed" }>["response"]["usage"];

function* usageOf(counted: ResponsesUsage | null | undefined): Generator<Piece, void, void> {
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

function responsesBody({ settings, by }: OpenAiCall, request: ModelRequest, manner: Manner, images: Images): ResponseCreateParamsStreaming {
  const { without } = manner;
  const { system, messages, answer } = settings.structured === "prompt" || without.has("structured") ? askedInWords(request) : request;
  const offered = without.has("tools") ? [] : without.has("tool_schemas") ? request.tools.map(plainTool) : request.tools;
  const tellsInWords = without.has("tools") || (request.tools.length === 0 && without.has("calls_in_words"));
  const told = tellsInWords ? messages.map(inWords) : messages;
  const warmth = without.has("temperature") ? undefined : temperature(request, settings);
  const limit = without.has("limit") ? undefined : replyTokensMax(request, settings, manner);
  const reasoning = {
    ...(settings.reasoningEffort === undefined || without.has("reasoning") ? {} : { effort: settings.reasoningEffort }),
    ...(settings.reasoningText && !without.has("reasoning_text") ? { summary: "auto" as const } : {}),
  };
  const body = {
    model: settings.model,
    stream: !without.has("stream"),
    store: false,
    input: told.flatMap((message) => inputItems(message, images, without.has("given_back") ? undefined : by)),
    // Nothing is stored there: what it thought before a call is given back with it, sealed.
    ...(without.has("encrypted_reasoning") ? {} : { include: ["reasoning.encrypted_content" as const] }),
    ...(system ? { instructions: system.toWellFormed() } : {}),
    ...(warmth === undefined ? {} : { temperature: warmth }),
    ...(limit === undefined ? {} : { max_output_tokens: limit }),
    ...(Object.keys(reasoning).length > 0 ? { reasoning } : {}),
    ...(offered.length > 0
      ? {
          tools: offered.map(({ name, description, parameters }) => ({
            type: "function" as const,
            name,
            description,
            parameters: { ...parameters },
            strict: false,
          })),
        }
      : {}),
    ...(answer
      ? {
          text: {
            format: {
              type: "json_schema" as const,
              name: safeName(answer.name),
              schema: { ...answer.schema },
              strict: !without.has("strict"),
            },
          },
        }
      : {}),
  };
  return body as ResponseCreateParamsStreaming;
}

function inputItems(message: ModelMessage, images: Images, by: string | undefined): ResponseInputItem[] {
  const content = message.text.toWellFormed();
  switch (message.role) {
    case "user": {
      const text = textBeside(message, images).toWellFormed();
      const shown = imagesOf(message, images).map(inputImage);
      return [{ type: "message", role: "user", content: shown.length === 0 ? text : [...shown, { type: "input_text", text }] }];
    }
    case "assistant":
      return [
        ...(message.kept?.by === by ? reasoningIn(message.kept?.what) : []),
        // Optional at OpenAI; llama.cpp's server refuses an assistant's message without it.
        ...(content ? [{ type: "message" as const, role: "assistant" as const, content }] : []),
        ...message.toolCalls.map(({ call, tool, args }) => ({
          type: "function_call" as const,
          call_id: call,
          name: safeName(tool),
          arguments: JSON.stringify(argsObject(args)),
        })),
      ];
    case "tool":
      return [{ type: "function_call_output", call_id: message.call, output: resultOutput(message, images) }];
  }
}

/** Words alone as one text; with images, each in its place. */
function resultOutput(message: Extract<ModelMessage, { role: "tool" }>, images: Images): string | ResponseFunctionCallOutputItem[] {
  if (imagesOf(message, images).length === 0) return textBeside(message, images).toWellFormed() || "(no output)";
  return resultParts(message, images).flatMap((part): ResponseFunctionCallOutputItem[] => {
    if (part.type === "image") return [inputImage(part.image)];
    return part.text.trim() ? [{ type: "input_text" as const, text: part.text.toWellFormed() }] : [];
  });
}

const inputImage = (image: Image) => ({ type: "input_image" as const, image_url: dataUrl(image), detail: "auto" as const });

const reasoningIn = (what: { readonly [key: string]: unknown } | undefined): ResponseInputItem[] =>
  ((what?.message ?? {}) as { readonly reasoning?: ResponseInputItem[] }).reasoning ?? [];
