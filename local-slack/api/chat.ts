import { flagArg, listArg, textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { checkMessageBlocks } from "../blocks/blocks.ts";
import { isJson } from "../blocks/block-ids.ts";
import {
  ATTACHMENTS_MAX,
  MARKDOWN_CHARS_MAX,
  METADATA_BYTES_MAX,
  POST_TEXT_CHARS_MAX,
  TIER,
  UPDATE_TEXT_CHARS_MAX,
} from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { checkThread, findChannel, findDestination, findMessage, membership } from "./lookups.ts";
import { messageJson, permalinkOf } from "../state/message-json.ts";
import { deleteMessage, postMessage, updateMessage } from "../state/messages.ts";
import { personaArg, personaScopes } from "./personas.ts";
import { BOT_USER_ID } from "../state/seed.ts";
import type { Json, Message } from "../state/state.ts";
import type { Method } from "./method.ts";

const write = (_: Local, args: Args): readonly string[] => ["chat:write", ...personaScopes(args)];

export const chatMethods: { readonly [name: string]: Method } = {
  "chat.postMessage": { perMinute: TIER.special, scopes: write, run: post },
  "chat.postEphemeral": { perMinute: TIER.four, scopes: write, run: postEphemeral },
  "chat.update": { perMinute: TIER.three, scopes: () => ["chat:write"], run: update },
  "chat.delete": { perMinute: TIER.three, scopes: () => ["chat:write"], run: remove },
  "chat.getPermalink": { perMinute: TIER.special, scopes: () => [], run: getPermalink },
};

function post(local: Local, args: Args): Json | Refusal {
  const channel = findDestination(local, textArg(args, "channel"));
  if (isRefusal(channel)) return channel;
  const threadTs = textArg(args, "thread_ts");
  const persona = personaArg(args);
  const content = contentArg(args);
  const metadata = metadataArg(args);
  const refused = checkThread(channel, threadTs) ?? [persona, content, metadata].find(isRefusal);
  if (refused || isRefusal(persona) || isRefusal(content) || isRefusal(metadata)) return refused ?? refuse("invalid_arguments");
  const isBroadcast = threadTs !== "" && flagArg(args, "reply_broadcast");
  const message = postMessage(local, channel, {
    user: BOT_USER_ID,
    ...content,
    text: content.text.slice(0, POST_TEXT_CHARS_MAX),
    ...(threadTs === "" ? {} : { threadTs }),
    // A broadcast reply is reported to lose its icon and name.
    ...(persona && !isBroadcast ? { persona } : {}),
    ...(metadata ? { metadata } : {}),
    isBroadcast,
  });
  if (!message) return refuse("message_limit_exceeded");
  const truncated = content.text.length > POST_TEXT_CHARS_MAX;
  return {
    channel: channel.id,
    ts: message.ts,
    message: messageJson(local, message),
    ...(truncated ? { warning: "message_truncated", response_metadata: { warnings: ["message_truncated"] } } : {}),
  };
}

function postEphemeral(local: Local, args: Args): Json | Refusal {
  const channel = findDestination(local, textArg(args, "channel"));
  if (isRefusal(channel)) return channel;
  const user = textArg(args, "user");
  if (!channel.members.has(user)) return refuse("user_not_in_channel");
  const threadTs = textArg(args, "thread_ts");
  const persona = personaArg(args);
  const content = contentArg(args);
  const refused = checkThread(channel, threadTs) ?? [persona, content].find(isRefusal);
  if (refused || isRefusal(persona) || isRefusal(content)) return refused ?? refuse("invalid_arguments");
  const message = postMessage(local, channel, {
    user: BOT_USER_ID,
    ...content,
    ...(threadTs === "" ? {} : { threadTs }),
    ...(persona ? { persona } : {}),
    ephemeralTo: user,
  });
  return message ? { message_ts: message.ts } : refuse("message_limit_exceeded");
}

/** Takes no persona; whether the message keeps the one it has is a switch, as reports differ. */
function update(local: Local, args: Args): Json | Refusal {
  const found = findOwn(local, args, "cant_update_message");
  if (isRefusal(found)) return found;
  if (found.message.stream?.state === "in_progress") return refuse("streaming_state_conflict");
  if (textArg(args, "text").length > UPDATE_TEXT_CHARS_MAX) return refuse("msg_too_long");
  const content = contentArg(args);
  const metadata = metadataArg(args);
  if (isRefusal(content)) return content;
  if (isRefusal(metadata)) return metadata;
  const { text, ...rest } = content;
  const after = updateMessage(local, found.channel, found.message, {
    ...rest,
    ...(args["text"] === undefined && args["markdown_text"] === undefined ? {} : { text }),
    ...(metadata ? { metadata } : {}),
    dropPersona: local.state.switches.personaOnUpdate === "revert",
  });
  return { channel: found.channel.id, ts: after.ts, text: after.text, message: messageJson(local, after) };
}

function remove(local: Local, args: Args): Json | Refusal {
  const found = findOwn(local, args, "cant_delete_message");
  if (isRefusal(found)) return found;
  deleteMessage(local, found.channel, found.message);
  return { channel: found.channel.id, ts: found.message.ts };
}

function getPermalink(local: Local, args: Args): Json | Refusal {
  const channel = findChannel(local, textArg(args, "channel"));
  if (isRefusal(channel)) return channel;
  const message = findMessage(channel, textArg(args, "message_ts"));
  if (isRefusal(message)) return message;
  return { channel: channel.id, permalink: permalinkOf(local, message) };
}

function findOwn(
  local: Local,
  args: Args,
  notOwn: string,
): { readonly channel: Exclude<ReturnType<typeof findChannel>, Refusal>; readonly message: Message } | Refusal {
  const known = findChannel(local, textArg(args, "channel"));
  const channel = isRefusal(known) ? known : membership(known);
  if (isRefusal(channel)) return channel;
  const message = findMessage(channel, textArg(args, "ts"));
  if (isRefusal(message)) return message;
  return message.user === BOT_USER_ID && !message.app ? { channel, message } : refuse(notOwn);
}

/** Text, blocks and attachments of a post or an update; at least one must say something. */
export function contentArg(args: Args): Pick<Message, "text" | "blocks" | "attachments"> | Refusal {
  const text = textArg(args, "text");
  const markdown = textArg(args, "markdown_text");
  const given = args["blocks"];
  if (given !== undefined && !Array.isArray(given)) return refuse("invalid_blocks_format");
  const blocks = listArg(args, "blocks");
  const attachments = listArg(args, "attachments");
  if (markdown !== "") {
    if (text !== "" || (blocks && blocks.length > 0)) return refuse("markdown_text_conflict");
    if (markdown.length > MARKDOWN_CHARS_MAX) return refuse("msg_too_long");
    return { text: markdown, blocks: [{ type: "markdown", text: markdown }] };
  }
  if (text.trim() === "" && (blocks ?? []).length === 0 && (attachments ?? []).length === 0) return refuse("no_text");
  if ((attachments ?? []).length > ATTACHMENTS_MAX) return refuse("too_many_attachments");
  const refused = given && checkMessageBlocks(given);
  if (refused) return refused;
  return { text, ...(blocks ? { blocks } : {}), ...(attachments ? { attachments } : {}) };
}

/** Flat values, or one level of objects below. */
export function metadataArg(args: Args): Message["metadata"] | Refusal {
  const metadata = args["metadata"];
  if (metadata === undefined) return undefined;
  if (!isJson(metadata) || typeof metadata["event_type"] !== "string" || !isJson(metadata["event_payload"]))
    return refuse("invalid_metadata_format");
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES_MAX) return refuse("metadata_too_large");
  const nested = Object.values(metadata["event_payload"])
    .filter(isJson)
    .flatMap((value) => Object.values(value));
  if (nested.some((value) => typeof value === "object" && value !== null)) return refuse("invalid_metadata_schema");
  return { event_type: metadata["event_type"], event_payload: metadata["event_payload"] };
}
