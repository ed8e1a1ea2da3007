import type {
  ContentBlockParam,
  ImageBlockParam,
  MessageParam,
  TextBlockParam,
  ToolResultBlockParam,
} from "@anthropic-ai/sdk/resources/messages/messages";
import type { ModelMessage, ToolCall } from "../engine/model.ts";
import { imagesOf, textBeside, type Image, type Images } from "./images.ts";
import { argsObject, safeName } from "./structured.ts";

/** Everything up to a marked block is read from the cache when the next call begins the same way. */
export const CACHE_MARK = { cache_control: { type: "ephemeral" } } as const;

/**
 * The conversation as the Messages API takes it: user first and last, roles in turn, all results of one reply's calls in one user message
 * and in front of its text, no empty text. The last block is marked for the cache: messages grow only at their end.
 */
export function anthropicMessages(messages: readonly ModelMessage[], images: Images): MessageParam[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = turns.at(-1);
    if (last?.role === role) last.blocks.push(...blocksOf(message, images));
    else turns.push({ role, blocks: blocksOf(message, images) });
  }
  const filled = turns.filter((turn) => turn.blocks.length > 0);
  if (filled[0]?.role !== "user") filled.unshift({ role: "user", blocks: [text("(The conversation begins.)")] });
  if (filled.at(-1)?.role !== "user") filled.push({ role: "user", blocks: [text("(Please go on.)")] });
  return filled.map(({ role, blocks }, index) => ({
    role,
    content: index === filled.length - 1 ? marked(resultsFirst(blocks)) : resultsFirst(blocks),
  }));
}

type Block = TextBlockParam | ImageBlockParam | ToolResultBlockParam | Extract<ContentBlockParam, { type: "tool_use" }>;

interface Turn {
  readonly role: "user" | "assistant";
  readonly blocks: Block[];
}

function blocksOf(message: ModelMessage, images: Images): Block[] {
  switch (message.role) {
    case "user":
      return [
        ...imagesOf(message, images).map(image),
        text(textBeside(message, images).trim() ? textBeside(message, images) : "(An empty message.)"),
      ];
    case "assistant":
      return [...(message.text.trim() ? [text(message.text.trimEnd())] : []), ...message.toolCalls.map(toolUse)];
    case "tool":
      return [
        {
          type: "tool_result",
          tool_use_id: safeName(message.call),
          content: message.text.toWellFormed() || "(no output)",
          ...(message.failed ? { is_error: true } : {}),
        },
      ];
  }
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

const resultsFirst = (blocks: readonly Block[]): Block[] => [
  ...blocks.filter((block) => block.type === "tool_result"),
  ...blocks.filter((block) => block.type !== "tool_result"),
];

const marked = (blocks: readonly Block[]): Block[] =>
  blocks.map((block, index) => (index === blocks.length - 1 ? { ...block, ...CACHE_MARK } : block));
