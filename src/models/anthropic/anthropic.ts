import Anthropic from "@anthropic-ai/sdk";
import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
import type { MessageCreateParamsStreaming, RawMessageStreamEvent, Tool } from "@anthropic-ai/sdk/resources/messages/messages";
import type { Clock } from "../../engine/clock.ts";
import type { Usage } from "../../engine/events/events.ts";
import type { Model, ModelRequest } from "../../engine/model.ts";
import type { Turn } from "../../engine/turn.ts";
import { anthropicMessages, CACHE_MARK } from "./messages.ts";
import { conceding, newConcessions, type Concession, type Concessions } from "../refusals/concessions.ts";
import type { Source } from "../refusals/failure-table.ts";
import { hostOf } from "../refusals/failures.ts";
import { hasImages, NO_IMAGES, readImages, type Images, type ReadFile } from "../images.ts";
import { outputTokensMax } from "../limits.ts";
import { replyFrom, type Finish, type Piece, type Timeouts } from "../replies/reply.ts";
import { safeName } from "../structured.ts";

export interface AnthropicSettings {
  readonly model: string;
  readonly apiKey: string;
  /** Without `/v1`. Anthropic's own when absent. */
  readonly baseUrl?: string | undefined;
  /** The API asks for a limit on every call. */
  readonly outputTokensMax: number;
  readonly effort?: "low" | "medium" | "high" | "xhigh" | "max" | undefined;
  /** Whether its reasoning is asked for in words. */
  readonly reasoningText: boolean;
  /** Whether it is shown images. */
  readonly images: boolean;
  /** `tool`: the answer is asked for as the arguments of a forced tool, for models without structured output. A model that refuses `native` gets the tool from then on. */
  readonly structured: "native" | "tool";
  /** The environment variable behind `apiKey`, to be named when the key is not accepted. */
  readonly keyName: string;
  readonly timeouts: Timeouts;
}

/** A model behind Anthropic's Messages API. It does not retry; see `withRetries`. */
export function createAnthropicModel(
  settings: AnthropicSettings,
  { clock, readFile }: { readonly clock: Clock; readonly readFile: ReadFile },
): { readonly model: Model; readonly source: Source } {
  const client = clientOf(settings);
  const call: Call = { client, settings, concessions: newConcessions(settings.model, settings.images ? [] : ["images"]), readFile };
  const { model, keyName, apiKey, timeouts } = settings;
  const source: Source = { provider: "Anthropic", model, host: hostOf(client.baseURL), keyName, secrets: [apiKey] };
  return {
    source,
    model: {
      name: model,
      call: (request, turn) =>
        replyFrom((signal) => pieces(call, request, { ...turn, signal }), { request, source, timeouts, clock }, turn.signal),
    },
  };
}

interface Call {
  readonly client: Anthropic;
  readonly settings: AnthropicSettings;
  readonly concessions: Concessions;
  readonly readFile: ReadFile;
}

const SDK_TIMEOUT_MS = 2 ** 31 - 1; // Our own time-outs rule; this is the longest that a timer can be.

/** Nothing is left to the SDK's own reading of the environment: settings are the only source. */
const clientOf = ({ apiKey, baseUrl }: AnthropicSettings): Anthropic =>
  new Anthropic({
    apiKey,
    baseURL: baseUrl ?? "https://api.anthropic.com",
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: "off", // The SDK's log would hold what people wrote.
    fetchOptions: { redirect: "manual" }, // A redirect would take the key along.
  });

async function* pieces(call: Call, request: ModelRequest, { signal, thread }: Turn): AsyncGenerator<Piece, void, void> {
  const { client, settings, concessions, readFile } = call;
  const wanted = wantedBy(settings, request);
  const images = wanted.includes("images") && settings.images ? await readImages(request.messages, readFile) : NO_IMAGES;
  let answersByTool = false;
  const stream = yield* conceding(concessions, { wanted, thread: thread.id }, (without) => {
    answersByTool = request.answer !== undefined && (settings.structured === "tool" || without.has("structured"));
    const body = bodyOf(settings, request, { without, answersByTool, images: without.has("images") ? NO_IMAGES : images });
    return client.messages.create(body, { signal });
  });
  let counted: Counted = {};
  for await (const event of stream) {
    const found = event.type === "message_start" ? event.message.usage : event.type === "message_delta" ? event.usage : undefined;
    if (found) {
      counted = newest(counted, found);
      yield { type: "usage", usage: usageOf(counted) };
    }
    yield* answersByTool ? argsAsText(piecesOf(event)) : piecesOf(event);
  }
}

const wantedBy = ({ effort, reasoningText, structured }: AnthropicSettings, request: ModelRequest): Concession[] => [
  ...(reasoningText ? (["reasoning_text"] as const) : []),
  ...(effort === undefined ? [] : (["reasoning"] as const)),
  ...(hasImages(request.messages) ? (["images"] as const) : []),
  ...(request.answer && structured === "native" ? (["structured"] as const) : []),
];

