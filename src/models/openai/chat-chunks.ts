import { finishedBy } from "../replies/finishes.ts";
import type { Piece } from "../piece.ts";
import { noReply, type ServerEvent } from "../replies/server-events.ts";
import { saidBy } from "../refusals/said.ts";
import { newCallKeys, plainCall, type LooseCall, type WireNames } from "./chat-calls.ts";
import { usageOf, type LooseUsage } from "./chat-usage.ts";

/** What compatible servers really send: any part may be missing, null or of another kind. */
interface LooseChunk {
  readonly choices?: readonly LooseChoice[] | null;
  readonly usage?: LooseUsage | null;
  /** Groq puts the counts there. */
  readonly x_groq?: { readonly usage?: LooseUsage | null } | null;
  /** Ollama's own API, and gateways in front of it. */
  readonly message?: LooseDelta | null;
  readonly response?: unknown;
  readonly prompt_eval_count?: number | null;
  readonly eval_count?: number | null;
  /** Cloudflare's own API. */
  readonly tool_calls?: unknown;
  readonly done?: unknown;
  readonly done_reason?: unknown;
}

interface LooseChoice {
  readonly index?: unknown;
  readonly delta?: LooseDelta | string | null;
  /** In place of a delta, where the server does not stream. */
  readonly message?: LooseDelta | null;
  readonly text?: unknown;
  readonly finish_reason?: unknown;
  readonly finishReason?: unknown;
  readonly stop_reason?: unknown;
  readonly error?: unknown;
  /** Kimi puts the counts there. */
  readonly usage?: LooseUsage | null;
}

interface LooseDelta {
  readonly role?: unknown;
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly finish_reason?: unknown;
  /** The channels of gpt-oss, where a server passes them on. */
  readonly channel?: unknown;
  /** DeepSeek, vLLM, Kimi, Qwen. */
  readonly reasoning_content?: unknown;
  /** Ollama, OpenRouter, Groq. */
  readonly reasoning?: unknown;
  /** OpenRouter: parts, some of them encrypted. */
  readonly reasoning_details?: unknown;
  readonly thinking?: unknown;
  /** Google: thought signatures. */
  readonly extra_content?: unknown;
  readonly thinking_blocks?: unknown;
  readonly tool_calls?: readonly LooseCall[] | LooseCall | null;
  readonly function_call?: LooseCall["function"];
}

/** The pieces of a reply of the Chat Completions API, streamed or in one document. */
export async function* chatChunks(
  batches: AsyncIterable<readonly ServerEvent[]>,
  names: WireNames,
): AsyncGenerator<readonly Piece[], void, void> {
  const reader = newChunkReader(names);
  for await (const events of batches) {
    const found: Piece[] = [];
    const isDone = events.some((event) => reader(event, found));
    if (found.length > 0) yield found;
    if (isDone) return;
  }
}

/** Puts what an event says behind what was found; gives whether it was the last one. */
function newChunkReader(names: WireNames): (event: ServerEvent, found: Piece[]) => boolean {
  const calls = newCallKeys(names);
  let isFinished = false;
  let refusal = "";
  /** What deltas have said, and whether they have thought and called anything. */
  let told: Told = { text: "", hasThought: false, hasCalled: false };
  /** Of the message that is told; it is named at its beginning. */
  let role: unknown = "";
  return (event, found) => {
    if (event.type === "done") {
      if (refusal) found.push({ type: "finished", why: "refused", detail: refusal });
      if (!isFinished) found.push({ type: "finished", why: "stop" });
      return true;
    }
    if (typeof event.value !== "object" || event.value === null) return false;
    const chunk = event.type === "document" ? unwrapped(event.value) : (event.value as LooseChunk);
    const choice = Array.isArray(chunk.choices) ? firstChoice(chunk.choices as readonly LooseChoice[]) : undefined;
    const usage = usageOf(chunk.usage ?? chunk.x_groq?.usage ?? choice?.usage ?? countsOf(chunk));
    if (usage) found.push({ type: "usage", usage });
    const whole = choice?.delta ? undefined : choice?.message;
    const delta =
      deltaOf(choice) ??
      (whole && (told.text !== "" || told.hasThought || told.hasCalled) ? behind(whole, told) : whole) ??
      (choice ? undefined : messageOf(chunk, event.type === "document")) ??
      NOTHING;
    if (event.type === "document" && !choice && delta === NOTHING) throw noReply(event.value);
    const before = found.length;
    role = delta.role || role;
    // Some servers call tools of their own and tell what these gave.
    if (role !== "tool" && role !== "function") said(delta, choice, found);
    const spoken = found.slice(before);
    const isBeside = spoken.length > 0;
    kept(delta, found);
    const parts = callsOf(delta);
    for (const part of parts) found.push(...calls.pieces(part, event.type === "document"));
    if (choice?.delta) told = withMore(told, spoken, parts.length > 0);
    const finished = reasonOf(choice, delta) ?? (chunk.done === true ? (finishedBy(chunk.done_reason) ?? STOPPED) : undefined);
    refusal += plain(delta.refusal);
    if (choice?.error) found.push({ type: "finished", why: "error", detail: saidBy(choice.error).message });
    const isEnd = finished !== undefined || event.type === "document";
    // It comes in pieces, as words do.
    if (isEnd && refusal) found.push({ type: "finished", why: "refused", detail: refusal });
    if (isEnd) {
      isFinished = true;
      found.push({ ...(finished ?? STOPPED), ...(isBeside && event.type !== "document" ? { mayGoOn: true } : {}) });
    }
    return false;
  };
}

