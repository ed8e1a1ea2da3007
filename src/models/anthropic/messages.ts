import type {
  ContentBlockParam,
  ImageBlockParam,
  MessageParam,
  TextBlockParam,
  ToolResultBlockParam,
} from "@anthropic-ai/sdk/resources/messages/messages";
import type { ModelMessage, ToolCall } from "../../engine/model.ts";
import { imagesOf, resultParts, seenBeside, textBeside, type Image, type Images } from "../images.ts";
import { argsObject, safeName } from "../structured.ts";
import type { Laid } from "./stream.ts";

/**
 * Everything up to a marked block is written to the cache, and read from it by a call that begins the same way and has a mark there, or at most
 * 20 blocks behind. A request may have 4 marks; the instructions, with the tools in front of them, have one.
 */
export const CACHE_MARK = { cache_control: { type: "ephemeral" } } as const;

/**
 * The conversation as the Messages API takes it: user first and last, roles in turn, all results of one reply's calls in one user message
 * and in front of its text, no empty text. Of the first `stable` messages, with which the next request begins too, the last is marked for the
 * cache, and so is the end of the request before, however much has been said since.
 */
export function anthropicMessages(
  messages: readonly ModelMessage[],
  { images, by, mark: cacheMark, wantsThoughts = false }: Writing,
  stable = messages.length,
): MessageParam[] {
  const turns: Turn[] = [];
  messages.forEach((message, index) => {
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = turns.at(-1);
    const parts = blocksOf(message, { images, by, wantsThoughts }).map((block) => ({ block, index }));
    if (last?.role === role) last.parts.push(...parts);
    else turns.push({ role, parts });
  });
  const filled = turns.filter((turn) => turn.parts.length > 0);
  if (filled[0]?.role !== "user") filled.unshift({ role: "user", parts: [{ block: text("(The conversation begins.)"), index: -1 }] });
  if (filled.at(-1)?.role !== "user") filled.push({ role: "user", parts: [{ block: text("(Please go on.)"), index: messages.length }] });
  const kept = messages.slice(0, stable);
  const marks = [kept.findLastIndex((message) => message.role === "assistant") - 1, kept.length - 1].filter((mark) => mark >= 0);
  return filled.map(({ role, parts }) => {
    const ordered = resultsFirst(parts);
    const marked = new Set(marks.map((mark) => endOf(ordered, mark)));
    return { role, content: ordered.map(({ block }, at) => (marked.has(at) ? { ...block, ...cacheMark } : block)) };
  });
}

export interface Writing {
  readonly images: Images;
  /** Whom what was kept may go back to; nobody when absent. */
  readonly by?: string | undefined;
  /** It takes no calls without the thoughts that led to them: where none are known, a word stands for them. */
  readonly wantsThoughts?: boolean;
  /** For the end of what stays the same; none where the server takes no marks. */
  readonly mark: typeof CACHE_MARK | { readonly cache_control?: never };
}

/** Where the part of a turn that begins with the first messages ends, when it has message `mark`; -1 when it has not. */
const endOf = (parts: readonly Part[], mark: number): number =>
  parts.some(({ index }) => index === mark) ? parts.findLastIndex(({ index }) => index <= mark) : -1;

type Block = TextBlockParam | ImageBlockParam | ToolResultBlockParam | Extract<ContentBlockParam, { type: "tool_use" | "thinking" }>;

interface Turn {
  readonly role: "user" | "assistant";
  readonly parts: Part[];
}

/** A block, and which message it is of. */
interface Part {
  readonly block: Block;
  readonly index: number;
}

function blocksOf(message: ModelMessage, { images, by, wantsThoughts }: Pick<Writing, "images" | "by" | "wantsThoughts">): Block[] {
  switch (message.role) {
    case "user":
      return [
        ...imagesOf(message, images).map(image),
        text(textBeside(message, images).trim() ? textBeside(message, images) : "(An empty message.)"),
      ];
    case "assistant":
      if (message.kept && message.kept.by === by) return inOrder(message, message.kept.what);
      return [
        ...(wantsThoughts && message.toolCalls.length > 0 ? [NOT_KEPT] : []),
        ...(message.text.trim() ? [text(message.text.trimEnd())] : []),
        ...message.toolCalls.map(toolUse),
      ];
    case "tool": {
      const result = { type: "tool_result" as const, tool_use_id: safeName(message.call) };
      if (!message.failed) return [{ ...result, content: resultContent(message, images) }];
      const content = textBeside(message, images).toWellFormed() || "(no output)";
      return [{ ...result, content, is_error: true }, ...beside(message, images)];
    }
  }
}

/** A result that is marked as an error has words alone, as the API wants it: what there is to be seen follows, as if it were posted. */
function beside(message: Extract<ModelMessage, { role: "tool" }>, images: Images): readonly (TextBlockParam | ImageBlockParam)[] {
  const seen = seenBeside(message, images);
  return seen ? [text(seen.words), ...seen.images.map(image)] : [];
}

/** Words alone as one text; with images, each in its place. */
function resultContent(message: Extract<ModelMessage, { role: "tool" }>, images: Images): string | (TextBlockParam | ImageBlockParam)[] {
  if (imagesOf(message, images).length === 0) return textBeside(message, images).toWellFormed() || "(no output)";
  return resultParts(message, images).flatMap((part): (TextBlockParam | ImageBlockParam)[] =>
    part.type === "image" ? [image(part.image)] : part.text.trim() ? [text(part.text)] : [],
  );
}

const image = ({ mediaType, base64 }: Image): ImageBlockParam => ({
  type: "image",
  source: { type: "base64", media_type: mediaType, data: base64 },
});

const text = (words: string): TextBlockParam => ({ type: "text", text: words.toWellFormed() });

/** An id may come from another provider's model, when an agent has been given a new one in the middle of a thread. */
const toolUse = ({ call, tool, args }: ToolCall): Block => ({
  type: "tool_use",
  id: safeName(call),
  name: safeName(tool),
  input: argsObject(args),
});

const NOT_KEPT: Block = { type: "thinking", thinking: "(not kept)", signature: "" };

/** The reply as it had come: thoughts in their places between words and calls, none of them changed. */
function inOrder(message: Extract<ModelMessage, { role: "assistant" }>, what: { readonly [key: string]: unknown }): Block[] {
  const { content = [] } = (what.message ?? {}) as { readonly content?: readonly Laid[] };
  const words = message.text.trim() ? [text(message.text.trimEnd())] : [];
  const blocks: Block[] = [];
  const used = new Set<number>();
  let said = words.length === 0;
  for (const one of content) {
    if (one.type === "text") {
      if (!said) blocks.push(...words);
      said = true;
    } else if (one.type === "call") {
      const call = message.toolCalls[(one as { readonly nth: number }).nth];
      if (call) blocks.push(toolUse(call));
      used.add((one as { readonly nth: number }).nth);
      // Servers like Anthropic's do not sign, and want it back all the same; one that does not take it says so.
    } else blocks.push(one as unknown as Block);
  }
  return [...blocks, ...(said ? [] : words), ...message.toolCalls.filter((_, nth) => !used.has(nth)).map(toolUse)];
}

const resultsFirst = (parts: readonly Part[]): Part[] => [
  ...parts.filter(({ block }) => block.type === "tool_result"),
  ...parts.filter(({ block }) => block.type !== "tool_result"),
];
