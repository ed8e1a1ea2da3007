import { checkMessageBlocks } from "../blocks/blocks.ts";
import { MARKDOWN_CHARS_MAX, TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { messageJson } from "../state/message-json.ts";
import { BOT_USER_ID } from "../state/seed.ts";
import type { Channel, Json, Message, Stream } from "../state/state.ts";
import { keyOf } from "../state/statuses.ts";
import { endStream, growStream, startStream } from "../state/streams.ts";
import { setSession } from "./agents.ts";
import { listArg, textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { metadataArg } from "./chat.ts";
import { checkThread, findChannel, findMessage, membership } from "./lookups.ts";
import type { Method } from "./method.ts";
import { personaArg, personaScopes } from "./personas.ts";

const write = (): readonly string[] => ["chat:write"];

export const streamMethods: { readonly [name: string]: Method } = {
  "chat.startStream": { perMinute: TIER.two, scopes: (_, args) => ["chat:write", ...personaScopes(args)], run: start },
  "chat.appendStream": { perMinute: TIER.four, scopes: write, run: append },
  "chat.stopStream": { perMinute: TIER.two, scopes: write, run: stop },
};

/** In a channel Slack asks for whom it is; in a direct message that is the person at its other end. */
function start(local: Local, args: Args): Json | Refusal {
  const known = findChannel(local, textArg(args, "channel"));
  const channel = isRefusal(known) ? known : membership(known);
  if (isRefusal(channel)) return channel;
  const threadTs = textArg(args, "thread_ts");
  if (threadTs === "" && channel.kind === "im") return refuse("invalid_thread_ts");
  const recipient = recipientOf(local, channel, args);
  const persona = personaArg(args);
  const stream = grown({ state: "in_progress", recipient: "", markdown: "", parts: [] }, args, { mayBeEmpty: true });
  const refused = checkThread(channel, threadTs) ?? [recipient, persona, stream].find(isRefusal);
  if (refused || isRefusal(recipient) || isRefusal(persona) || isRefusal(stream)) return refused ?? refuse("invalid_arguments");
  const message = startStream(local, channel, {
    user: BOT_USER_ID,
    text: "",
    ...(threadTs === "" ? {} : { threadTs }),
    ...(persona ? { persona } : {}),
    stream: { ...stream, recipient },
  });
  return message ? { channel: channel.id, ts: message.ts } : refuse("message_limit_exceeded");
}

function recipientOf(local: Local, channel: Channel, args: Args): string | Refusal {
  if (channel.person !== undefined) return channel.person;
  const user = textArg(args, "recipient_user_id");
  if (user === "") return refuse("missing_recipient_user_id");
  if (textArg(args, "recipient_team_id") === "") return refuse("missing_recipient_team_id");
  return local.state.users.has(user) ? user : refuse("user_not_found");
}

function append(local: Local, args: Args): Json | Refusal {
  const found = findStream(local, args);
  if (isRefusal(found)) return found;
  const stream = grown(found.stream, args, { mayBeEmpty: false });
  if (isRefusal(stream)) return stream;
  growStream(local, found.channel, found.message, stream);
  return { channel: found.channel.id, ts: found.message.ts };
}

function stop(local: Local, args: Args): Json | Refusal {
  const found = findStream(local, args);
  if (isRefusal(found)) return found;
  const { channel, message } = found;
  const stream = grown(found.stream, args, { mayBeEmpty: true });
  const metadata = metadataArg(args);
  const blocks = listArg(args, "blocks");
  if (isRefusal(stream)) return stream;
  if (isRefusal(metadata)) return metadata;
  const last = growStream(local, channel, message, stream);
  const refused = checkMessageBlocks([...(last.blocks ?? []), ...(blocks ?? [])]);
  if (refused) return refused;
  const ended = endStream(local, channel, last, {
    state: "completed",
    ...(blocks ? { blocks } : {}),
    ...(metadata ? { metadata } : {}),
  });
  setSession(local, keyOf(channel.id, message.threadTs ?? message.ts), textArg(args, "session_status") || "active");
  return { channel: channel.id, ts: message.ts, message: messageJson(local, ended) };
}

function findStream(local: Local, args: Args): { readonly channel: Channel; readonly message: Message; readonly stream: Stream } | Refusal {
  const known = findChannel(local, textArg(args, "channel"));
  const channel = isRefusal(known) ? known : membership(known);
  if (isRefusal(channel)) return channel;
  const message = findMessage(channel, textArg(args, "ts"));
  if (isRefusal(message)) return message;
  if (message.user !== BOT_USER_ID) return refuse("message_not_owned_by_app");
  if (message.stream?.state === "stopped") return refuse("stopped_by_user");
  if (message.stream?.state !== "in_progress") return refuse("message_not_in_streaming_state");
  return { channel, message, stream: message.stream };
}

/** A stream with what one call adds: words, or chunks of words, tasks, titles and blocks. */
function grown(before: Stream, args: Args, { mayBeEmpty }: { readonly mayBeEmpty: boolean }): Stream | Refusal {
  const given = args["chunks"];
  const chunks = listArg(args, "chunks") ?? [];
  if (given !== undefined && (!Array.isArray(given) || chunks.length !== given.length || !chunks.every(isChunk)))
    return refuse("invalid_chunks");
  const words = textArg(args, "markdown_text");
  if (words === "" && chunks.length === 0) return mayBeEmpty ? before : refuse("no_text");
  if (words.length > MARKDOWN_CHARS_MAX) return refuse("msg_too_long");
  const said = chunks.flatMap((chunk) => (chunk["type"] === "markdown_text" ? [String(chunk["text"])] : [])).join("");
  const markdown = before.markdown + words + said;
  // What a message may hold, a message that has grown may hold.
  if (markdown.length > MARKDOWN_CHARS_MAX) return refuse("msg_blocks_too_long");
  const refused = chunks.flatMap(({ blocks }) => (Array.isArray(blocks) ? [checkMessageBlocks(blocks)] : [])).find(isRefusal);
  return refused ?? { ...before, markdown, parts: [...before.parts, ...chunks.filter((chunk) => chunk["type"] !== "markdown_text")] };
}

const TASK_STATUSES: readonly unknown[] = ["pending", "in_progress", "complete", "error"];

function isChunk(chunk: Json): boolean {
  switch (chunk["type"]) {
    case "markdown_text":
      return typeof chunk["text"] === "string";
    case "plan_update":
      return typeof chunk["title"] === "string";
    case "task_update":
      return typeof chunk["id"] === "string" && typeof chunk["title"] === "string" && TASK_STATUSES.includes(chunk["status"]);
    case "blocks":
      return Array.isArray(chunk["blocks"]);
    default:
      return false;
  }
}
