import type {
  PageChannel,
  PageFile,
  PageMessage,
  PagePrompt,
  PageShortcut,
  PageState,
  PageStatus,
  PageUser,
  PageView,
} from "../../../local-slack/server/protocol.ts";
import { hue } from "../../parts/hues.ts";
import { firstUnread, markRead, unreadIn } from "./unread.ts";

/** Where a tab is: a channel, the thread beside it, and for the app's conversation which tab of it. */
export interface Place {
  readonly channel: string;
  readonly thread: string | undefined;
  readonly tab: "home" | "messages";
}

const NOBODY: PageUser = { id: "", name: "", isBot: false };

/**
 * What the page knows: the server's state, kept current by its changes (`change.ts`), and where this tab is looking. Components read it and
 * are rendered again after each `changed()`.
 */
export class Store {
  ready = false;
  online = true;
  botConnected: boolean | undefined;
  workspace = { name: "", notice: "" };
  me = NOBODY;
  bot: PageUser = { id: "", name: "parley", isBot: true };
  users = new Map<string, PageUser>();
  channels: readonly PageChannel[] = [];
  suggestions: PageState["suggestions"] = [];
  prompts: readonly PagePrompt[] = [];
  shortcuts: readonly PageShortcut[] = [];
  canConnectModel = false;
  hasStudio = false;
  home: PageView | undefined;
  /** channel → its messages, oldest first. */
  messages = new Map<string, PageMessage[]>();
  /** channel/thread → who is at work. */
  statuses = new Map<string, PageStatus>();
  view: Place = { channel: "", thread: undefined, tab: "messages" };
  unread = new Map<string, number>();
  /** channel/thread → replies that came while the thread was not open. */
  threadNews = new Map<string, number>();
  /** The first message of the channel in view that was unread when it was opened. */
  newSince: string | undefined;

  #version = 0;
  #scheduled = false;
  readonly #listeners = new Set<() => void>();

  channel(id: string | undefined): PageChannel | undefined {
    return this.channels.find((channel) => channel.id === id);
  }

  in(channel: string): readonly PageMessage[] {
    return this.messages.get(channel) ?? [];
  }

  message(channel: string, ts: string): PageMessage | undefined {
    return this.in(channel).find((message) => message.ts === ts);
  }

  roots(channel: string): readonly PageMessage[] {
    return this.in(channel).filter((message) => isRoot(message) || message.broadcast);
  }

  replies(channel: string, ts: string): readonly PageMessage[] {
    return this.in(channel).filter((message) => message.threadTs === ts && !isRoot(message));
  }

  status(channel: string, ts: string): PageStatus | undefined {
    return this.statuses.get(`${channel}/${ts}`);
  }

  file(id: string): PageFile | undefined {
    for (const messages of this.messages.values())
      for (const message of messages) {
        const file = message.files?.find((candidate) => candidate.id === id);
        if (file) return file;
      }
    return undefined;
  }

  load(state: PageState): void {
    const { workspace, me, bot, users, channels, messages, statuses, home, suggestions, prompts, shortcuts, canConnectModel, hasStudio } =
      state;
    Object.assign(this, { ready: true, workspace, me, bot, channels, home, suggestions, prompts, shortcuts, canConnectModel, hasStudio });
    this.users = new Map([...users, me, bot].map((user) => [user.id, user]));
    hue(bot.name);
    for (const user of users) hue(user.name);
    this.messages = new Map(channels.map((channel) => [channel.id, []]));
    for (const message of messages) this.insert(message);
    this.statuses = new Map(statuses.filter((one) => one.status).map((one) => [`${one.channel}/${one.threadTs}`, one]));
    for (const channel of channels) this.unread.set(channel.id, unreadIn(this, channel.id));
    this.changed();
  }

  /** Puts a message in its place by ts; the same ts replaces. Messages come nearly in order, so the place is looked for from the end. */
  insert(message: PageMessage): void {
    if (message.persona?.name) hue(message.persona.name);
    const messages = this.messages.get(message.channel) ?? [];
    this.messages.set(message.channel, messages);
    let at = messages.length;
    while (at > 0 && (messages[at - 1]?.ts ?? "") > message.ts) at -= 1;
    if (messages[at - 1]?.ts === message.ts) messages[at - 1] = message;
    else messages.splice(at, 0, message);
  }

  /** Moves this tab; what is looked at counts as read. */
  look(place: Place): void {
    const before = this.view.channel;
    this.view = place;
    if (before !== place.channel) this.newSince = firstUnread(this, place.channel);
    markRead(this);
    this.changed();
  }

  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Many changes in a row are shown together. */
  changed(): void {
    this.#version += 1;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

export const isRoot = (message: PageMessage): boolean => !message.threadTs || message.threadTs === message.ts;
export const threadOf = (message: PageMessage): string => message.threadTs ?? message.ts;
/** The conversation with the app, which has a Home tab. */
export const isAppChannel = (channel: PageChannel): boolean => channel.kind === "im" && channel.botIsMember;
