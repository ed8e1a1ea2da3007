import type {
  ResponseCreateParamsStreaming,
  ResponseFunctionCallOutputItem,
  ResponseInputItem,
} from "openai/resources/responses/responses";
import type { ModelMessage, ModelRequest } from "../../engine/model.ts";
import type { Turn } from "../../engine/turn.ts";
import { inWords } from "../calls-in-words.ts";
import { dataUrl, imagesOf, NO_IMAGES, readImages, resultParts, textBeside, type Image, type Images } from "../images.ts";
import { replyTokensMax, temperature } from "../limits.ts";
import type { Concession } from "../refusals/concessions.ts";
import { conceding, type Manner, type Put } from "../refusals/conceding.ts";
import { opened, type Opened } from "../replies/opened.ts";
import type { Piece } from "../piece.ts";
import { newResponseReader } from "./response-events.ts";
import { argsObject, askedInWords, safeName } from "../structured.ts";
import { wantedBy, type OpenAiCall } from "./client.ts";
import { plainTool } from "../tool-rules/plain-tool.ts";

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
  const read = newResponseReader();
  for await (const batch of events) {
    const found: Piece[] = [];
    try {
      for (const event of batch) read(event, found);
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
