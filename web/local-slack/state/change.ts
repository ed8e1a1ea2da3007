import type { PageChange, PageMessage } from "../../../local-slack/server/protocol.ts";
import { isRoot, type Store } from "./store.ts";
import { countReply, markRead, unreadIn } from "./unread.ts";

/** The changes that are the store's; modals and reloads are the page's. */
export type StoreChange = Exclude<PageChange, { readonly type: "modal.opened" | "modal.updated" | "modal.closed" | "reload" }>;

/** Applies one change; answers the message that is new to this person, to be announced. */
export function applyChange(store: Store, change: StoreChange): PageMessage | undefined {
  store.changed();
  switch (change.type) {
    case "message": {
      const { message } = change;
      const known = store.message(message.channel, message.ts);
      store.insert(message);
      if (known || message.user === store.me.id) return undefined;
      if (!isRoot(message)) countReply(store, message);
      store.unread.set(message.channel, unreadIn(store, message.channel));
      markRead(store);
      return message;
    }
    case "message.changed":
      store.insert(change.message);
      return undefined;
    case "message.deleted": {
      const left = store.in(change.channel).filter((message) => message.ts !== change.ts);
      store.messages.set(change.channel, left);
      return undefined;
    }
    case "status": {
      const key = `${change.status.channel}/${change.status.threadTs}`;
      if (change.status.status) store.statuses.set(key, change.status);
      else store.statuses.delete(key);
      return undefined;
    }
    case "prompts":
      store.prompts = change.prompts;
      return undefined;
    case "home":
      store.home = change.view;
      return undefined;
    case "bot":
      store.botConnected = change.connected;
      return undefined;
  }
}
