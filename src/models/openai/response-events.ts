import type { Usage } from "../../engine/events/events.ts";
import { ServerError } from "../refusals/refusal.ts";
import { saidBy } from "../refusals/said.ts";
import type { Piece } from "../piece.ts";
import { noReply, type ServerEvent } from "../replies/server-events.ts";
import { countedTokens } from "../tokens/counted.ts";

/** What servers like OpenAI's really send: any part may be missing, null or of another kind. */
interface Loose {
  readonly [field: string]: unknown;
}

/** What has come already, for servers that tell it only at the end, or once more there. */
interface Seen {
  /** All words so far. */
  text: string;
  /** Items whose words came in pieces. */
  readonly told: Set<unknown>;
  readonly calls: Call[];
  refusal: string;
}

interface Call {
  readonly key: number;
  readonly id: string;
  readonly call: string;
  readonly index: unknown;
}

/** Puts what an event of the Responses API says behind what was found. Throws {@link ServerError} where the reply has failed. */
export function newResponseReader(): (event: ServerEvent, found: Piece[]) => void {
  const seen: Seen = { text: "", told: new Set(), calls: [], refusal: "" };
  return (event, found) => {
    if (event.type === "done") return ended(seen, "stop", found);
    if (event.type === "document") return take(endOf(event.value), seen, found);
    if (!isObject(event.value)) return;
    // The kind of an event stands in it, or in the line above it.
    take(event.value.type === undefined ? { ...event.value, type: event.name } : event.value, seen, found);
  };
}

/** A whole reply as the last event of a stream. Throws where it is none. */
function endOf(document: unknown): Loose {
  const { output, output_text: words, status, error } = document as Loose;
  if (!Array.isArray(output) && typeof words !== "string" && !error) throw noReply(document);
  return { type: `response.${status === "incomplete" || status === "failed" ? status : "completed"}`, response: document };
}

function take(event: Loose, seen: Seen, found: Piece[]): void {
  const item = isObject(event.item) ? event.item : {};
  const response = isObject(event.response) ? event.response : {};
  switch (event.type) {
    case "response.output_text.delta":
      seen.told.add(event.output_index);
      say(wordsOf(event.delta), seen, found);
      return;
    case "response.output_text.done":
    case "response.content_part.done":
      if (!seen.told.has(event.output_index)) sayOnce(wordsOf(event.text ?? event.part), seen, found);
      return;
    case "response.reasoning_summary_text.delta":
    case "response.reasoning_text.delta":
    case "response.reasoning.delta":
      found.push({ type: "reasoning", text: wordsOf(event.delta) });
      return;
    case "response.output_item.added":
      if (item.type === "function_call") callOf(item, event.output_index, seen, found);
      return;
    case "response.function_call_arguments.delta":
      found.push({ type: "call.args", key: keyAt(event, seen), args: asText(event.delta) });
      return;
    case "response.function_call_arguments.done":
      if (event.arguments) found.push({ type: "call.whole", key: keyAt(event, seen), args: asText(event.arguments) });
      return;
    case "response.output_item.done":
      if (item.type === "function_call") {
        const { key } = callOf(item, event.output_index, seen, found);
        if (item.arguments) found.push({ type: "call.whole", key, args: asText(item.arguments) });
      }
      if (item.type === "message") messageOf(item, event.output_index, seen, found);
      if (item.type === "reasoning" && (item.encrypted_content || (Array.isArray(item.content) && item.content.length > 0)))
        found.push({ type: "kept.list", name: "reasoning", items: [item] });
      return;
    case "response.refusal.delta":
      seen.refusal += asText(event.delta);
      return;
    case "response.refusal.done":
      found.push({ type: "finished", why: "refused", detail: event.refusal ? asText(event.refusal) : seen.refusal });
      return;
    case "response.completed":
    case "response.incomplete":
    case "response.failed":
    case "response.done":
    case "response.cancelled":
      return whole(textOf(response.status) || event.type.slice("response.".length), response, seen, found);
    default:
      // Some fifty other events tell of progress and of tools that are not used here; new ones come without notice.
      return;
  }
}

