import { randomBytes } from "node:crypto";
import { isRefusal, refuse, type Refusal } from "./refusal.ts";
import { sendEvent } from "./socket/events.ts";
import { mimetypeOf } from "./state/file-json.ts";
import { FILES_BYTES_MAX, FILE_BYTES_MAX, PEOPLE_TEXT_CHARS_MAX } from "./state/limits.ts";
import type { Local } from "./state/local.ts";
import { deleteMessage, postMessage, react, updateMessage } from "./state/messages.ts";
import { typedText } from "./blocks/mrkdwn.ts";
import type { PostedFile } from "./contract-content.ts";
import { nextId, nextTs, type Channel, type Json, type Message, type StoredFile } from "./state/state.ts";
import { stopStreams } from "./state/streams.ts";
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
    readonly files?: readonly PostedFile[];
    readonly attachments?: readonly Json[];
    readonly blocks?: readonly Json[];
    readonly keepReferences: boolean;
  },
): Message | Refusal {
  const channel = findJoined(local, said.channel, said.user);
  if (isRefusal(channel)) return channel;
  const files = said.files ?? [];
  const attachments = said.attachments ?? [];
  if (said.text.trim() === "" && files.length === 0 && attachments.length === 0 && !said.blocks) return refuse("no_text");
  if (said.text.length > PEOPLE_TEXT_CHARS_MAX) return refuse("msg_too_long");
  if (said.threadTs !== undefined && !isRoot(channel, said.threadTs)) return refuse("thread_not_found");
  const stored = storePosted(local, said.user, files, { isStub: channel.isExternal && local.state.switches.fileStubs === "connect" });
  if (isRefusal(stored)) return stored;
  const message = postMessage(local, channel, {
    user: said.user,
    text: typedText(local.state, said.text, said),
    ...(said.threadTs === undefined ? {} : { threadTs: said.threadTs }),
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(said.blocks ? { blocks: said.blocks } : {}),
    files: stored,
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

/** What a person can do to a message of their own; of other people's words Slack's client does not offer it. */
export function findOwn(
  local: Local,
  named: { readonly user: string; readonly channel: string; readonly ts: string },
): { readonly channel: Channel; readonly message: Message } | Refusal {
  const found = findMessageAnywhere(local, named.channel, named.ts);
  if (isRefusal(found)) return found;
  if (!found.channel.members.has(named.user)) return refuse("not_in_channel");
  const isOwn = found.message.user === named.user && !found.message.app && !found.message.notice;
  return isOwn ? found : refuse("this is not your message");
}

/** Gives a reaction, or takes one's own back. */
export function toggleReaction(
  local: Local,
  reaction: { readonly user: string; readonly channel: string; readonly ts: string; readonly name: string },
): Refusal | undefined {
  const found = findMessageAnywhere(local, reaction.channel, reaction.ts);
  if (isRefusal(found)) return found;
  if (!found.channel.members.has(reaction.user)) return refuse("not_in_channel");
  const { message, channel } = found;
  const has = message.reactions.some(({ name, users }) => name === reaction.name && users.includes(reaction.user));
  react(local, channel, { message, user: reaction.user, name: reaction.name, added: !has });
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
    streaming_message_ts: stopStreams(local, stopped),
    event_ts: nextTs(local.state, local.now()),
  });
  return undefined;
}

/** What people post, by the kinds of files that Slack tells apart; see `PostedFile`. */
export function storePosted(
  local: Local,
  user: string,
  files: readonly PostedFile[],
  { isStub }: { readonly isStub: boolean },
): StoredFile[] | Refusal {
  const kept: StoredFile[] = [];
  for (const file of files) {
    const stored = storeFile(local, {
      user,
      name: file.name,
      content: Buffer.from(file.content),
      ...(file.title === undefined ? {} : { title: file.title }),
      ...(file.isStub || isStub ? { isStub: true } : {}),
      ...(file.refusedWith === undefined ? {} : { refusedWith: file.refusedWith }),
      ...specialOf(local, file),
    });
    if (isRefusal(stored)) return stored;
    kept.push(stored);
  }
  return kept;
}

/** The fields that Slack gives clips, canvases and lists. */
function specialOf(local: Local, { clip, kind, name }: PostedFile): { readonly special?: Json } {
  if (clip) {
    const { kind: media, durationMs, transcription } = clip;
    const special = {
      subtype: `slack_${media}`,
      media_display_type: media,
      duration_ms: durationMs,
      ...(transcription === undefined ? {} : { transcription: transcriptionJson(transcription) }),
    };
    return { special };
  }
  if (kind === undefined) return {};
  const [filetype, mimetype, pretty] =
    kind === "canvas" ? ["quip", "application/vnd.slack-docs", "Canvas"] : ["list", "application/vnd.slack-list", "List"];
  const permalink = `${local.baseUrl}/docs/${local.teamId}/${encodeURIComponent(name)}`;
  return { special: { filetype, mimetype, pretty_type: pretty, mode: filetype, editable: true, permalink } };
}

function transcriptionJson({ status, text, hasMore, locale }: NonNullable<NonNullable<PostedFile["clip"]>["transcription"]>): Json {
  if (status !== "complete") return { status };
  return { status, locale: locale ?? "en-US", preview: { content: text ?? "", has_more: hasMore ?? false } };
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
    readonly special?: Json;
    readonly isStub?: boolean;
    readonly refusedWith?: string;
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
    ...(file.special ? { special: file.special } : {}),
    ...(file.isStub ? { isStub: true } : {}),
    ...(file.refusedWith === undefined ? {} : { refusedWith: file.refusedWith }),
  };
  local.state.files.set(stored.id, stored);
  return stored;
}

export function findJoined(local: Local, id: string, user: string): Channel | Refusal {
  const channel = local.state.channels.get(id);
  if (!local.state.users.has(user)) return refuse("user_not_found");
  if (!channel) return refuse("channel_not_found");
  if (!channel.members.has(user)) return refuse("not_in_channel");
  return channel.isArchived ? refuse("is_archived") : channel;
}

export function isRoot(channel: Channel, ts: string): boolean {
  const root = channel.messages.get(ts);
  return root !== undefined && root.threadTs === undefined && root.ephemeralTo === undefined;
}

export function findMessageAnywhere(
  local: Local,
  channelId: string,
  ts: string,
): { readonly channel: Channel; readonly message: Message } | Refusal {
  const channel = local.state.channels.get(channelId);
  const message = channel?.messages.get(ts);
  return channel && message && !message.isTombstone ? { channel, message } : refuse("message_not_found");
}
