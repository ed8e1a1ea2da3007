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