/** The whole reply: what had not come before, and how it ended. */
function whole(status: string, response: Loose, seen: Seen, found: Piece[]): void {
  countsOf(response.usage, found);
  if (status === "failed" || status === "cancelled") {
    const reason = status === "failed" ? "the provider gave no reason" : "the provider broke it off";
    throw new ServerError(saidBy(response.error ?? { message: reason, code: "server_error" }));
  }
  const output: readonly unknown[] = Array.isArray(response.output) ? response.output : [];
  const before = seen.text;
  for (const [index, item] of output.entries()) {
    if (!isObject(item)) continue;
    if (item.type === "function_call" && !knownCall(item, index, seen)) {
      const { key } = callOf(item, index, seen, found);
      found.push({ type: "call.whole", key, args: asText(item.arguments) });
    }
    if (item.type === "message") messageOf(item, index, seen, found, before);
  }
  if (seen.text === "" && typeof response.output_text === "string") say(response.output_text, seen, found);
  if (status !== "incomplete") return ended(seen, "stop", found);
  const { reason } = isObject(response.incomplete_details) ? response.incomplete_details : {};
  ended(seen, reason === "content_filter" ? "filtered" : "length", found);
}

function ended({ refusal }: Seen, why: "stop" | "filtered" | "length", found: Piece[]): void {
  found.push(refusal ? { type: "finished", why: "refused", detail: refusal } : { type: "finished", why });
}

/** The call that an item is, begun where it is not yet. */
function callOf(item: Loose, index: unknown, seen: Seen, found: Piece[]): Call {
  const known = knownCall(item, index, seen);
  if (known) return known;
  const begun = { key: seen.calls.length, id: textOf(item.id), call: textOf(item.call_id), index };
  seen.calls.push(begun);
  found.push({ type: "call.started", key: begun.key, call: begun.call || begun.id, tool: textOf(item.name) });
  return begun;
}

/** By its ids; by its place only where none of them speaks against it: some servers give 0 to each, and others other ids each time. */
function knownCall(item: Loose, index: unknown, { calls }: Seen): Call | undefined {
  const [id, call] = [textOf(item.id), textOf(item.call_id)];
  const same = calls.find((one) => (call !== "" ? one.call === call : id !== "" && one.id === id));
  if (same || index === undefined) return same;
  return calls.findLast((one) => one.index === index && (call === "" || one.call === "") && (id === "" || one.id === "" || call !== ""));
}

/** The key of the call that an event without the item is about. */
function keyAt({ item_id: id, output_index: index }: Loose, { calls }: Seen): number {
  const found = calls.find((one) => one.id !== "" && one.id === id) ?? calls.findLast((one) => one.index === index) ?? calls.at(-1);
  return found?.key ?? -1;
}

/** Of a whole message: what had not been told in pieces. `before`: what had come before the whole that it is a part of. */
function messageOf({ content }: Loose, index: unknown, seen: Seen, found: Piece[], before = seen.text): void {
  const parts: readonly unknown[] = Array.isArray(content) ? content : typeof content === "string" ? [content] : [];
  for (const part of parts) {
    if (isObject(part) && part.type === "refusal") found.push({ type: "finished", why: "refused", detail: asText(part.refusal) });
    else if (!seen.told.has(index) && !seen.told.has(undefined)) sayOnce(wordsOf(part), seen, found, before);
  }
}

function say(text: string, seen: Seen, found: Piece[]): void {
  if (text === "") return;
  seen.text += text;
  found.push({ type: "text", text });
}

/** Unless they stand there: the numbers of items are not everywhere the same from one event to the next. */
function sayOnce(text: string, seen: Seen, found: Piece[], before = seen.text): void {
  if (!before.includes(text)) say(text, seen, found);
}

function wordsOf(part: unknown): string {
  if (typeof part === "string") return part;
  return isObject(part) && (part.type === undefined || part.type === "output_text" || part.type === "text") ? textOf(part.text) : "";
}

function countsOf(counted: unknown, found: Piece[]): void {
  if (!isObject(counted)) return;
  const details = (name: string): Loose => (isObject(counted[name]) ? counted[name] : {});
  const [input, output] = [details("input_tokens_details"), details("output_tokens_details")];
  const written = countedTokens(input.cache_write_tokens);
  const usage: Usage = {
    inputTokens: countedTokens(counted.input_tokens),
    outputTokens: countedTokens(counted.output_tokens),
    cachedTokens: countedTokens(input.cached_tokens),
    ...(written > 0 ? { cacheWriteTokens: written } : {}),
    reasoningTokens: countedTokens(output.reasoning_tokens),
  };
  // Empty counts say nothing.
  if (usage.inputTokens + usage.outputTokens > 0) found.push({ type: "usage", usage });
}

/** Servers like OpenAI's give objects where it gives their text. */
const asText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null;
