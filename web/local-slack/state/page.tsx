import { createContext, useContext, useSyncExternalStore } from "react";
import type { PageChange, PageFile, PageMessage, PageState, PageView } from "../../../local-slack/server/protocol.ts";
import { announce } from "../../parts/announce.ts";
import { Told } from "../../parts/told.ts";
import { fetchState, follow, send } from "./api.ts";
import { authorOf } from "./author.ts";
import { applyChange } from "./change.ts";
import type { Draft } from "./draft.ts";
import type { Json } from "./json.ts";
import { isAppChannel, Store } from "./store.ts";
import { markRead } from "./unread.ts";

const ANNOUNCED_CHARS = 150; // As much as a notification shows; the rest is read in the message itself.

/** A question before something is done: Slack's confirm object, and where the answer goes. */
export interface Question {
  readonly confirm: Json;
  readonly answer: (yes: boolean) => void;
}

/** One tab of the page: who it is, what it knows, and what can be done in it. */
export class Page {
  readonly as: string;
  readonly store = new Store();
  /** The modals the app has opened for this person: a stack, of which the last is shown. */
  readonly modals = new Told<readonly PageView[]>([]);
  readonly question = new Told<Question | undefined>(undefined);
  readonly drawer = new Told(false);
  /** The quick switcher is open. */
  readonly switcher = new Told(false);
  /** The dialog that takes a key or an address of a model. */
  readonly connecting = new Told(false);
  /** The message that is being forwarded. */
  readonly forwarding = new Told<PageMessage | undefined>(undefined);
  /** The message whose words are being changed, as `channel/ts`. */
  readonly editing = new Told<string | undefined>(undefined);
  /** Why there is nothing to show. */
  readonly failure = new Told<Error | undefined>(undefined);
  /** Which composer is to have the keyboard; each wish is a new object. */
  readonly focus = new Told<{ readonly place: "channel" | "thread" } | undefined>(undefined);
  /** What was written and not sent, by channel and thread. */
  readonly drafts = new Map<string, Draft>();
  /** Which parts of messages the reader has opened or closed. */
  readonly opened = new Map<string, boolean>();
  #readyFiles: readonly File[] = [];
  #opener: Element | null = null;
  #waiting: PageChange[] | undefined;

  constructor(as: string) {
    this.as = as;
  }

