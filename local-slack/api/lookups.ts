import { refuse, type Refusal } from "../refusal.ts";
import type { Local } from "../state/local.ts";
import { botIsIn, type Channel, type Message } from "../state/state.ts";

/** A `ts` has seconds and six digits. */
const TS = /^\d{1,12}\.\d{6}$/;

/** The channel a method was given; a private one without the bot does not exist for it. */
export function findChannel(local: Local, id: string): Channel | Refusal {
  const channel = local.state.channels.get(id);
  if (!channel || (channel.kind === "private" && !botIsIn(channel))) return refuse("channel_not_found");
  return channel;
}

/** Where a post goes: an id, a name (`#general`), or a person (their DM). */
export function findDestination(local: Local, given: string): Channel | Refusal {
  const named = channelNamed(local, given);
  const found = named ? findChannel(local, named.id) : refuse("channel_not_found");
  return "ok" in found ? found : membership(found);
}

export function channelNamed(local: Local, given: string): Channel | undefined {
  const name = given.replace(/^#/, "");
  return [...local.state.channels.values()].find(
    (channel) => channel.id === given || channel.person === given || (channel.kind !== "im" && channel.name === name),
  );
}

export function membership(channel: Channel): Channel | Refusal {
  if (!botIsIn(channel)) return refuse("not_in_channel");
  return channel.isArchived ? refuse("is_archived") : channel;
}

export function findMessage(channel: Channel, ts: string): Message | Refusal {
  const message = channel.messages.get(ts);
  return message && message.ephemeralTo === undefined && !message.isTombstone ? message : refuse("message_not_found");
}

/**
 * Whether a reply can go under this root. A deleted root takes replies still (they are orphans); one that never was does not, nor does a
 * reply: Slack asks for the root's ts.
 */
export function checkThread(channel: Channel, threadTs: string): Refusal | undefined {
  if (threadTs === "") return undefined;
  if (!TS.test(threadTs)) return refuse("invalid_thread_ts");
  if (channel.deletedRoots.has(threadTs)) return undefined;
  const root = channel.messages.get(threadTs);
  if (!root || root.ephemeralTo !== undefined) return refuse("thread_not_found");
  return root.threadTs === undefined ? undefined : refuse("cannot_reply_to_message");
}
