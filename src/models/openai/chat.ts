import type { Stream } from "openai/core/streaming";
import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { Usage } from "../../engine/events/events.ts";
import type { ModelMessage, ModelRequest } from "../../engine/model.ts";
import type { Turn } from "../../engine/turn.ts";
import { conceding, type Concession } from "../refusals/concessions.ts";
import { dataUrl, imagesOf, NO_IMAGES, readImages, textBeside, type Images } from "../images.ts";
import { outputTokensMax, temperature } from "../limits.ts";
import { wantedBy, type OpenAiCall } from "./client.ts";
import type { Finish, Piece } from "../replies/reply.ts";
import { argsObject, askedInWords, safeName } from "../structured.ts";

/** One call of the Chat Completions API. */
export async function* chatPieces(call: OpenAiCall, request: ModelRequest, { signal, thread }: Turn): AsyncGenerator<Piece, void, void> {
  const { client, settings, concessions, readFile } = call;
  const wanted = wantedBy(settings, request);
  const images = wanted.includes("images") && settings.images ? await readImages(request.messages, readFile) : NO_IMAGES;
  const stream = yield* conceding(concessions, { wanted, thread: thread.id }, (without) =>
    client.chat.completions.create(chatBody(call, request, without, without.has("images") ? NO_IMAGES : images), { signal }),
  );
  const calls = newCallKeys();
  for await (const chunk of stream as unknown as Stream<LooseChunk>) {
    const usage = usageOf(chunk.usage);
    if (usage) yield { type: "usage", usage };
    const choice = chunk.choices?.[0];
    const delta = choice?.delta ?? {};
    yield { type: "reasoning", text: words(delta.reasoning_content) || words(delta.reasoning) };
    yield { type: "text", text: words(delta.content) };
    for (const part of delta.tool_calls ?? []) yield* calls.pieces(part);
    if (words(delta.refusal)) yield { type: "finished", why: "refused", detail: words(delta.refusal) };
    if (choice?.finish_reason) yield { type: "finished", why: FINISHES[choice.finish_reason] ?? "stop" };
  }
}

/** What compatible servers really send: any part may be missing or null. */
interface LooseChunk {
  readonly choices?: readonly { readonly delta?: LooseDelta | null; readonly finish_reason?: string | null }[] | null;
  readonly usage?: LooseUsage | null;
}

interface LooseDelta {
  readonly content?: unknown;
  readonly refusal?: unknown;
  /** DeepSeek, vLLM. */
  readonly reasoning_content?: unknown;
  /** Ollama, OpenRouter. */
  readonly reasoning?: unknown;
  readonly tool_calls?: readonly LooseCall[] | null;
}

interface LooseCall {
  readonly index?: number | null;
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
}

interface LooseUsage {
  readonly prompt_tokens?: number | null;
  readonly completion_tokens?: number | null;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number | null; readonly cache_write_tokens?: number | null } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null } | null;
}

/** Other words than these, such as `eos`, are some server's way to say that all is well. */
const FINISHES: { readonly [reason: string]: Finish } = { length: "length", content_filter: "filtered", error: "error" };

const words = (value: unknown): string => (typeof value === "string" ? value : "");

/**
 * Deltas of one call share an index. Some servers leave the index out or give 0 to every call, and send each call whole with an id of its own:
 * another id under a known index begins another call.
 */
function newCallKeys(): { pieces(part: LooseCall): Generator<Piece, void, void> } {
  const idAt = new Map<number, string>();
  const keyAt = new Map<number, number>();
  let last = 0;
  let begun = 0;
  return {
    *pieces({ index, id, function: called }) {
      const [callId, tool, args] = [words(id), words(called?.name), words(called?.arguments)];
      const unnumbered = typeof index !== "number";
      const at = unnumbered ? (tool ? -1 - begun : last) : index;
      const isNew = !keyAt.has(at) || (callId !== "" && tool !== "" && idAt.get(at) !== callId);
      last = at;
      if (isNew) {
        keyAt.set(at, begun++);
        idAt.set(at, callId);
        yield { type: "call.started", key: keyAt.get(at) ?? 0, call: callId, tool };
      }
      if (args) yield { type: "call.args", key: keyAt.get(at) ?? 0, args };
    },
  };
}

