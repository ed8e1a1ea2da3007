import { createHash } from "node:crypto";
import { isRefusal, refuse, type Refusal } from "./refusal.ts";
import { typedText } from "./blocks/mrkdwn.ts";
import type { AppAuthor, ContentControl } from "./contract-content.ts";
import { findJoined, findMessageAnywhere, isRoot, say, storePosted } from "./people.ts";
import type { Local } from "./state/local.ts";
import { permalinkOf } from "./state/message-json.ts";
import { postMessage, postNotice, updateMessage } from "./state/messages.ts";
import type { Channel, Json, Message, OtherApp } from "./state/state.ts";

/** Forwards, tables, previews, other apps and what channels say of themselves; each a refusal where Slack would not let them. */
export function forward(local: Local, given: Parameters<ContentControl["forward"]>[0]): Message | Refusal {
  const found = findMessageAnywhere(local, given.from.channel, given.from.ts);
  if (isRefusal(found)) return found;
  if (!found.channel.members.has(given.user)) return refuse("not_in_channel");
  const { user, channel, comment: text = "" } = given;
  return say(local, { user, channel, text, ...thread(given), attachments: [shareOf(local, found)], keepReferences: true });
}

/** A message as it stands in another one. What it held itself is not shared along, but its files are. */
function shareOf(local: Local, { channel, message }: { readonly channel: Channel; readonly message: Message }): Json {
  const author = local.state.users.get(message.user);
  const name = message.persona?.name ?? message.app?.name ?? author?.name ?? message.user;
  const link = permalinkOf(local, message);
  const said = new Date(Number(message.ts) * 1_000).toLocaleString("en-US", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return {
    ...shownAs("share"),
    ts: message.ts,
    ...(message.threadTs === undefined ? {} : { is_reply_unfurl: true, thread_ts: message.threadTs }),
    channel_id: channel.id,
    ...(channel.kind === "im" ? {} : { channel_name: channel.name }),
    channel_team: local.teamId,
    is_msg_unfurl: true,
    is_share: true,
    message_blocks: [{ team: local.teamId, channel: channel.id, ts: message.ts, message: { blocks: message.blocks ?? [] } }],
    ...(message.files.length > 0 ? { files: message.files.map((file) => ({ id: file.id })) } : {}),
    author_id: message.user,
    author_name: name,
    author_subname: name,
    author_link: `${local.baseUrl}/team/${message.user}`,
    from_url: link,
    original_url: link,
    fallback: `[${said}] ${name.toLowerCase()}: ${message.text}`,
    text: message.text,
    mrkdwn_in: ["text"],
    footer: channel.kind === "im" ? "Direct message" : channel.isGroupDm ? "Group message" : `Posted in #${channel.name}`,
  };
}

export function pasteTable(local: Local, given: Parameters<ContentControl["pasteTable"]>[0]): Message | Refusal {
  const rows = given.rows.map((cells) => cells.map((text) => ({ type: "raw_text", text: text === "" ? " " : text })));
  const attachments = [{ ...shownAs("table"), fallback: "[no preview available]", blocks: [{ type: "table", block_id: "table", rows }] }];
  const { user, channel, text = "" } = given;
  return say(local, { user, channel, text, ...thread(given), attachments, keepReferences: true });
}

export function preview(local: Local, { channel, ts, link }: Parameters<ContentControl["preview"]>[0]): Message | Refusal {
  const found = findMessageAnywhere(local, channel, ts);
  if (isRefusal(found)) return found;
  const attachment = {
    ...shownAs("preview"),
    from_url: link.url,
    original_url: link.url,
    ...(link.service === undefined ? {} : { service_name: link.service }),
    fallback: link.title,
    title: link.title,
    title_link: link.url,
    text: link.text,
  };
  // Slack does not count it as an edit of the person's.
  return updateMessage(local, found.channel, found.message, {
    attachments: [...(found.message.attachments ?? []), attachment],
    isHidden: true,
  });
}

export function postAsApp(local: Local, given: Parameters<ContentControl["postAsApp"]>[0]): Message | Refusal {
  const channel = local.state.channels.get(given.channel);
  if (!channel) return refuse("channel_not_found");
  if (given.threadTs !== undefined && !isRoot(channel, given.threadTs)) return refuse("thread_not_found");
  const app = appOf(given.app);
  const user = given.as === "person" ? (given.user ?? "") : given.as === "bot" ? botUserOf(local, app) : "";
  if (given.as === "person") {
    const joined = findJoined(local, given.channel, user);
    if (isRefusal(joined)) return joined;
  } else if (user !== "") channel.members.add(user);
  const files = storePosted(local, user, given.files ?? [], { isStub: false });
  if (isRefusal(files)) return files;
  const message = postMessage(local, channel, {
    user,
    text: typedText(local.state, given.text ?? "", { keepReferences: true }),
    app: { ...app, as: given.as },
    ...thread(given),
    ...(given.blocks ? { blocks: given.blocks } : {}),
    ...(given.attachments ? { attachments: given.attachments.map((one, index) => ({ id: index + 1, ...one })) } : {}),
    ...(given.metadata ? { metadata: given.metadata } : {}),
    files,
  });
  return message ?? refuse("message_limit_exceeded");
}

function appOf({ name, appId, botId }: AppAuthor): OtherApp {
  const tail = createHash("sha256").update(name).digest("hex").slice(0, 8).toUpperCase();
  return { name, appId: appId ?? `A0${tail}`, botId: botId ?? `B0${tail}` };
}

/** A bot is a user too, known to users.info. */
function botUserOf(local: Local, app: OtherApp): string {
  const id = app.botId.replace(/^B/, "U");
  if (!local.state.users.has(id))
    local.state.users.set(id, { id, name: app.name, realName: app.name, isBot: true, teamId: local.teamId, app });
  return id;
}

export function describe(local: Local, given: Parameters<ContentControl["describe"]>[0]): Refusal | undefined {
  const { user, topic, purpose, name } = given;
  const channel = findJoined(local, given.channel, user);
  if (isRefusal(channel)) return channel;
  const prefix = channel.kind === "private" ? "group" : "channel";
  if (topic !== undefined) {
    channel.topic = topic;
    postNotice(local, channel, { user, subtype: `${prefix}_topic`, text: `set the channel topic: ${topic}`, fields: { topic } });
  }
  if (purpose !== undefined) {
    channel.purpose = purpose;
    postNotice(local, channel, {
      user,
      subtype: `${prefix}_purpose`,
      text: `set the channel description: ${purpose}`,
      fields: { purpose },
    });
  }
  if (name !== undefined) {
    const renamed = { ...channel, name };
    local.state.channels.set(channel.id, renamed);
    const text = `has renamed the channel from "${channel.name}" to "${name}"`;
    postNotice(local, renamed, { user, subtype: `${prefix}_name`, text, fields: { name, old_name: channel.name } });
    local.changes.show({ type: "reload" }, "everyone");
  }
  return undefined;
}

/** Every attachment has a number in its message, and a colour when somebody else's words are in it. */
function shownAs(kind: "share" | "table" | "preview"): Json {
  return { id: 1, ...(kind === "table" ? {} : { color: "D0D0D0" }) };
}

const thread = ({ threadTs }: { readonly threadTs?: string }): { readonly threadTs?: string } =>
  threadTs === undefined ? {} : { threadTs };
