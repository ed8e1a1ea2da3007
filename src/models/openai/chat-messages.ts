import { createHash } from "node:crypto";
import type { ModelMessage } from "../../engine/model.ts";
import { inWords } from "../calls-in-words.ts";
import { dataUrl, imagesOf, seenBeside, textBeside, type Images } from "../images.ts";
import type { Concession } from "../refusals/concessions.ts";
import { argsObject } from "../structured.ts";

/** A message as the Chat Completions API takes it, and servers like it: with what some of them give along and want back. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  content?: ChatContent | null;
  readonly tool_calls?: readonly ChatCall[];
  readonly tool_call_id?: string;
  readonly [kept: string]: unknown;
}

type ChatPart = { readonly type: "text"; readonly text: string } | ChatImage;
type ChatContent = string | readonly ChatPart[];
interface ChatImage {
  readonly type: "image_url";
  readonly image_url: { readonly url: string };
}
interface ChatCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
  readonly [kept: string]: unknown;
}

export interface Writing {
  readonly without: ReadonlySet<Concession>;
  readonly images: Images;
  /** Whom what was kept may go back to; see `Kept`. */
  readonly by: string;
  /** A tool's name as the server takes it. */
  readonly nameOf: (tool: string) => string;
  /** Calls and results are told in words: the server takes no tools, or none are offered. */
  readonly inWords: boolean;
}

/**
 * The conversation as a server takes it. User messages in a row become one: the chat templates of several open models insist that roles
 * alternate. It ends with a user's or a tool's message, and no message is without any words or calls.
 */
export function chatMessages(system: string, messages: readonly ModelMessage[], writing: Writing): readonly ChatMessage[] {
  const { without } = writing;
  const told = writing.inWords ? messages.map(inWords) : without.has("parallel_calls") ? oneByOne(messages) : messages;
  const written: ChatMessage[] = [];
  const shown: ChatPart[] = [];
  for (const [index, message] of told.entries()) {
    const own = writtenAs(message, writing);
    const last = written.at(-1);
    if (own?.role === "user" && last?.role === "user") last.content = joined(last.content ?? "", own.content ?? "");
    else if (own) written.push(own);
    // A result is words alone here: what there is to be seen follows the last of them, as if it were posted.
    if (message.role === "tool") shown.push(...seen(message, writing.images));
    if (shown.length > 0 && told[index + 1]?.role !== "tool") written.push({ role: "user", content: shown.splice(0) });
  }
  if (written.at(-1)?.role === "assistant" || written.length === 0) written.push({ role: "user", content: "(Please go on.)" });
  const ordered = without.has("roles") ? taken(written) : written;
  return system.trim() === "" ? ordered : withSystem(system.toWellFormed(), ordered, without.has("system_role"));
}

function seen(message: Extract<ModelMessage, { role: "tool" }>, images: Images): readonly ChatPart[] {
  const beside = seenBeside(message, images);
  if (!beside) return [];
  return [
    { type: "text", text: beside.words },
    ...beside.images.map((image) => ({ type: "image_url" as const, image_url: { url: dataUrl(image) } })),
  ];
}

function writtenAs(message: ModelMessage, writing: Writing): ChatMessage | undefined {
  const content = (message.role === "tool" ? textBeside(message, writing.images) : message.text).toWellFormed();
  switch (message.role) {
    case "user":
      return { role: "user", content: userContent(message, writing.images) };
    case "assistant":
      if (message.toolCalls.length > 0) return withCalls(message, content, writing);
      return content.trim() === "" ? undefined : { role: "assistant", content };
    case "tool":
      return { role: "tool", tool_call_id: idOf(message.call, writing), content: content.trim() === "" ? "(no output)" : content };
  }
}

type OwnMessage = Extract<ModelMessage, { role: "assistant" }>;

function withCalls(message: OwnMessage, content: string, writing: Writing): ChatMessage {
  const { without } = writing;
  const kept = message.kept?.by === writing.by && !without.has("given_back") ? (message.kept.what as KeptChat) : undefined;
  const beside = content.trim() === "" ? wordless(without) : { content };
  const message_ = kept?.message ?? {};
  const reasoned = without.has("reasoning_wanted") && !message_.reasoning_content ? { reasoning_content: NOT_KEPT } : {};
  return {
    role: "assistant",
    ...beside,
    ...message_,
    ...reasoned,
    tool_calls: message.toolCalls.map(({ call, tool, args }, index) => ({
      id: idOf(call, writing),
      type: "function" as const,
      function: { name: writing.nameOf(tool), arguments: JSON.stringify(argsObject(args)) },
      ...(kept?.calls?.[index] ?? (index === 0 && without.has("signature_wanted") ? UNSIGNED : {})),
    })),
  };
}

