import type { PageMessage, PageStatus } from "../../../local-slack/server/protocol.ts";
import type { Store } from "../state/store.ts";
import { dateOf, day } from "../../text/measures.ts";

/** A row of a list of messages. */
export type Item =
  | { readonly kind: "message"; readonly key: string; readonly message: PageMessage; readonly isCompact: boolean }
  | { readonly kind: "divider"; readonly key: string; readonly of: "day" | "new" | "count"; readonly text: string }
  | {
      readonly kind: "replies";
      readonly key: string;
      readonly root: PageMessage;
      readonly replies: readonly PageMessage[];
      readonly status: PageStatus | undefined;
      readonly news: number;
    };

const GROUP_MS = 300_000; // Slack's own: five minutes by the same author stand under one name.

/** A channel: days, what is new, and below each root who replied. */
export function channelItems(store: Store, messages: readonly PageMessage[]): readonly Item[] {
  return messages.flatMap((message, index): Item[] => {
    const previous = messages[index - 1];
    const isNew = message.ts === store.newSince;
    const today = day(message.ts);
    return [
      ...(previous && day(previous.ts) === today ? [] : [divider("day", message.ts, today)]),
      ...(isNew ? [divider("new", "", "New")] : []),
      messageItem(message, isNew ? undefined : previous),
      ...repliesItem(store, message),
    ];
  });
}

/** A thread: its root, how many replies, the replies. */
export function threadItems(messages: readonly PageMessage[], replies: readonly PageMessage[]): readonly Item[] {
  const count = replies.filter((reply) => !reply.ephemeral).length;
  return messages.flatMap((message, index): Item[] => {
    const isFirst = message === replies[0];
    return [
      ...(isFirst ? [divider("count", "", count === 1 ? "1 reply" : `${count} replies`)] : []),
      messageItem(message, isFirst ? undefined : messages[index - 1]),
    ];
  });
}

const divider = (of: "day" | "new" | "count", key: string, text: string): Item => ({ kind: "divider", key: `${of}/${key}`, of, text });

const messageItem = (message: PageMessage, previous: PageMessage | undefined): Item => ({
  kind: "message",
  key: message.ts,
  message,
  isCompact: previous !== undefined && goesOn(previous, message),
});

function repliesItem(store: Store, root: PageMessage): readonly Item[] {
  const replies = store.replies(root.channel, root.ts).filter((reply) => !reply.ephemeral);
  const status = store.status(root.channel, root.ts);
  const news = store.threadNews.get(`${root.channel}/${root.ts}`) ?? 0;
  if (root.broadcast || (replies.length === 0 && !status)) return [];
  return [{ kind: "replies", key: `${root.ts}/replies`, root, replies, status, news }];
}

/** Whether `message` goes on under the name of the one before it. */
function goesOn(before: PageMessage, message: PageMessage): boolean {
  if (before.app !== message.app || before.notice || message.notice) return false;
  if (before.user !== message.user || before.persona?.name !== message.persona?.name) return false;
  if (before.ephemeral || message.ephemeral || message.broadcast) return false;
  const [from, to] = [dateOf(before.ts), dateOf(message.ts)];
  return to.getTime() - from.getTime() < GROUP_MS && from.toDateString() === to.toDateString();
}
