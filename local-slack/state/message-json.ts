import { createHash } from "node:crypto";
import { eventFileJson, fileJson } from "./file-json.ts";
import type { Local } from "./local.ts";
import { isJson } from "../blocks/block-ids.ts";
import { richText } from "../blocks/mrkdwn.ts";
import { APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID } from "./seed.ts";
import { threadMessages, type Channel, type Json, type Message, type OtherApp, type Persona, type User } from "./state.ts";

/** A message as the Web API and the events give it. Metadata only where it was asked for; reply counts only where Slack counts them. */
export function messageJson(
  local: Local,
  message: Message,
  wanted: { readonly metadata?: boolean; readonly replyCounts?: boolean; /** As an event tells it. */ readonly isEvent?: boolean } = {},
): Json {
  const channel = local.state.channels.get(message.channel);
  return {
    type: "message",
    ...authorJson(local, message),
    ...subtypeJson(local, message),
    text: message.text,
    ts: message.ts,
    ...(isTyped(message) ? { client_msg_id: clientMsgId(message) } : {}),
    ...blocksJson(message),
    ...(message.attachments ? { attachments: message.attachments.map((one) => attachmentJson(local, one, wanted.isEvent ?? false)) } : {}),
    ...(message.files.length > 0
      ? {
          files: message.files.map((file) => (wanted.isEvent ? eventFileJson(local, file) : fileJson(local, file))),
          upload: false,
          display_as_bot: false,
        }
      : {}),
    ...(message.stream && message.stream.state !== "stopped" ? { streaming_state: message.stream.state } : {}),
    ...message.notice?.fields,
    ...(channel ? threadJson(channel, message, wanted.replyCounts ?? false) : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(wanted.metadata && message.metadata ? { metadata: message.metadata } : {}),
    ...(message.reactions.length > 0
      ? { reactions: message.reactions.map((reaction) => ({ name: reaction.name, users: reaction.users, count: reaction.users.length })) }
      : {}),
  };
}

/** Whether a person has typed it in a client of Slack's own. */
const isTyped = ({ user, isTombstone, app, notice }: Message): boolean => user !== BOT_USER_ID && !isTombstone && !app && !notice;

function authorJson(local: Local, message: Message): Json {
  if (message.isTombstone) return { user: "USLACKBOT", hidden: true };
  if (message.app) return appAuthorJson(local, message, message.app);
  if (message.user !== BOT_USER_ID) {
    const author = local.state.users.get(message.user);
    if (author?.isHidden) return { user: message.user };
    return { user: message.user, team: author?.teamId ?? local.teamId, ...foreignJson(local, author) };
  }
  const app = { bot_id: BOT_ID, app_id: APP_ID, team: local.teamId };
  if (message.persona) return { ...app, ...personaJson(message.persona) };
  return { user: BOT_USER_ID, ...app, bot_profile: botProfile(local, { name: BOT_NAME, appId: APP_ID, botId: BOT_ID }) };
}

/** Of somebody at home in another workspace, who is known by what is said beside their words. */
function foreignJson(local: Local, author: User | undefined): Json {
  if (!author || author.teamId === local.teamId) return {};
  const { teamId: team, name, realName, isRestricted, isUltraRestricted } = author;
  return {
    user_team: team,
    source_team: team,
    user_profile: {
      avatar_hash: "g0000000000",
      image_72: "https://secure.gravatar.com/avatar/0.png",
      first_name: realName.split(" ")[0] ?? "",
      real_name: realName,
      display_name: name,
      team,
      name: name.toLowerCase(),
      is_restricted: isRestricted ?? isUltraRestricted ?? false,
      is_ultra_restricted: isUltraRestricted ?? false,
    },
  };
}

/** Webhooks post without a user; with an app's own bot user, or with a person's token, there is one, and a profile of the app. */
function appAuthorJson(local: Local, message: Message, app: NonNullable<Message["app"]>): Json {
  const shared = { bot_id: app.botId, app_id: app.appId };
  if (app.as === "webhook") return { ...shared, username: message.persona?.name ?? app.name, ...iconsJson(message.persona) };
  return { user: message.user, ...shared, team: local.teamId, bot_profile: botProfile(local, app) };
}

const botProfile = ({ teamId }: Local, { name, appId, botId }: OtherApp): Json => ({
  id: botId,
  app_id: appId,
  name,
  deleted: false,
  updated: 1_700_000_000,
  team_id: teamId,
  icons: {
    image_36: "https://a.slack-edge.com/80588/img/plugins/app/bot_36.png",
    image_48: "https://a.slack-edge.com/80588/img/plugins/app/bot_48.png",
    image_72: "https://a.slack-edge.com/80588/img/plugins/app/service_72.png",
  },
});

function personaJson(persona: Persona): Json {
  return { ...(persona.name === undefined ? {} : { username: persona.name }), ...iconsJson(persona) };
}

function iconsJson(persona: Persona | undefined): Json {
  if (persona?.iconEmoji) return { icons: { emoji: persona.iconEmoji } };
  const { iconUrl: url } = persona ?? {};
  return url ? { icons: { image_36: url, image_48: url, image_72: url } } : {};
}

function subtypeJson(local: Local, message: Message): Json {
  if (message.isTombstone) return { subtype: "tombstone" };
  if (message.notice) return { subtype: message.notice.subtype };
  if (message.app?.as === "webhook") return { subtype: "bot_message" };
  if (message.isBroadcast) return { subtype: "thread_broadcast" };
  if (message.files.length > 0) return { subtype: "file_share" };
  if (message.persona && local.state.switches.personaEcho === "bot_message") return { subtype: "bot_message" };
  return {};
}

/** What a person types arrives as rich text beside the plain text. */
function blocksJson(message: Message): Json {
  if (message.blocks) return { blocks: message.blocks };
  if (!isTyped(message) || message.text === "") return {};
  return { blocks: [richText(message.text)] };
}

/** The files of a forwarded message are told like those of any other. */
function attachmentJson(local: Local, attachment: Json, isEvent: boolean): Json {
  const { files } = attachment;
  if (attachment["is_share"] !== true || !Array.isArray(files)) return attachment;
  const shared = files.flatMap((named: unknown) => {
    const file = isJson(named) ? local.state.files.get(String(named["id"])) : undefined;
    return file ? [isEvent ? eventFileJson(local, file) : fileJson(local, file)] : isJson(named) ? [named] : [];
  });
  return { ...attachment, files: shared };
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

/** The local page opens a thread at `#CHANNEL/ROOT`. */
export const permalinkOf = ({ baseUrl }: Local, { channel, ts, threadTs }: Message): string => `${baseUrl}/#${channel}/${threadTs ?? ts}`;

/** The same for every reading of a message, as Slack's is. */
function clientMsgId(message: Message): string {
  const hash = createHash("sha256").update(`${message.channel}/${message.ts}`).digest("hex");
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
