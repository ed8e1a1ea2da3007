import type { Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";
import type { Piece } from "../replies/piece.ts";
import { noReply, type ServerEvent } from "../replies/server-events.ts";

/** The values of events, up to the last one; of a whole message in one document, those of the events that would have told it. */
export function valuesIn(events: readonly ServerEvent[]): { readonly values: readonly unknown[]; readonly isDone: boolean } {
  const values: unknown[] = [];
  for (const event of events) {
    if (event.type === "done") return { values: [...values, { type: "message_stop" }], isDone: true };
    if (event.type === "event") values.push(event.value);
    else values.push(...eventsOf(event.value as Message));
  }
  return { values, isDone: false };
}

function* eventsOf(message: Message): Generator<unknown, void, void> {
  const content: unknown = message.content;
  if (typeof content !== "string" && !Array.isArray(content)) throw noReply(message);
  yield { type: "message_start", message };
  const blocks = typeof content === "string" ? [{ type: "text" as const, text: content, citations: null }] : message.content;
  for (const [index, block] of blocks.entries()) {
    if (block.type !== "thinking") yield { type: "content_block_start", index, content_block: block };
    else {
      yield { type: "content_block_start", index, content_block: { ...block, thinking: "" } };
      yield { type: "content_block_delta", index, delta: { type: "thinking_delta", thinking: block.thinking } };
    }
  }
  yield { type: "message_delta", delta: { stop_reason: message.stop_reason ?? "end_turn" }, usage: message.usage };
}

/** One step of a reply's content as it goes back: a block of thoughts as it came, the words, or a call by its place among the calls. */
export type Laid =
  | { readonly type: "thinking" | "redacted_thinking"; readonly [field: string]: unknown }
  | { readonly type: "text" }
  | { readonly type: "call"; readonly nth: number };

/**
 * Keeps the blocks of thoughts, signed or sealed, in their order with words and calls: with tools, the provider wants them back unchanged and in
 * their places.
 */
export function newOrder(): (event: RawMessageStreamEvent, found: Piece[]) => void {
  const content: { type: string; [field: string]: unknown }[] = [];
  const thinking = new Map<number, { type: string; thinking: string; signature: string }>();
  let calls = 0;
  return (event, found) => {
    if (event.type === "content_block_start") {
      const { content_block: block, index } = event;
      if (block.type === "text") content.push({ type: "text" });
      if (block.type === "tool_use") content.push({ type: "call", nth: calls++ });
      if (block.type === "redacted_thinking") content.push({ type: block.type, data: block.data });
      if (block.type !== "thinking") return;
      const own = { type: block.type, thinking: block.thinking ?? "", signature: block.signature ?? "" };
      thinking.set(index, own);
      content.push(own);
    }
    if (event.type === "content_block_delta" && thinking.size > 0) {
      const own = thinking.get(event.index);
      if (own && event.delta.type === "thinking_delta") own.thinking += event.delta.thinking;
      if (own && event.delta.type === "signature_delta") own.signature = event.delta.signature;
    }
    if (event.type === "message_delta" && content.some(({ type }) => type.endsWith("thinking")))
      found.push({ type: "kept.value", name: "content", value: content });
  };
}
