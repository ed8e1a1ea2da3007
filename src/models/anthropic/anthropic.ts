import type { MessageCreateParamsStreaming, Tool } from "@anthropic-ai/sdk/resources/messages/messages";
import type { Usage } from "../../engine/events/events.ts";
import type { ModelRequest } from "../../engine/model.ts";
import type { Turn } from "../../engine/turn.ts";
import { baseUrlOf, loadSdk, type AnthropicSettings, type Sdk } from "./client.ts";
import { anthropicMessages, CACHE_MARK } from "./messages.ts";
import { inWords } from "../calls-in-words.ts";
import type { Concession } from "../refusals/concessions.ts";
import { conceding, newConcessions, type Concessions, type Manner, type Put } from "../refusals/conceding.ts";
import type { Source } from "../refusals/failure-table.ts";
import { addressOf, hostOf } from "../refusals/failures.ts";
import { lessonKey } from "../refusals/lessons.ts";
import { hasImages, NO_IMAGES, readImages, type Images, type ReadFile } from "../images.ts";
import { replyTokensMax } from "../limits.ts";
import { opened, type Opened } from "../replies/opened.ts";
import { finishedBy } from "../replies/finishes.ts";
import type { Piece } from "../piece.ts";
import { served, type Made, type ProviderDeps } from "../served.ts";
import { askedInWords, safeName } from "../structured.ts";
import { countedTokens } from "../tokens/counted.ts";
import { plainTool } from "../tool-rules/plain-tool.ts";
import { newOrder, newValues, type StreamEvent } from "./stream.ts";

/** A model behind Anthropic's Messages API. It does not retry; see `withRetries`. */
export function createAnthropicModel(settings: AnthropicSettings, { clock, readFile, lessons, log }: ProviderDeps): Made {
  const sdk = loadSdk(settings);
  const { model, keyName, apiKey, timeouts } = settings;
  const baseUrl = baseUrlOf(settings);
  const address = addressOf(baseUrl);
  const source: Source = { provider: "Anthropic", model, host: hostOf(baseUrl), address, keyName, secrets: [apiKey] };
  const key = lessonKey({ provider: "anthropic", address, model });
  const by = `messages ${address} ${model}`;
  const concessions = newConcessions(model, { lessons, key, clock, log }, settings.images ? [] : ["images"]);
  const call: Call = { sdk, settings, concessions, readFile, by };
  return {
    source,
    key,
    model: served({
      source,
      concessions,
      by,
      clock,
      timeouts,
      sendsSchemas: settings.structured === "native",
      pieces: (request, turn) => pieces(call, request, turn),
      list: async (signal) => (await sdk).client.models.list({}, { signal }).asResponse(),
    }),
  };
}

interface Call {
  readonly sdk: Promise<Sdk>;
  readonly settings: AnthropicSettings;
  readonly concessions: Concessions;
  readonly readFile: ReadFile;
  /** Who this is, for what goes back to nobody else. */
  readonly by: string;
}

async function* pieces(call: Call, request: ModelRequest, { signal, thread, sending }: Turn): AsyncGenerator<readonly Piece[], void, void> {
  const { settings, concessions, readFile } = call;
  const { client, schemaOf } = await call.sdk;
  const images = hasImages(request.messages) && settings.images ? await readImages(request.messages, readFile) : NO_IMAGES;
  let answersByTool = false;
  const { events } = yield* conceding(concessions, { thread: thread.id, sending }, (manner): Put<Opened> => {
    const { without } = manner;
    answersByTool = request.answer !== undefined && (settings.structured === "tool" || without.has("structured")) && !without.has("tools");
    const body = bodyOf(call, request, { manner, answersByTool, schemaOf, images: without.has("images") ? NO_IMAGES : images });
    return {
      uses: usesOf(call, request, manner, answersByTool),
      replyTokensMax: body.max_tokens,
      body,
      send: async () => opened(await client.messages.create(body, { signal }).asResponse()),
    };
  });
  let counted: Counted = {};
  const order = newOrder();
  const valuesIn = newValues();
  for await (const batch of events) {
    const found: Piece[] = [];
    const { values, isDone } = valuesIn(batch);
    for (const event of values) {
      const usage = event.type === "message_start" ? event.message?.usage : event.type === "message_delta" ? event.usage : undefined;
      if (usage) {
        counted = newest(counted, usage);
        found.push({ type: "usage", usage: usageOf(counted) });
      }
      order(event, found);
      if (answersByTool) argsAsText(event, found);
      else piecesOf(event, found);
    }
    if (found.length > 0) yield found;
    if (isDone) return;
  }
}

/** Which concessions would change this request, as it is put now. */
function usesOf({ settings, by }: Call, request: ModelRequest, { without }: Manner, answersByTool: boolean): ReadonlySet<Concession> {
  const called = request.messages.filter((message) => message.role === "assistant" && message.toolCalls.length > 0);
  const uses: { readonly [concession in Concession]?: boolean } = {
    given_back: called.some((message) => message.role === "assistant" && message.kept?.by === by),
    reasoning_wanted: called.length > 0,
    reasoning_text: settings.reasoningText,
    reasoning: settings.effort !== undefined,
    images: hasImages(request.messages),
    structured: request.answer !== undefined && settings.structured === "native",
    cache: true,
    tool_choice: answersByTool,
    tool_schemas: request.tools.length > 0 && !without.has("tools"),
    tools: request.tools.length > 0,
    calls_in_words: called.length > 0 && request.tools.length === 0,
    stream: true,
  };
  return new Set((Object.keys(uses) as Concession[]).filter((one) => uses[one]));
}