function* piecesOf(event: RawMessageStreamEvent): Generator<Piece, void, void> {
  switch (event.type) {
    case "content_block_start": {
      const block = event.content_block;
      if (block.type === "text") yield { type: "text", text: block.text };
      if (block.type !== "tool_use") return;
      yield { type: "call.started", key: event.index, call: block.id, tool: block.name };
      // Some gateways send the arguments here, whole; Anthropic sends {} and then deltas.
      if (isFilled(block.input)) yield { type: "call.whole", key: event.index, args: JSON.stringify(block.input) };
      return;
    }
    case "content_block_delta":
      if (event.delta.type === "text_delta") yield { type: "text", text: event.delta.text };
      if (event.delta.type === "thinking_delta") yield { type: "reasoning", text: event.delta.thinking };
      if (event.delta.type === "input_json_delta") yield { type: "call.args", key: event.index, args: event.delta.partial_json };
      return;
    case "message_delta":
      if (event.delta.stop_reason) yield finish(event.delta.stop_reason, event.delta.stop_details?.explanation);
      return;
    default:
      // The start and the end of the message and of its blocks say nothing that is needed; new events come without notice.
      return;
  }
}

const isFilled = (input: unknown): boolean => typeof input === "object" && input !== null && Object.keys(input).length > 0;

const FINISHES: { readonly [reason: string]: Finish } = {
  max_tokens: "length",
  refusal: "refused",
  model_context_window_exceeded: "context",
};

const finish = (reason: string, explanation: string | null | undefined): Piece => ({
  type: "finished",
  why: FINISHES[reason] ?? "stop",
  ...(explanation ? { detail: explanation } : {}),
});

/** The forced tool is only a way to ask: its arguments are the answer. */
function* argsAsText(found: Iterable<Piece>): Generator<Piece, void, void> {
  for (const piece of found) {
    if (piece.type === "call.args" || piece.type === "call.whole") yield { type: "text", text: piece.args };
    else if (piece.type === "finished" || piece.type === "reasoning") yield piece;
  }
}

interface Counted {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number | null } | null;
}

/** The counts grow over the stream; those that the last event leaves out stand as they were. */
const newest = (before: Counted, now: Counted): Counted => ({
  input_tokens: now.input_tokens ?? before.input_tokens ?? 0,
  output_tokens: now.output_tokens ?? before.output_tokens ?? 0,
  cache_creation_input_tokens: now.cache_creation_input_tokens ?? before.cache_creation_input_tokens ?? 0,
  cache_read_input_tokens: now.cache_read_input_tokens ?? before.cache_read_input_tokens ?? 0,
  output_tokens_details: now.output_tokens_details ?? before.output_tokens_details ?? null,
});

/** Anthropic counts cached input beside the other input; the port counts it in. */
function usageOf({
  input_tokens: plain,
  output_tokens: output,
  cache_creation_input_tokens: written,
  cache_read_input_tokens: read,
  output_tokens_details: details,
}: Counted): Usage {
  return {
    inputTokens: (plain ?? 0) + (written ?? 0) + (read ?? 0),
    outputTokens: output ?? 0,
    cachedTokens: read ?? 0,
    ...(written ? { cacheWriteTokens: written } : {}),
    ...(details?.thinking_tokens ? { reasoningTokens: details.thinking_tokens } : {}),
  };
}

/** A temperature is never sent: since version 2026-10-21 the API takes none. */
function bodyOf(
  settings: AnthropicSettings,
  request: ModelRequest,
  {
    without,
    answersByTool,
    images,
  }: { readonly without: ReadonlySet<Concession>; readonly answersByTool: boolean; readonly images: Images },
): MessageCreateParamsStreaming {
  const { answer } = request;
  const answerTool =
    answer && answersByTool
      ? toolOf({ name: safeName(answer.name), description: "Gives the answer.", parameters: answer.schema })
      : undefined;
  const format =
    answer && !answerTool
      ? { format: { type: "json_schema" as const, schema: transformJSONSchema({ ...answer.schema }) as { [key: string]: unknown } } }
      : {};
  const output = { ...format, ...(settings.effort === undefined || without.has("reasoning") ? {} : { effort: settings.effort }) };
  // A model that is made to call a tool may not think.
  const thinks = settings.reasoningText && !without.has("reasoning_text") && !answerTool;
  const tools = answerTool ? [answerTool] : request.tools.map(toolOf);
  return {
    model: settings.model,
    stream: true,
    max_tokens: outputTokensMax(request, settings) ?? settings.outputTokensMax,
    // Tools come before it in the cached prefix, so one mark covers both.
    ...(request.system.trim() ? { system: [{ type: "text", text: request.system.toWellFormed(), ...CACHE_MARK }] } : {}),
    messages: anthropicMessages(request.messages, images, request.stable),
    ...(tools.length > 0 ? { tools } : {}),
    ...(answerTool ? { tool_choice: { type: "tool", name: answerTool.name } } : {}),
    ...(thinks ? { thinking: { type: "adaptive", display: "summarized" } } : {}),
    ...(Object.keys(output).length > 0 ? { output_config: output } : {}),
  };
}

const toolOf = ({ name, description, parameters }: ModelRequest["tools"][number]): Tool => ({
  name,
  description,
  input_schema: { ...parameters, type: "object" },
});
