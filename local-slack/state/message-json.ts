import { createHash } from "node:crypto";
import { fileJson } from "./file-json.ts";
import type { Local } from "./local.ts";
import { richText } from "../blocks/mrkdwn.ts";
import { APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID } from "./seed.ts";
import { threadMessages, type Channel, type Json, type Message, type Persona } from "./state.ts";

/** A message as the Web API and the events give it. Metadata only where it was asked for; reply counts only where Slack counts them. */
export function messageJson(
  local: Local,
  message: Message,
  wanted: { readonly metadata?: boolean; readonly replyCounts?: boolean } = {},
): Json {
  const channel = local.state.channels.get(message.channel);
  return {
    type: "message",
    ...authorJson(local, message),
    ...subtypeJson(local, message),
    text: message.text,
    ts: message.ts,
    ...(message.user === BOT_USER_ID || message.isTombstone ? {} : { client_msg_id: clientMsgId(message) }),
    ...blocksJson(message),
    ...(message.attachments ? { attachments: message.attachments } : {}),
    ...(message.files.length > 0 ? { files: message.files.map((file) => fileJson(local, file)), upload: false } : {}),
    ...(channel ? threadJson(channel, message, wanted.replyCounts ?? false) : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(wanted.metadata && message.metadata ? { metadata: message.metadata } : {}),
    ...(message.reactions.length > 0
      ? { reactions: message.reactions.map((reaction) => ({ name: reaction.name, users: reaction.users, count: reaction.users.length })) }
      : {}),
  };
}

function authorJson(local: Local, message: Message): Json {
  if (message.isTombstone) return { user: "USLACKBOT", hidden: true };
  if (message.user !== BOT_USER_ID) {
    const author = local.state.users.get(message.user);
    if (author?.isHidden) return { user: message.user };
    const teamId = author?.teamId ?? local.teamId;
    return { user: message.user, team: teamId, ...(teamId === local.teamId ? {} : { user_team: teamId, source_team: teamId }) };
  }
  const app = { bot_id: BOT_ID, app_id: APP_ID, team: local.teamId };
  if (message.persona) return { ...app, ...personaJson(message.persona) };
  return {
    user: BOT_USER_ID,
    ...app,
    bot_profile: { id: BOT_ID, app_id: APP_ID, name: BOT_NAME, deleted: false, updated: 0, team_id: local.teamId, icons: {} },
  };
}

function personaJson(persona: Persona): Json {
  const icons = persona.iconEmoji
    ? { emoji: persona.iconEmoji }
    : persona.iconUrl
      ? { image_36: persona.iconUrl, image_48: persona.iconUrl, image_72: persona.iconUrl }
      : undefined;
  return { ...(persona.name === undefined ? {} : { username: persona.name }), ...(icons ? { icons } : {}) };
}

function subtypeJson(local: Local, message: Message): Json {
  if (message.isTombstone) return { subtype: "tombstone" };
  if (message.isBroadcast) return { subtype: "thread_broadcast" };
  if (message.files.length > 0) return { subtype: "file_share" };
  if (message.persona && local.state.switches.personaEcho === "bot_message") return { subtype: "bot_message" };
  return {};
}

/** What a person types arrives as rich text beside the plain text. */
function blocksJson(message: Message): Json {
  if (message.blocks) return { blocks: message.blocks };
  if (message.user === BOT_USER_ID || message.text === "" || message.isTombstone) return {};
  return { blocks: [richText(message.text)] };
}

function threadJson(channel: Channel, message: Message, replyCounts: boolean): Json {
  if (message.threadTs !== undefined) {
    const root = channel.messages.get(message.threadTs);
    return { thread_ts: message.threadTs, ...(root ? { parent_user_id: root.isTombstone ? "USLACKBOT" : root.user } : {}) };
  }
  if (!replyCounts) return {};
  const replies = threadMessages(channel, message.ts).slice(1);
  const last = replies.at(-1);
  if (!last) return {};
  const users = [...new Set(replies.map((reply) => reply.user))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    reply_users: users.slice(0, 5),
    latest_reply: last.ts,
    is_locked: false,
    subscribed: true,
  };
}

/** The same for every reading of a message, as Slack's is. */
function clientMsgId(message: Message): string {
  const hash = createHash("sha256").update(`${message.channel}/${message.ts}`).digest("hex");
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
