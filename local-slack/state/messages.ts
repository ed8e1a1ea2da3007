import { withBlockIds } from "../blocks/block-ids.ts";
import { sendChanged, sendDeleted, sendPosted, sendReaction } from "../socket/events.ts";
import { CHANNEL_MESSAGES_MAX } from "./limits.ts";
import type { Local } from "./local.ts";
import { audienceOf, pageMessage } from "../server/page-json.ts";
import { nextTs, threadMessages, type Channel, type Json, type Message } from "./state.ts";
import { clearStatus } from "./statuses.ts";

/** What a new message is made of; the rest follows from the channel and the clock. */
export type Draft = Pick<Message, "user" | "text"> &
  Partial<
    Pick<
      Message,
      "threadTs" | "persona" | "blocks" | "attachments" | "files" | "metadata" | "isBroadcast" | "ephemeralTo" | "app" | "notice" | "stream"
    >
  >;

/** Stores a message, shows it, and lets the bot hear of it. `undefined` when the channel is full. */
export function postMessage(local: Local, channel: Channel, draft: Draft): Message | undefined {
  if (channel.messages.size >= CHANNEL_MESSAGES_MAX) return undefined;
  const ts = nextTs(local.state, local.now());
  const message: Message = {
    files: [],
    isBroadcast: false,
    ...draft,
    ...(draft.blocks ? { blocks: withBlockIds(draft.blocks) } : {}),
    channel: channel.id,
    ts,
    reactions: [],
    isTombstone: false,
  };
  channel.messages.set(ts, message);
  if (message.ephemeralTo === undefined) clearStatus(local, channel.id, message.threadTs ?? ts);
  local.changes.show({ type: "message", message: pageMessage(local, message) }, audienceOf(channel, message));
  if (message.ephemeralTo === undefined) sendPosted(local, channel, message);
  return message;
}

/** What the workspace says of a channel: who came, who went, what it is about now. Nobody has typed it. */
export function postNotice(
  local: Local,
  channel: Channel,
  notice: { readonly user: string; readonly subtype: string; readonly text: string; readonly fields?: Json },
): Message | undefined {
  const { user, subtype, text, fields = {} } = notice;
  return postMessage(local, channel, { user, text: `<@${user}> ${text}`, notice: { subtype, fields } });
}

export function updateMessage(
  local: Local,
  channel: Channel,
  before: Message,
  patch: Partial<Pick<Message, "text" | "blocks" | "attachments" | "metadata" | "persona" | "stream">> & {
    readonly dropPersona?: boolean;
    /** Slack's own doing: nobody has edited it. */
    readonly isHidden?: boolean;
  },
): Message {
  const { dropPersona, isHidden, ...fields } = patch;
  const { persona, ...rest } = { ...before, ...fields };
  const after: Message = {
    ...rest,
    ...(persona && !dropPersona ? { persona } : {}),
    ...(patch.blocks ? { blocks: withBlockIds(patch.blocks) } : {}),
    ...(isHidden ? {} : { edited: { user: before.user, ts: nextTs(local.state, local.now()) } }),
  };
  replace(local, channel, after);
  if (after.ephemeralTo === undefined) sendChanged(local, channel, { before, after });
  return after;
}

/** A root with replies leaves a tombstone; anything else is gone. */
export function deleteMessage(local: Local, channel: Channel, message: Message): void {
  const hasReplies = message.threadTs === undefined && threadMessages(channel, message.ts).length > 1;
  if (hasReplies) {
    const { blocks: _blocks, attachments: _attachments, metadata: _metadata, persona: _persona, ...rest } = message;
    channel.messages.set(message.ts, { ...rest, text: "This message was deleted.", files: [], reactions: [], isTombstone: true });
  } else {
    channel.messages.delete(message.ts);
  }
  if (message.threadTs === undefined) channel.deletedRoots.add(message.ts);
  local.changes.show({ type: "message.deleted", channel: channel.id, ts: message.ts }, audienceOf(channel, message));
  if (message.ephemeralTo === undefined) sendDeleted(local, channel, message);
}

/** Adds or takes away one person's reaction; the caller has looked whether that is possible. */
export function react(
  local: Local,
  channel: Channel,
  reaction: { readonly message: Message; readonly user: string; readonly name: string; readonly added: boolean },
): void {
  const { message, user, name, added } = reaction;
  const others = message.reactions.filter((given) => given.name !== name);
  const users = (message.reactions.find((given) => given.name === name)?.users ?? []).filter((given) => given !== user);
  const all = added ? [...users, user] : users;
  replace(local, channel, { ...message, reactions: all.length > 0 ? [...others, { name, users: all }] : others });
  sendReaction(local, channel, reaction);
}

/** Shows a message again as it now is, for instance after one of its files has gone. */
export function replace(local: Local, channel: Channel, message: Message): void {
  channel.messages.set(message.ts, message);
  local.changes.show({ type: "message.changed", message: pageMessage(local, message) }, audienceOf(channel, message));
}