/** What `Kept.what` holds for this API: fields of the message, and of each of its calls. */
export interface KeptChat {
  readonly message?: { readonly [name: string]: unknown };
  readonly calls?: readonly ({ readonly [name: string]: unknown } | null)[];
}

const NOT_KEPT = "(not kept)";
/** Google's own word for a call whose signature is not known. */
const UNSIGNED = { extra_content: { google: { thought_signature: "skip_thought_signature_validator" } } };

/** Beside calls, where nothing was said: null, as OpenAI itself; nothing at all; or a blank. */
const wordless = (without: ReadonlySet<Concession>): { readonly content?: string | null } =>
  !without.has("content_null") ? { content: null } : without.has("content_gone") ? { content: " " } : {};

const SHORT_ID_CHARS = 9; // Mistral's length.

/** Nine letters and digits where the server takes nothing else; the same ones each time. */
const idOf = (call: string, { without }: Writing): string =>
  without.has("call_ids")
    ? BigInt(`0x${createHash("sha256").update(call).digest("hex")}`)
        .toString(36)
        .slice(0, SHORT_ID_CHARS)
    : call;

/** Calls of one reply as if each had been made after the result of the one before. */
function oneByOne(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return messages.flatMap((message, at) => {
    if (message.role !== "assistant" || message.toolCalls.length < 2) return isResultOfMany(messages, at) ? [] : [message];
    const results = resultsBehind(messages, at);
    return message.toolCalls.flatMap((call, index): ModelMessage[] => {
      const result = results.find((one) => one.call === call.call);
      const { kept: whole, ...rest } = message;
      // What came with a call stays with it; what came with them all is wanted with each.
      const kept = whole && { kept: { ...whole, what: { ...whole.what, calls: [(whole.what as KeptChat).calls?.[index] ?? null] } } };
      const own = { ...rest, text: index === 0 ? message.text : "", toolCalls: [call], ...kept };
      return [own, ...(result ? [result] : [])];
    });
  });
}

type Result = Extract<ModelMessage, { role: "tool" }>;

function resultsBehind(messages: readonly ModelMessage[], at: number): Result[] {
  const results: Result[] = [];
  for (let next = messages[at + 1], index = at + 1; next?.role === "tool"; next = messages[++index]) results.push(next);
  return results;
}

function isResultOfMany(messages: readonly ModelMessage[], at: number): boolean {
  let before = at;
  while (before >= 0 && messages[before]?.role === "tool") before--;
  const caller = messages[before];
  return before < at && caller?.role === "assistant" && caller.toolCalls.length > 1;
}

/** Strictly in turn: a user first, no two of the same in a row, and the model has the word between results and people. */
function taken(messages: readonly ChatMessage[]): ChatMessage[] {
  const ordered: ChatMessage[] = [];
  for (const message of messages) {
    const last = ordered.at(-1);
    if (!last && message.role !== "user") ordered.push({ role: "user", content: "(The conversation begins.)" });
    if (last?.role === "tool" && message.role === "user") ordered.push({ role: "assistant", content: "(I have read the results.)" });
    if (last?.role === "assistant" && message.role === "assistant") {
      if (last.tool_calls) ordered.push({ role: "user", content: "(Please go on.)" });
      else {
        ordered.pop();
        ordered.push({ ...message, content: joined(last.content ?? "", message.content ?? "") });
        continue;
      }
    }
    ordered.push(message);
  }
  return ordered;
}

function withSystem(system: string, messages: readonly ChatMessage[], asUser: boolean): readonly ChatMessage[] {
  if (!asUser) return [{ role: "system", content: system }, ...messages];
  const [first, ...others] = messages;
  return first?.role === "user"
    ? [{ ...first, content: joined(system, first.content ?? "") }, ...others]
    : [{ role: "user", content: system }, ...messages];
}

function userContent(message: Extract<ModelMessage, { role: "user" }>, images: Images): ChatContent {
  const text = textBeside(message, images).toWellFormed();
  const words = text.trim() === "" ? "(An empty message.)" : text;
  const shown = imagesOf(message, images).map((image) => ({ type: "image_url" as const, image_url: { url: dataUrl(image) } }));
  return shown.length === 0 ? words : [...shown, { type: "text", text: words }];
}

function joined(before: ChatContent, now: ChatContent): ChatContent {
  if (typeof before === "string" && typeof now === "string") return [before, now].filter((text) => text.trim() !== "").join("\n\n");
  const parts = (content: ChatContent) => (typeof content === "string" ? [{ type: "text" as const, text: content }] : content);
  return [...parts(before), ...parts(now)];
}
