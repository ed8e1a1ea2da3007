import type { Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";
import type { Piece } from "../piece.ts";
import { noReply, type ServerEvent } from "../replies/server-events.ts";

/** An event with all its parts in their places, and the key of its block. */
export type StreamEvent = RawMessageStreamEvent & { readonly key?: number };

/**
 * The values of events, up to the last one; of a whole message in one document, those of the events that would have told it. Of servers like
 * Anthropic's a part may be missing, null or of another kind: what then says nothing is left out.
 */
export function newValues(): (events: readonly ServerEvent[]) => { readonly values: readonly StreamEvent[]; readonly isDone: boolean } {
  const keyOf = newBlockKeys();
  return (events) => {
    const values: StreamEvent[] = [];
    const add = (value: unknown, name?: string) => {
      const event = wholeEvent(value, name);
      if (event) values.push(event.type.startsWith("content_block_") ? Object.assign(event, { key: keyOf(event) }) : event);
    };
    for (const event of events) {
      if (event.type === "done") {
        add({ type: "message_stop" });
        return { values, isDone: true };
      }
      if (event.type === "event") add(event.value, event.name);
      else for (const value of eventsOf(event.value as Message)) add(value);
    }
    return { values, isDone: false };
  };
}

/** Its kind stands in it, or in the line above it. */
function wholeEvent(value: unknown, name: string | undefined): RawMessageStreamEvent | undefined {
  if (!isObject(value)) return undefined;
  const type = value.type ?? name;
  const event = (value.type === undefined ? { ...value, type } : value) as unknown as RawMessageStreamEvent;
  switch (type) {
    case "content_block_start":
      return isObject(value.content_block) ? event : undefined;
    case "content_block_delta":
    case "message_delta":
      return isObject(value.delta)
        ? event
        : isObject(value.usage)
          ? ({ ...value, type, delta: {} } as unknown as RawMessageStreamEvent)
          : undefined;
    default:
      return typeof type === "string" ? event : undefined;
  }
}

/** By its number, where it has one of its own: some servers give none, or 0 to each block. */
function newBlockKeys(): (event: { readonly type: string; readonly index?: unknown }) => number {
  const keys = new Map<unknown, number>();
  let last = -1;
  return ({ type, index }) => {
    const known = keys.get(index);
    if (type === "content_block_start" || known === undefined) keys.set(index, ++last);
    return keys.get(index) ?? last;
  };
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } => typeof value === "object" && value !== null;

function* eventsOf(message: Message): Generator<unknown, void, void> {
  const content: unknown = message.content;
  if (typeof content !== "string" && !Array.isArray(content)) throw noReply(message);
  yield { type: "message_start", message };
  const blocks =
    typeof content === "string" ? [{ type: "text" as const, text: content, citations: null }] : message.content.filter(isObject);
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
export function newOrder(): (event: StreamEvent, found: Piece[]) => void {
  const content: { type: string; [field: string]: unknown }[] = [];
  const thinking = new Map<number, { type: string; thinking: string; signature: string }>();
  let calls = 0;
  return (event, found) => {
    if (event.type === "content_block_start") {
      const { content_block: block, key = 0 } = event;
      if (block.type === "text") content.push({ type: "text" });
      if (block.type === "tool_use") content.push({ type: "call", nth: calls++ });
      if (block.type === "redacted_thinking") content.push({ type: block.type, data: block.data });
      if (block.type !== "thinking") return;
      const own = { type: block.type, thinking: block.thinking ?? "", signature: block.signature ?? "" };
      thinking.set(key, own);
      content.push(own);
    }
    if (event.type === "content_block_delta" && thinking.size > 0) {
      const own = thinking.get(event.key ?? 0);
      if (own && event.delta.type === "thinking_delta") own.thinking += event.delta.thinking ?? "";
      if (own && event.delta.type === "signature_delta") own.signature = event.delta.signature;
    }
    if (event.type === "message_delta" && content.some(({ type }) => type.endsWith("thinking")))
      found.push({ type: "kept.value", name: "content", value: content });
  };
}
