/**
 * What the page of the local workspace and its server say to each other, as JSON over the same loopback origin.
 *
 *   GET  /                          the page; `?as=U0MARIA` makes the tab another person, `#C0GENERAL/1700000000.000100` opens a thread
 *   GET  /page/state?as=USER        → PageState
 *   GET  /page/changes?as=USER      server-sent events; each `data:` is one PageChange
 *   POST /page/post                 PostRequest → { ok, ts }
 *   POST /page/click                ClickRequest → { ok } or { ok: false, error }
 *   POST /page/submit               SubmitRequest → { ok } or { ok: false, errors: { [block_id]: text } }
 *   POST /page/edit                 { as, channel, ts, text } → { ok }; one's own words
 *   POST /page/delete               { as, channel, ts } → { ok }
 *   POST /page/react                { as, channel, ts, name } → { ok }; again takes it back
 *   POST /page/forward              ForwardRequest → { ok, ts }
 *   POST /page/shortcut             ShortcutRequest → { ok } or { ok: false, error }
 *   POST /page/model                { as, key, baseUrl } → { ok } or { ok: false, error }; kept in memory alone
 *   POST /page/close-modal          { as, viewId } → { ok }
 *   POST /page/open                 { as, channel, tab? } → { ok }; a DM or the Home tab was opened
 *   GET  /files/ID/NAME             a file's bytes; `Content-Disposition: attachment` unless it is a raster image
 *   POST /page/upload?as=&channel=&thread_ts=   a form: `file`, once for each, and `text` → { ok, ts, files }; one message
 *
 * POSTs carry `Content-Type: application/json` and the header `X-Parley-Page: 1`, and are refused from another origin.
 * Everything in a Message comes from agents and people: it is data, never HTML.
 */
export interface PageState {
  readonly workspace: { readonly name: string; readonly notice: string };
  readonly me: PageUser;
  readonly users: readonly PageUser[];
  readonly bot: PageUser;
  readonly channels: readonly PageChannel[];
  /** All messages of the channels that this person is in, oldest first. */
  readonly messages: readonly PageMessage[];
  readonly statuses: readonly PageStatus[];
  readonly home: PageView | undefined;
  /** Tasks ready to send, shown beside the composer. */
  readonly suggestions: readonly { readonly title: string; readonly text: string }[];
  /** Files that stand ready in the composer of whoever opens the page first. */
  readonly readyFiles: readonly PageFile[];
  /** The page may offer to connect a model with what is typed there. */
  readonly canConnectModel: boolean;
  /** Whether `/studio` leads somewhere. */
  readonly hasStudio: boolean;
  /** What the app suggests in this person's DM with it. */
  readonly prompts: readonly PagePrompt[];
  /** The app's shortcuts: on a message in its menu, global ones beside the composer. */
  readonly shortcuts: readonly PageShortcut[];
}

export interface PagePrompt {
  readonly title: string;
  readonly message: string;
}

export interface PageShortcut {
  readonly type: "global" | "message";
  readonly name: string;
  readonly callbackId: string;
}

export interface PageUser {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
  /** Of the workspace. */
  readonly isAdmin?: true;
}

export interface PageChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: "channel" | "private" | "im";
  readonly botIsMember: boolean;
}

export interface PageMessage {
  readonly channel: string;
  readonly ts: string;
  /** The root's ts, for a reply; absent on a root. */
  readonly threadTs?: string;
  readonly user: string;
  /** The persona under which the bot posted, when it gave one. */
  readonly persona?: { readonly name: string; readonly iconEmoji?: string; readonly iconUrl?: string };
  readonly text: string;
  readonly blocks?: readonly unknown[];
  /** Forwarded messages, previews, other apps' cards: Slack's attachments. */
  readonly attachments?: readonly unknown[];
  readonly files?: readonly PageFile[];
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
  readonly edited: boolean;
  /** Shown to one person only. */
  readonly ephemeral?: boolean;
  /** The app beside Parley that has posted it. */
  readonly app?: string;
  /** The workspace itself says it: somebody joined, a topic was set. */
  readonly notice?: true;
  /** It grows still (chat.startStream). */
  readonly streaming?: true;
  /** A reply that was also sent to the channel. */
  readonly broadcast?: true;
}

export interface PageFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly size: number;
  readonly url: string;
}

/** "Ada is thinking": of a thread; an empty status has been cleared. */
export interface PageStatus {
  readonly channel: string;
  readonly threadTs: string;
  readonly status: string;
  readonly persona?: { readonly name: string; readonly iconEmoji?: string; readonly iconUrl?: string };
}

export interface PageView {
  readonly id: string;
  readonly type: "modal" | "home";
  /** A Block Kit view: title, blocks, submit, close … */
  readonly view: unknown;
}

export type PageChange =
  | { readonly type: "prompts"; readonly prompts: readonly PagePrompt[] }
  | { readonly type: "message"; readonly message: PageMessage }
  | { readonly type: "message.changed"; readonly message: PageMessage }
  | { readonly type: "message.deleted"; readonly channel: string; readonly ts: string }
  | { readonly type: "status"; readonly status: PageStatus }
  | { readonly type: "modal.opened"; readonly view: PageView }
  | { readonly type: "modal.updated"; readonly view: PageView }
  | { readonly type: "modal.closed"; readonly viewId: string }
  | { readonly type: "home"; readonly view: PageView }
  /** The bot's socket came or went. */
  | { readonly type: "bot"; readonly connected: boolean }
  /** Everything changed (a reset): read the state again. */
  | { readonly type: "reload" };

export interface PostRequest {
  readonly as: string;
  readonly channel: string;
  readonly threadTs?: string;
  /** As a person types it: `@parley` and `@Maria` become mentions. */
  readonly text: string;
}

export interface ClickRequest {
  readonly as: string;
  /** Where the element is: in a message, or in a view. */
  readonly channel?: string;
  readonly ts?: string;
  readonly viewId?: string;
  readonly blockId: string;
  readonly actionId: string;
  /** The element's type, and what was chosen for a select, radio or checkbox. */
  readonly elementType: string;
  readonly value?: string;
  readonly selected?: unknown;
}

export interface ShortcutRequest {
  readonly as: string;
  readonly callbackId: string;
  /** The message, for a shortcut on one. */
  readonly channel?: string;
  readonly ts?: string;
}

export interface MessageRequest {
  readonly as: string;
  readonly channel: string;
  readonly ts: string;
}

export interface ForwardRequest {
  readonly as: string;
  readonly from: { readonly channel: string; readonly ts: string };
  readonly channel: string;
  readonly comment: string;
}

export interface SubmitRequest {
  readonly as: string;
  readonly viewId: string;
  /** Slack's `state.values` form: block id → action id → element state. */
  readonly values: { readonly [blockId: string]: { readonly [actionId: string]: unknown } };
}