const NOTHING: LooseDelta = {};
const STOPPED = { type: "finished", why: "stop" } as const;

/** Some servers give its words alone. */
const deltaOf = (choice: LooseChoice | undefined): LooseDelta | null | undefined =>
  typeof choice?.delta === "string" ? { content: choice.delta } : choice?.delta;

const wordsIn = (pieces: readonly Piece[]): string => pieces.map((piece) => (piece.type === "text" ? piece.text : "")).join("");

interface Told {
  readonly text: string;
  readonly hasThought: boolean;
  readonly hasCalled: boolean;
}

const withMore = ({ text, hasThought, hasCalled }: Told, spoken: readonly Piece[], calls: boolean): Told => ({
  text: text + wordsIn(spoken),
  hasThought: hasThought || spoken.some(({ type }) => type === "reasoning"),
  hasCalled: hasCalled || calls,
});

const THOUGHTS = new Set(["reasoning_content", "reasoning", "reasoning_details", "thinking", "thinking_blocks"]);

/** Some servers put the whole message behind its parts: what of it these have not said. */
function behind(whole: LooseDelta, { text, hasThought, hasCalled }: Told): LooseDelta {
  const { content, tool_calls: calls, function_call: old, ...rest } = whole;
  const isAgain = typeof content === "string" && content.startsWith(text.trim());
  const left = isAgain ? content.slice(content.startsWith(text) ? text.length : text.trim().length) : content;
  const beside = Object.entries(rest).filter(([key]) => !(hasThought && THOUGHTS.has(key)));
  return { ...Object.fromEntries(beside), content: left, ...(hasCalled ? {} : { tool_calls: calls, function_call: old }) };
}

/** Ollama's own names of them. */
const countsOf = ({ prompt_eval_count: input, eval_count: output }: LooseChunk): LooseUsage | undefined =>
  input === undefined && output === undefined ? undefined : { prompt_tokens: input ?? null, completion_tokens: output ?? null };

/** Gateways put the reply into a field of their own answer. */
function unwrapped(value: unknown): LooseChunk {
  const own = value as LooseChunk & { readonly [key: string]: unknown };
  if (Array.isArray(own.choices)) return own;
  const inner = ["data", "result", "response", "body", "completion"]
    .map((key) => own[key])
    .find((one) => typeof one === "object" && one !== null);
  return (inner as LooseChunk | undefined) ?? own;
}

/** Without choices: Ollama's own API, of conversations and of prompts, and those like it. */
function messageOf({ message, response, tool_calls: calls }: LooseChunk, isWhole: boolean): LooseDelta | undefined {
  if (isObject(message)) return message;
  const isReply = typeof response === "string" || (isWhole && (isObject(response) || Array.isArray(calls)));
  return isReply ? ({ content: response, tool_calls: calls } as LooseDelta) : undefined;
}

function reasonOf(choice: LooseChoice | undefined, delta: LooseDelta): ReturnType<typeof finishedBy> {
  const reasons = [choice?.finish_reason, choice?.finishReason, delta.finish_reason, choice?.stop_reason];
  return reasons.map((reason) => finishedBy(reason)).find((finished) => finished !== undefined);
}

/** Only one reply was asked for. */
const firstChoice = (choices: readonly LooseChoice[]): LooseChoice | undefined =>
  choices.find(({ index }) => index === 0 || index === undefined || index === null) ?? choices[0];

