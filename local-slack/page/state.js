import { hue } from "./persona.js";

/**
 * What the page knows: the server's state, kept current by its changes, and where this tab is looking. The only writer is this file;
 * everything else reads, and is called again after each change.
 */
export function createStore() {
  const store = {
    ready: false,
    online: true,
    botConnected: undefined,
    workspace: { name: "", notice: "" },
    me: { id: "", name: "", isBot: false },
    bot: { id: "", name: "parley", isBot: true },
    users: new Map(),
    channels: [],
    suggestions: [],
    prompts: [],
    home: undefined,
    /** channel → its messages, oldest first. */
    messages: new Map(),
    statuses: new Map(),
    /** Where this tab is: a channel, the thread beside it, and for the app's conversation which tab of it. */
    view: { channel: "", thread: undefined, tab: "messages" },
    unread: new Map(),
    /** channel/thread → replies that came while the thread was not open. */
    threadNews: new Map(),
    /** The first message of the channel in view that was unread when it was opened. */
    newSince: undefined,
    channel: (id) => store.channels.find((channel) => channel.id === id),
    message: (channel, ts) => (store.messages.get(channel) ?? []).find((message) => message.ts === ts),
    roots: (channel) => (store.messages.get(channel) ?? []).filter((message) => isRoot(message) || message.broadcast),
    replies: (channel, ts) => (store.messages.get(channel) ?? []).filter((message) => message.threadTs === ts && !isRoot(message)),
    status: (channel, ts) => store.statuses.get(`${channel}/${ts}`),
    file: (id) => fileById(store, id),
    subscribe: (listener) => listeners.push(listener),
    changed,
  };
  const listeners = [];
  let scheduled = false;
  /** Many changes in a row are shown together. */
  function changed() {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      for (const listener of listeners) listener();
    });
  }
  return store;
}

const isRoot = (message) => !message.threadTs || message.threadTs === message.ts;
export const threadOf = (message) => message.threadTs ?? message.ts;

function fileById(store, id) {
  for (const messages of store.messages.values()) {
    for (const message of messages) {
      const file = message.files?.find((candidate) => candidate.id === id);
      if (file) return file;
    }
  }
  return undefined;
}

export function loadState(store, state) {
  const { workspace, me, bot, users, channels, messages, statuses, home, suggestions, prompts } = state;
  Object.assign(store, { ready: true, workspace, me, bot, channels, home, suggestions: suggestions ?? [], prompts: prompts ?? [] });
  if (typeof state.botConnected === "boolean") store.botConnected = state.botConnected;
  store.users = new Map([...users, me, bot].map((user) => [user.id, user]));
  hue(bot.name);
  for (const user of users) hue(user.name);
  store.messages = new Map(channels.map((channel) => [channel.id, []]));
  for (const message of messages) insert(store, message);
  store.statuses = new Map(statuses.filter((status) => status.status).map((status) => [`${status.channel}/${status.threadTs}`, status]));
  for (const channel of channels) countUnread(store, channel.id);
  store.changed();
}

/** Applies one change; answers the message that is new to this person, to be announced. */
export function applyChange(store, change) {
  store.changed();
  switch (change.type) {
    case "message": {
      const known = store.message(change.message.channel, change.message.ts);
      insert(store, change.message);
      if (known || change.message.user === store.me.id) return undefined;
      if (!isRoot(change.message)) countReply(store, change.message);
      countUnread(store, change.message.channel);
      markRead(store);
      return change.message;
    }
    case "message.changed":
      insert(store, change.message);
      return undefined;
    case "message.deleted": {
      const messages = store.messages.get(change.channel) ?? [];
      const at = messages.findIndex((message) => message.ts === change.ts);
      if (at >= 0) messages.splice(at, 1);
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
    default:
      return undefined; // Modals and reloads are the page's, not the store's.
  }
}

/** Puts a message in its place by ts; the same ts replaces. Messages come nearly in order, so the place is looked for from the end. */
function insert(store, message) {
  if (message.persona?.name) hue(message.persona.name);
  if (!store.messages.has(message.channel)) store.messages.set(message.channel, []);
  const messages = store.messages.get(message.channel);
  let at = messages.length;
  while (at > 0 && messages[at - 1].ts > message.ts) at -= 1;
  if (messages[at - 1]?.ts === message.ts) messages[at - 1] = message;
  else messages.splice(at, 0, message);
}

/** Moves this tab; what is looked at counts as read. */
export function look(store, view) {
  const before = store.view.channel;
  store.view = { thread: undefined, tab: "messages", ...view };
  if (before !== view.channel) store.newSince = firstUnread(store, view.channel);
  markRead(store);
  store.changed();
}

export function markRead(store) {
  const { channel, thread } = store.view;
  if (!channel || document.hidden) return;
  store.threadNews.delete(`${channel}/${thread}`);
  const last = store.messages.get(channel)?.at(-1)?.ts;
  if (last) remember(`parley.read.${store.me.id}.${channel}`, last);
  countUnread(store, channel);
}

function countUnread(store, channel) {
  const read = recall(`parley.read.${store.me.id}.${channel}`) ?? "";
  const messages = store.messages.get(channel) ?? [];
  const looking = store.view.channel === channel && !document.hidden;
  const unread = looking ? 0 : messages.filter((message) => message.ts > read && message.user !== store.me.id).length;
  store.unread.set(channel, unread);
}

function countReply(store, message) {
  if (store.view.channel === message.channel && store.view.thread === message.threadTs && !document.hidden) return;
  const key = `${message.channel}/${message.threadTs}`;
  store.threadNews.set(key, (store.threadNews.get(key) ?? 0) + 1);
}

function firstUnread(store, channel) {
  const read = recall(`parley.read.${store.me.id}.${channel}`);
  return read && store.roots(channel).find((message) => message.ts > read && message.user !== store.me.id)?.ts;
}

/** Storage may be full or forbidden; then everything is new again on the next visit. */
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* not kept */
  }
}

function recall(key) {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}
