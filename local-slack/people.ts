import { randomBytes } from "node:crypto";
import { isRefusal, refuse, type Refusal } from "./api/args.ts";
import { sendEvent } from "./socket/events.ts";
import { mimetypeOf } from "./state/file-json.ts";
import { FILES_BYTES_MAX, FILE_BYTES_MAX, PEOPLE_TEXT_CHARS_MAX } from "./state/limits.ts";
import type { Local } from "./state/local.ts";
import { deleteMessage, postMessage, react, updateMessage } from "./state/messages.ts";
import { typedText } from "./blocks/mrkdwn.ts";
import { nextId, nextTs, type Channel, type Message, type StoredFile } from "./state/state.ts";
import { keyOf } from "./state/statuses.ts";
import { viewJson } from "./blocks/views.ts";

/** What people do in the workspace, apart from using the app's buttons. Each returns a refusal where Slack's composer would not let them. */
export function say(
  local: Local,
  said: {
    readonly user: string;
    readonly channel: string;
    readonly text: string;
    readonly threadTs?: string;
    readonly files?: readonly { readonly name: string; readonly content: Uint8Array }[];
    readonly keepReferences: boolean;
  },
): Message | Refusal {
  const channel = findJoined(local, said.channel, said.user);
  if (isRefusal(channel)) return channel;
  const files = said.files ?? [];
  if (said.text.trim() === "" && files.length === 0) return refuse("no_text");
  if (said.text.length > PEOPLE_TEXT_CHARS_MAX) return refuse("msg_too_long");
  if (said.threadTs !== undefined && !isRoot(channel, said.threadTs)) return refuse("thread_not_found");
  const stored = files.map((file) => storeFile(local, { user: said.user, name: file.name, content: Buffer.from(file.content) }));
  const refused = stored.find(isRefusal);
  if (refused) return refused;
  const message = postMessage(local, channel, {
    user: said.user,
    text: typedText(local.state, said.text, said),
    ...(said.threadTs === undefined ? {} : { threadTs: said.threadTs }),
    files: stored.filter((file): file is StoredFile => !isRefusal(file)),
  });
  return message ?? refuse("message_limit_exceeded");
}

export function editMessage(
  local: Local,
  edit: { readonly channel: string; readonly ts: string; readonly text: string },
): Message | Refusal {
  const found = findMessageAnywhere(local, edit.channel, edit.ts);
  if (isRefusal(found)) return found;
  return updateMessage(local, found.channel, found.message, { text: typedText(local.state, edit.text, { keepReferences: true }) });
}

export function removeMessage(local: Local, removed: { readonly channel: string; readonly ts: string }): Refusal | undefined {
  const found = findMessageAnywhere(local, removed.channel, removed.ts);
  if (isRefusal(found)) return found;
  deleteMessage(local, found.channel, found.message);
  return undefined;
}

export function reactTo(
  local: Local,
  reaction: { readonly user: string; readonly channel: string; readonly ts: string; readonly name: string },
): Refusal | undefined {
  const found = findMessageAnywhere(local, reaction.channel, reaction.ts);
  if (isRefusal(found)) return found;
  react(local, found.channel, { message: found.message, user: reaction.user, name: reaction.name, added: true });
  return undefined;
}

/** A person looks at the app: its Home tab, or the DM with it. */
export function openApp(
  local: Local,
  opened: { readonly user: string; readonly channel: string; readonly tab: "home" | "messages" },
): void {
  const view = local.state.homes.get(opened.user);
  const im = [...local.state.channels.values()].find((channel) => channel.person === opened.user);
  sendEvent(local, {
    type: "app_home_opened",
    user: opened.user,
    channel: im?.id ?? opened.channel,
    tab: opened.tab,
    ...(opened.tab === "home" && view ? { view: viewJson(local, view) } : {}),
    event_ts: nextTs(local.state, local.now()),
  });
}

/** The native Stop button. It does not change the session's status: the app must. */
export function stopSession(
  local: Local,
  stopped: { readonly user: string; readonly channel: string; readonly ts: string },
): Refusal | undefined {
  if (local.state.sessions.get(keyOf(stopped.channel, stopped.ts))?.status !== "processing")
    return refuse("this thread has no session that is processing");
  sendEvent(local, {
    type: "agent_session_stopped",
    channel: stopped.channel,
    thread_ts: stopped.ts,
    user: stopped.user,
    streaming_message_ts: [],
    event_ts: nextTs(local.state, local.now()),
  });
  return undefined;
}

export function storeFile(
  local: Local,
  file: {
    readonly id?: string;
    readonly user: string;
    readonly name: string;
    readonly title?: string;
    readonly altText?: string;
    readonly isSnippet?: boolean;
    readonly content: Buffer;
  },
): StoredFile | Refusal {
  if (file.content.length > FILE_BYTES_MAX) return refuse("file_too_large");
  const keptBytes = [...local.state.files.values()].reduce((sum, { content }) => sum + content.length, 0);
  if (keptBytes + file.content.length > FILES_BYTES_MAX) return refuse("storage_limit_reached");
  const stored: StoredFile = {
    // Not to be guessed: the page serves files by their id.
    id: file.id ?? nextId(local.state, "F") + randomBytes(4).toString("hex").toUpperCase(),
    user: file.user,
    name: file.name,
    title: file.title ?? file.name,
    altText: file.altText ?? "",
    mimetype: mimetypeOf(file.name),
    isSnippet: file.isSnippet ?? false,
    createdAtMs: local.now(),
    content: file.content,
  };
  local.state.files.set(stored.id, stored);
  return stored;
}

function findJoined(local: Local, id: string, user: string): Channel | Refusal {
  const channel = local.state.channels.get(id);
  if (!local.state.users.has(user)) return refuse("user_not_found");
  if (!channel) return refuse("channel_not_found");
  if (!channel.members.has(user)) return refuse("not_in_channel");
  return channel.isArchived ? refuse("is_archived") : channel;
}

function isRoot(channel: Channel, ts: string): boolean {
  const root = channel.messages.get(ts);
  return root !== undefined && root.threadTs === undefined && root.ephemeralTo === undefined;
}

function findMessageAnywhere(
  local: Local,
  channelId: string,
  ts: string,
): { readonly channel: Channel; readonly message: Message } | Refusal {
  const channel = local.state.channels.get(channelId);
  const message = channel?.messages.get(ts);
  return channel && message && !message.isTombstone ? { channel, message } : refuse("message_not_found");
}