function piecesOf(event: StreamEvent, found: Piece[]): void {
  const { key = 0 } = event;
  switch (event.type) {
    case "content_block_start": {
      const block = event.content_block;
      if (block.type === "text") found.push({ type: "text", text: words(block.text) });
      if (block.type === "thinking") found.push({ type: "reasoning", text: words(block.thinking) });
      if (block.type !== "tool_use") return;
      found.push({ type: "call.started", key, call: words(block.id), tool: words(block.name) });
      // Some gateways send the arguments here, whole; Anthropic sends {} and then deltas.
      if (typeof block.input === "string") found.push({ type: "call.whole", key, args: block.input });
      else if (isFilled(block.input)) found.push({ type: "call.whole", key, args: JSON.stringify(block.input) });
      return;
    }
    case "content_block_delta":
      if (event.delta.type === "text_delta") found.push({ type: "text", text: words(event.delta.text) });
      if (event.delta.type === "thinking_delta") found.push({ type: "reasoning", text: words(event.delta.thinking) });
      if (event.delta.type === "input_json_delta") found.push(argsOf(key, event.delta.partial_json));
      return;
    case "message_delta": {
      const finished = finishedBy(event.delta.stop_reason, event.delta.stop_details?.explanation);
      if (finished) found.push(finished);
      return;
    }
    case "message_stop":
      // Behind its reason, where the server gives one.
      found.push({ type: "finished", why: "stop" });
      return;
    default:
      // The start of the message and the ends and of its blocks say nothing that is needed; new events come without notice.
      return;
  }
}

/** Some gateways give the object where Anthropic gives a part of its text. */
const argsOf = (key: number, part: unknown): Piece =>
  typeof part === "string" ? { type: "call.args", key, args: part } : { type: "call.whole", key, args: JSON.stringify(part ?? {}) };

const words = (value: unknown): string => (typeof value === "string" ? value : "");

const isFilled = (input: unknown): boolean => typeof input === "object" && input !== null && Object.keys(input).length > 0;

/** The forced tool is only a way to ask: its arguments are the answer. */
function argsAsText(event: StreamEvent, found: Piece[]): void {
  const own: Piece[] = [];
  piecesOf(event, own);
  for (const piece of own) {
    if (piece.type === "call.args" || piece.type === "call.whole") found.push({ type: "text", text: piece.args });
    else if (piece.type === "finished" || piece.type === "reasoning") found.push(piece);
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
    inputTokens: countedTokens(plain) + countedTokens(written) + countedTokens(read),
    outputTokens: countedTokens(output),
    cachedTokens: countedTokens(read),
    ...(countedTokens(written) > 0 ? { cacheWriteTokens: countedTokens(written) } : {}),
    ...(countedTokens(details?.thinking_tokens) > 0 ? { reasoningTokens: countedTokens(details?.thinking_tokens) } : {}),
  };
}

interface Putting extends Pick<Sdk, "schemaOf"> {
  readonly manner: Manner;
  readonly answersByTool: boolean;
  readonly images: Images;
}

/** A temperature is never sent: since version 2026-10-21 the API takes none. */
function bodyOf(
  { settings, by }: Call,
  asked: ModelRequest,
  { manner, answersByTool, schemaOf, images }: Putting,
): MessageCreateParamsStreaming {
  const { without } = manner;
  // Neither a schema nor a tool to answer by: then in words.
  const request = asked.answer && without.has("structured") && !answersByTool ? askedInWords(asked) : asked;
  const { answer } = request;
  const mark = without.has("cache") ? {} : CACHE_MARK;
  const answerTool =
    answer && answersByTool
      ? toolOf({ name: safeName(answer.name), description: "Gives the answer.", parameters: answer.schema })
      : undefined;
  const format =
    answer && !answerTool
      ? { format: { type: "json_schema" as const, schema: schemaOf({ ...answer.schema }) as { [key: string]: unknown } } }
      : {};
  const output = { ...format, ...(settings.effort === undefined || without.has("reasoning") ? {} : { effort: settings.effort }) };
  // A model that is made to call a tool may not think.
  const thinks = settings.reasoningText && !without.has("reasoning_text") && !answerTool;
  const offered = without.has("tools") ? [] : without.has("tool_schemas") ? request.tools.map(plainTool) : request.tools;
  const tools = answerTool ? [answerTool] : offered.map(toolOf);
  const tellsInWords = without.has("tools") || (request.tools.length === 0 && without.has("calls_in_words"));
  const told = tellsInWords ? request.messages.map(inWords) : request.messages;
  const body = {
    model: settings.model,
    stream: !without.has("stream"),
    max_tokens: replyTokensMax(request, settings, manner) ?? settings.outputTokensMax,
    // Tools come before it in the cached prefix, so one mark covers both.
    ...(request.system.trim() ? { system: [{ type: "text" as const, text: request.system.toWellFormed(), ...mark }] } : {}),
    messages: anthropicMessages(told, { images, by: without.has("given_back") ? undefined : by, mark, wantsThoughts: without.has("reasoning_wanted") }, request.stable), // prettier-ignore
    ...(tools.length > 0 ? { tools } : {}),
    ...(answerTool && !without.has("tool_choice") ? { tool_choice: { type: "tool" as const, name: answerTool.name } } : {}),
    ...(thinks ? { thinking: { type: "adaptive" as const, display: "summarized" as const } } : {}),
    ...(Object.keys(output).length > 0 ? { output_config: output } : {}),
  };
  return body as MessageCreateParamsStreaming;
}

const toolOf = ({ name, description, parameters }: ModelRequest["tools"][number]): Tool => ({
  name,
  description,
  input_schema: { ...parameters, type: "object" },
});
