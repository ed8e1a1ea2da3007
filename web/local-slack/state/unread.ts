import type { PageMessage } from "../../../local-slack/server/protocol.ts";

/** What of the store is asked and kept here. */
interface Read {
  readonly me: { readonly id: string };
  readonly view: { readonly channel: string; readonly thread: string | undefined };
  readonly unread: Map<string, number>;
  readonly threadNews: Map<string, number>;
  in(channel: string): readonly PageMessage[];
  roots(channel: string): readonly PageMessage[];
}

/** What this person has read, by channel; the browser remembers it. */
export function markRead(store: Read): void {
  const { channel, thread } = store.view;
  if (!channel || document.hidden) return;
  store.threadNews.delete(`${channel}/${thread}`);
  const last = store.in(channel).at(-1)?.ts;
  if (last) remember(keyOf(store, channel), last);
  store.unread.set(channel, unreadIn(store, channel));
}

export function unreadIn(store: Read, channel: string): number {
  if (store.view.channel === channel && !document.hidden) return 0;
  const read = recall(keyOf(store, channel)) ?? "";
  return store.in(channel).filter((message) => message.ts > read && message.user !== store.me.id).length;
}

/** Of what is unread, what is for this person: a direct message, or one that names them. Slack counts these alone; the rest is bold. */
export function mentionsIn(
  store: Read & { readonly channels: readonly { readonly id: string; readonly kind: string }[] },
  channel: string,
): number {
  if (store.view.channel === channel && !document.hidden) return 0;
  const read = recall(keyOf(store, channel)) ?? "";
  const isDirect = store.channels.some(({ id, kind }) => id === channel && kind === "im");
  const names = [`<@${store.me.id}>`, "<!channel>", "<!here>"];
  const isForMe = ({ text }: PageMessage): boolean => isDirect || names.some((name) => text.includes(name));
  return store.in(channel).filter((message) => message.ts > read && message.user !== store.me.id && isForMe(message)).length;
}

/** A reply that came to a thread which is not open. */
export function countReply(store: Read, message: PageMessage): void {
  if (store.view.channel === message.channel && store.view.thread === message.threadTs && !document.hidden) return;
  const key = `${message.channel}/${message.threadTs}`;
  store.threadNews.set(key, (store.threadNews.get(key) ?? 0) + 1);
}

export function firstUnread(store: Read, channel: string): string | undefined {
  const read = recall(keyOf(store, channel));
  if (!read) return undefined;
  return store.roots(channel).find((message) => message.ts > read && message.user !== store.me.id)?.ts;
}

const keyOf = (store: Read, channel: string): string => `parley.read.${store.me.id}.${channel}`;

/** Storage may be full or forbidden; then everything is new again on the next visit. */
function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not kept.
  }
}

function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}