  start(): void {
    const { store } = this;
    addEventListener("hashchange", () => store.ready && this.route());
    document.addEventListener("visibilitychange", () => {
      if (!store.ready) return;
      markRead(store);
      store.changed();
    });
    follow(this.as, { onOpen: () => void this.#refresh(), onChange: (change) => this.#change(change), onLost: () => this.#lost() });
  }

  /** Reads everything anew; after each (re)connection, as changes may have been missed. Changes that come meanwhile are applied after it. */
  async #refresh(): Promise<void> {
    const mine: PageChange[] = [];
    this.#waiting = mine;
    try {
      const state = await fetchState(this.as);
      if (this.#waiting !== mine) return;
      const isFirst = !this.store.ready;
      this.#waiting = undefined;
      // Before the composer is there to be looked into.
      if (isFirst) await this.#lay(state.readyFiles);
      this.store.load(state);
      this.store.online = true;
      for (const late of mine) this.#change(late);
      this.route();
      if (isFirst) this.focus.set({ place: "channel" });
    } catch (error) {
      this.#waiting = undefined;
      if (!this.store.ready) this.failure.set(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Files that stand ready are in the draft of the channel that is opened first, as if they had been dropped there. */
  async #lay(ready: PageState["readyFiles"]): Promise<void> {
    const read = async ({ url, name, mimetype }: PageFile) => new File([await (await fetch(url)).blob()], name, { type: mimetype });
    const files = await Promise.all(ready.map(read)).catch(() => []);
    if (files.length > 0) this.#readyFiles = files;
  }

  /** For the first composer alone. */
  takeReadyFiles(): readonly File[] {
    const ready = this.#readyFiles;
    this.#readyFiles = [];
    return ready;
  }

  #change(change: PageChange): void {
    if (this.#waiting) return void this.#waiting.push(change);
    const others = (id: string) => this.modals.value.filter((view) => view.id !== id);
    switch (change.type) {
      case "reload":
        return void this.#refresh(); // It reports its own failure.
      case "modal.opened":
      case "modal.updated": {
        const { view } = change;
        const isKnown = this.modals.value.some(({ id }) => id === view.id);
        return this.modals.set(
          isKnown ? this.modals.value.map((other) => (other.id === view.id ? view : other)) : [...this.modals.value, view],
        );
      }
      case "modal.closed":
        return this.modals.set(others(change.viewId));
      default: {
        const message = applyChange(this.store, change);
        if (message) this.#say(message);
      }
    }
  }

  /** New words in the channel or thread that is open are read out; elsewhere the unread count says enough. */
  #say(message: PageMessage): void {
    const { channel, thread } = this.store.view;
    if (message.channel !== channel || (message.threadTs !== undefined && message.threadTs !== thread)) return;
    announce(`${authorOf(message, this.store).name}: ${message.text.slice(0, ANNOUNCED_CHARS)}`);
  }

  /** Before the first state this may also be a person who does not exist: reading the state tells. */
  #lost(): void {
    this.store.online = false;
    if (!this.store.ready) void this.#refresh(); // It reports its own failure.
    this.store.changed();
  }

  /** The address says where this tab is: #CHANNEL, #CHANNEL/home, #CHANNEL/THREAD. */
  route(): void {
    const { store } = this;
    const [id, rest = ""] = location.hash.slice(1).split("/");
    const known = store.channel(id) ?? store.channels.find((one) => one.botIsMember && one.kind === "channel") ?? store.channels[0];
    if (!known) return;
    const isThere = known.id === id;
    const before = store.view;
    const tab = isThere && rest === "home" && isAppChannel(known) ? "home" : "messages";
    store.look({ channel: known.id, tab, thread: isThere && /^\d+\.\d+$/.test(rest) ? rest : undefined });
    if (before.channel === known.id && before.tab === tab) return;
    if (isAppChannel(known)) void send("open", { as: this.as, channel: known.id, tab }); // The app hears of it; nothing here depends on the answer.
    this.drawer.set(false);
  }

  openThread(channel: string, ts: string, { focus = false } = {}): void {
    this.#opener = document.activeElement;
    location.hash = `${channel}/${ts}`;
    this.route();
    if (focus) this.focus.set({ place: "thread" });
  }

  closeThread(): void {
    location.hash = this.store.view.channel;
    this.route();
    const opener = this.#opener;
    if (opener instanceof HTMLElement && opener.isConnected && opener.getClientRects().length > 0) opener.focus();
    else this.focus.set({ place: "channel" });
  }

  /** Slack's confirm object as a question; whether it was answered with yes. Without one there is nothing to ask. */
  confirmed(confirm: Json | undefined): Promise<boolean> {
    if (!confirm) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const answer = (yes: boolean) => {
      this.question.set(undefined);
      resolve(yes);
    };
    this.question.set({ confirm, answer });
    return promise;
  }

  dismissModal(viewId: string): void {
    this.modals.set(this.modals.value.filter((view) => view.id !== viewId));
    void send("close-modal", { as: this.as, viewId }); // The modal is gone for the person whether or not the app hears of it.
  }
}

const PageContext = createContext<Page | undefined>(undefined);
export const PageProvider = PageContext.Provider;

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("usePage is for what is rendered inside of PageProvider");
  return page;
}

/** The store, for a component that is to be rendered again whenever anything in it changes. */
export function useStore(): Store {
  const { store } = usePage();
  useSyncExternalStore(store.subscribe, store.version);
  return store;
}
