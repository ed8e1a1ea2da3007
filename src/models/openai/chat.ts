import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { ModelMessage, ModelRequest } from "../../engine/model.ts";
import type { Turn } from "../../engine/turn.ts";
import { NO_IMAGES, readImages, type Images } from "../images.ts";
import { replyTokensMax, temperature } from "../limits.ts";
import type { Concession } from "../refusals/concessions.ts";
import { conceding, type Manner, type Put } from "../refusals/conceding.ts";
import type { Piece } from "../piece.ts";
import { opened, type Opened } from "../replies/opened.ts";
import { askedInWords, safeName } from "../structured.ts";
import { chatChunks } from "./chat-chunks.ts";
import { chatMessages } from "./chat-messages.ts";
import { wantedBy, type OpenAiCall } from "./client.ts";
import { plainTool } from "../tool-rules/plain-tool.ts";
import { toolNames, type ToolNames } from "./tool-names.ts";

const NO_NAMES: ToolNames = toolNames([], safeName, false);

/** One call of the Chat Completions API. */
export async function* chatPieces(
  call: OpenAiCall,
  request: ModelRequest,
  { signal, thread, sending }: Turn,
): AsyncGenerator<readonly Piece[], void, void> {
  const { settings, concessions, readFile } = call;
  const client = await call.client;
  const wanted = wantedBy(settings, request);
  const images = wanted.has("images") && settings.images ? await readImages(request.messages, readFile) : NO_IMAGES;
  let names = NO_NAMES;
  const { events } = yield* conceding(concessions, { thread: thread.id, sending }, (manner): Put<Opened> => {
    const body = chatBody(call, request, manner, manner.without.has("images") ? NO_IMAGES : images);
    names = body.names;
    return {
      uses: usesOf(call, request, manner, wanted),
      replyTokensMax: body.limit,
      body: body.body,
      send: async () => opened(await client.chat.completions.create(body.body, { signal }).asResponse()),
    };
  });
  yield* chatChunks(events, names);
}

type OwnMessage = Extract<ModelMessage, { role: "assistant" }>;
const withCalls = ({ messages }: ModelRequest): readonly OwnMessage[] =>
  messages.filter((message): message is OwnMessage => message.role === "assistant" && message.toolCalls.length > 0);

/** Which concessions would change this request, as it is put now. */
function usesOf(
  { by, settings }: OpenAiCall,
  request: ModelRequest,
  { without }: Manner,
  wanted: ReadonlySet<Concession>,
): ReadonlySet<Concession> {
  const called = withCalls(request);
  const hasTools = request.tools.length > 0 && !without.has("tools");
  const tellsCalls = called.length > 0 && !tellsInWords(request, without);
  const silent = tellsCalls && called.some(({ text }) => text.trim() === "");
  const isKept = tellsCalls && called.some(({ kept }) => kept?.by === by);
  const hasSchema = wanted.has("structured") && !without.has("structured");
  const chat: { readonly [concession in Concession]?: boolean } = {
    given_back: isKept,
    reasoning_wanted: tellsCalls,
    signature_wanted: tellsCalls,
    limit_name: replyTokensMax(request, settings, {}) !== undefined,
    limit: without.has("limit_name"),
    parallel_calls: tellsCalls && called.some(({ toolCalls }) => toolCalls.length > 1),
    call_ids: tellsCalls,
    tool_names: hasTools,
    tool_schemas: hasTools,
    strict: hasSchema,
    system_role: request.system.trim() !== "" || (request.answer !== undefined && !hasSchema),
    roles: request.messages.length > 0,
    tools: request.tools.length > 0,
    content_null: silent,
    content_gone: silent && without.has("content_null"),
    calls_in_words: called.length > 0 && request.tools.length === 0,
    stream: true,
  };
  return new Set([...wanted, ...(Object.keys(chat) as Concession[]).filter((one) => chat[one])]);
}

const tellsInWords = ({ tools }: ModelRequest, without: ReadonlySet<Concession>): boolean =>
  without.has("tools") || (tools.length === 0 && without.has("calls_in_words"));

interface ChatBody {
  readonly body: ChatCompletionCreateParamsStreaming;
  readonly names: ToolNames;
  readonly limit: number | undefined;
}

function chatBody({ settings, by }: OpenAiCall, request: ModelRequest, manner: Manner, images: Images): ChatBody {
  const { without } = manner;
  const { system, messages, answer } = settings.structured === "prompt" || without.has("structured") ? askedInWords(request) : request;
  const warmth = without.has("temperature") ? undefined : temperature(request, settings);
  const limit = without.has("limit") ? undefined : replyTokensMax(request, settings, manner);
  const offered = without.has("tools") ? [] : without.has("tool_schemas") ? request.tools.map(plainTool) : request.tools;
  const names = toolNames(
    request.tools.map(({ name }) => name),
    safeName,
    without.has("tool_names"),
  );
  const written = chatMessages(system, messages, { without, images, by, nameOf: names.wire, inWords: tellsInWords(request, without) });
  // OpenAI's reasoning models know the new name alone, most compatible servers the old one.
  const knowsNewName = (settings.provider === "openai-compatible") === without.has("limit_name");
  const body = {
    model: settings.model,
    stream: !without.has("stream"),
    messages: written,
    ...(without.has("stream_options") || without.has("stream") ? {} : { stream_options: { include_usage: true } }),
    ...(warmth === undefined ? {} : { temperature: warmth }),
    ...(limit === undefined ? {} : knowsNewName ? { max_completion_tokens: limit } : { max_tokens: limit }),
    ...(settings.seed === undefined || without.has("seed") ? {} : { seed: settings.seed }),
    ...(settings.reasoningEffort === undefined || without.has("reasoning") ? {} : { reasoning_effort: settings.reasoningEffort }),
    ...(offered.length > 0
      ? {
          tools: offered.map(({ name, description, parameters }) => ({
            type: "function" as const,
            function: { name: names.wire(name), description, parameters: { ...parameters } },
          })),
        }
      : {}),
    ...(answer
      ? {
          response_format: {
            type: "json_schema" as const,
            json_schema: { name: safeName(answer.name), schema: { ...answer.schema }, ...(without.has("strict") ? {} : { strict: true }) },
          },
        }
      : {}),
  };
  // Servers take and want more, and at times less, than OpenAI's own types say.
  return { body: body as unknown as ChatCompletionCreateParamsStreaming, names, limit };
}