function said(delta: LooseDelta, choice: LooseChoice | undefined, found: Piece[]): void {
  const thought = plain(delta.reasoning_content) || plain(delta.reasoning) || plain(delta.thinking) || thoughtIn(delta.reasoning_details);
  if (thought) found.push({ type: "reasoning", text: thought });
  const { content } = delta;
  if (typeof content === "string" && content !== "" && (delta.channel === "analysis" || delta.channel === "commentary")) {
    found.push({ type: "reasoning", text: content });
    return;
  }
  if (Array.isArray(content)) for (const part of content as readonly unknown[]) partOf(part, found, content.length === 1);
  else if (typeof content === "object" && content !== null) partOf(content, found);
  else {
    const text = plain(content) || plain(choice?.text);
    if (text) found.push({ type: "text", text });
  }
}

/** A part of the content: text, or thoughts (Mistral nests them once more). */
function partOf(part: unknown, found: Piece[], isAlone = true): void {
  if (typeof part === "string") found.push({ type: "text", text: part });
  if (typeof part !== "object" || part === null) return;
  const { type, text, thinking, reasoning, content, thought: isThought, parts } = part as { readonly [key: string]: unknown };
  if (typeof type === "string" && CALL_TYPES.has(type)) return; // See `callsOf`.
  if (Array.isArray(parts)) for (const one of parts as readonly unknown[]) partOf(one, found);
  else if (isThought === true || (typeof type === "string" && /think|thought|reason/i.test(type))) {
    const thought = allText(thinking) || allText(reasoning) || allText(text) || allText(content);
    if (thought) found.push({ type: "reasoning", text: thought });
  } else if (type === "refusal") found.push({ type: "finished", why: "refused", detail: plain((part as { refusal?: unknown }).refusal) });
  else found.push({ type: "text", text: allText(text) || allText(content) || (isAlone ? answerIn(part) : "") });
}

const CALL_TYPES: ReadonlySet<unknown> = new Set(["tool_use", "tool_call", "function_call", "function"]);

/** Where a schema was asked for, some servers give the object itself in place of its text. */
const answerIn = (part: object): string =>
  ["type", "text", "content", "reasoningContent"].some((key) => key in part) || Object.keys(part).length === 0 ? "" : JSON.stringify(part);

function allText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(allText).join("");
  if (typeof value !== "object" || value === null) return "";
  const { text, value: own } = value as { readonly text?: unknown; readonly value?: unknown };
  return allText(text) || allText(own);
}

function thoughtIn(details: unknown): string {
  if (!Array.isArray(details)) return "";
  return (details as readonly unknown[])
    .map((one) => {
      const { text, summary } = (one ?? {}) as { readonly text?: unknown; readonly summary?: unknown };
      return plain(text) || plain(summary);
    })
    .join("");
}

/** What has to go back with the calls of this reply, as it came. */
function kept(delta: LooseDelta, found: Piece[]): void {
  const [content, reasoning] = [plain(delta.reasoning_content), plain(delta.reasoning)];
  if (content) found.push({ type: "kept.text", name: "reasoning_content", text: content });
  if (reasoning) found.push({ type: "kept.text", name: "reasoning", text: reasoning });
  if (Array.isArray(delta.reasoning_details)) found.push({ type: "kept.list", name: "reasoning_details", items: delta.reasoning_details });
  if (Array.isArray(delta.thinking_blocks)) found.push({ type: "kept.list", name: "thinking_blocks", items: delta.thinking_blocks });
  if (isFilled(delta.extra_content)) found.push({ type: "kept.value", name: "extra_content", value: delta.extra_content });
}

const isFilled = (value: unknown): boolean => typeof value === "object" && value !== null && Object.keys(value).length > 0;

function callsOf({ tool_calls: calls, function_call: old, content }: LooseDelta): readonly LooseCall[] {
  if (Array.isArray(calls) && calls.length > 0) return calls.filter(isObject).map(plainCall);
  if (isObject(calls) && !Array.isArray(calls)) return [plainCall(calls)];
  if (old) return [plainCall({ index: 0, function: old })];
  if (!Array.isArray(content)) return NO_CALLS;
  return content
    .filter(isObject)
    .filter(({ type }) => CALL_TYPES.has(type))
    .map(plainCall);
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === "object" && value !== null;

const NO_CALLS: readonly LooseCall[] = [];

const plain = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