function usageOf(usage: LooseUsage | null | undefined): Usage | undefined {
  if (!usage) return undefined;
  const cached = usage.prompt_tokens_details?.cached_tokens;
  const written = usage.prompt_tokens_details?.cache_write_tokens;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens;
  return {
    inputTokens: usage.prompt_tokens ?? 0,
    outputTokens: usage.completion_tokens ?? 0,
    ...(typeof cached === "number" ? { cachedTokens: cached } : {}),
    ...(written ? { cacheWriteTokens: written } : {}),
    ...(typeof reasoning === "number" ? { reasoningTokens: reasoning } : {}),
  };
}

function chatBody(
  { settings }: OpenAiCall,
  request: ModelRequest,
  without: ReadonlySet<Concession>,
  images: Images,
): ChatCompletionCreateParamsStreaming {
  const inWords = settings.structured === "prompt" || without.has("structured");
  const { system, messages, answer } = inWords ? askedInWords(request) : request;
  const warmth = without.has("temperature") ? undefined : temperature(request, settings);
  const limit = outputTokensMax(request, settings);
  return {
    model: settings.model,
    stream: true,
    messages: [...(system ? [{ role: "system" as const, content: system.toWellFormed() }] : []), ...chatMessages(messages, images)],
    ...(without.has("stream_options") ? {} : { stream_options: { include_usage: true } }),
    ...(warmth === undefined ? {} : { temperature: warmth }),
    // OpenAI's reasoning models know the new name alone, most compatible servers the old one.
    ...(limit === undefined ? {} : settings.provider === "openai-compatible" ? { max_tokens: limit } : { max_completion_tokens: limit }),
    ...(settings.seed === undefined || without.has("seed") ? {} : { seed: settings.seed }),
    ...(settings.reasoningEffort === undefined || without.has("reasoning") ? {} : { reasoning_effort: settings.reasoningEffort }),
    ...(request.tools.length > 0
      ? {
          tools: request.tools.map(({ name, description, parameters }) => ({
            type: "function" as const,
            function: { name, description, parameters: { ...parameters } },
          })),
        }
      : {}),
    ...(answer
      ? {
          response_format: {
            type: "json_schema" as const,
            json_schema: { name: safeName(answer.name), schema: { ...answer.schema }, strict: true },
          },
        }
      : {}),
  };
}

/** User messages in a row become one: the chat templates of several open models insist that roles alternate. */
function chatMessages(messages: readonly ModelMessage[], images: Images): ChatCompletionMessageParam[] {
  const written: ChatCompletionMessageParam[] = [];
  for (const message of messages) {
    const content = message.text.toWellFormed();
    const last = written.at(-1);
    switch (message.role) {
      case "user": {
        const own = userContent(message, images);
        if (last?.role === "user") last.content = joined(last.content, own);
        else written.push({ role: "user", content: own });
        break;
      }
      case "assistant":
        if (message.toolCalls.length > 0) {
          const toolCalls = message.toolCalls.map(({ call, tool, args }) => ({
            id: call,
            type: "function" as const,
            function: { name: safeName(tool), arguments: JSON.stringify(argsObject(args)) },
          }));
          written.push({ role: "assistant", content, tool_calls: toolCalls });
        } else if (content) written.push({ role: "assistant", content });
        break;
      case "tool":
        written.push({ role: "tool", tool_call_id: message.call, content });
        break;
    }
  }
  return written;
}

type UserContent = Extract<ChatCompletionMessageParam, { role: "user" }>["content"];

function userContent(message: Extract<ModelMessage, { role: "user" }>, images: Images): UserContent {
  const text = textBeside(message, images).toWellFormed();
  const shown = imagesOf(message, images).map((image) => ({ type: "image_url" as const, image_url: { url: dataUrl(image) } }));
  return shown.length === 0 ? text : [...shown, { type: "text", text }];
}

function joined(before: UserContent, now: UserContent): UserContent {
  if (typeof before === "string" && typeof now === "string") return `${before}\n\n${now}`;
  const parts = (content: UserContent) => (typeof content === "string" ? [{ type: "text" as const, text: content }] : content);
  return [...parts(before), ...parts(now)];
}
