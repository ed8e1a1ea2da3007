import type { Behaviour } from "./contract-behaviour.ts";
import type { ContentControl, PostedFile } from "./contract-content.ts";
import type { PlatformControl } from "./contract-platform.ts";

export type { Behaviour } from "./contract-behaviour.ts";

/** What the local workspace promises: how it is started, what a person or a test can do to it, and what they can see. */
export interface WorkspaceOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Tasks that the page offers ready to send. */
  readonly suggestions?: readonly { readonly title: string; readonly text: string }[];
  /** A line on the page that says what is simulated and what is the real bot. */
  readonly notice?: string;
  /** What the app's manifest names under `features.shortcuts`; the page offers them in its menus. */
  readonly shortcuts?: readonly Shortcut[];
  /** Milliseconds since the epoch; tests hand in their own. */
  readonly now?: () => number;
  /** Refuse posts above one a second a channel (burst 3), and other methods above their tier, with 429 as Slack does. Default true. */
  readonly rateLimits?: boolean;
  /** Who is an administrator from the start. Default Ada alone. */
  readonly admins?: readonly string[];
  /** Files that stand ready in the composer of the first page that is opened. */
  readonly readyFiles?: readonly { readonly name: string; readonly content: Uint8Array }[];
  /** Where messages, people and files are kept over a restart. In memory alone when absent. */
  readonly keepIn?: string;
  /** The page offers to connect a model with what is typed there; answers why it could not be, or nothing. It is kept nowhere here. */
  readonly connectModel?: (typed: TypedModel) => Promise<string | undefined>;
  /** An address at which runs can be looked at, a new one each time it is asked for; the page's header leads there. */
  readonly studio?: () => string;
  /** How long a press lets the app open a modal, by `now`. Default Slack's three seconds; a test whose clock runs faster than its machine hands in more. */
  readonly triggerMs?: number;
}

/** A key of a provider, or the address of a model server with the key that it may want. */
export interface TypedModel {
  readonly key: string;
  readonly baseUrl: string;
}

/** A way into the app by a menu: of a message, or of the whole workspace. */
export interface Shortcut {
  readonly type: "global" | "message";
  readonly name: string;
  readonly callbackId: string;
}

/** Several workspaces on one address, into which one app is installed by OAuth. */
export interface WorkspacesOptions extends Pick<WorkspaceOptions, "port" | "now" | "rateLimits"> {
  readonly teams: readonly { readonly id: string; /** The organisation that it belongs to. */ readonly org?: string }[];
  /** With token rotation: how long a token lives. It lives for ever when absent. */
  readonly tokenMs?: number;
}

export interface Workspaces {
  /** For `SLACK_API_URL`. */
  readonly apiUrl: string;
  readonly appToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The first one's `control.connected`, `control.unacked` and sockets are everybody's. */
  workspace(id: string): Workspace;
  /** Takes every token of a workspace or an organisation away, and tells the app. */
  uninstall(id: string, how?: "quietly"): Promise<void>;
  /** The app's redirect URL, for when it names none. */
  redirectTo(address: string): void;
  /** How often a token was asked for with a refresh token. */
  refreshes(): number;
  /** The next answers to a refresh are lost on the way, after Slack has done what was asked. */
  loseRefreshes(times: number): void;
  close(): Promise<void>;
}

export interface Workspace {
  /** The page: http://127.0.0.1:PORT/ */
  readonly url: string;
  /** For `SLACK_API_URL`: http://127.0.0.1:PORT/api/ */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly botUserId: string;
  /** What a person or a test can do to it; the same over HTTP at POST /control/VERB with JSON. */
  readonly control: Control;
  /** What people call them, by id: `#general`, or `Direct messages`. */
  channelNames?(): ReadonlyMap<string, string>;
  /** Sign in with Slack (OpenID Connect): what a program that lets people in by it is set up with; `as=USER` in the query says who they are. */
  signIn?(): { readonly issuer: string; readonly clientId: string; readonly clientSecret: string };
  /** Says something else on the page from now on, for instance once a model is connected. */
  announce?(told: Pick<WorkspaceOptions, "notice" | "suggestions" | "connectModel">): void;
  close(): Promise<void>;
}

export interface Control extends ContentControl, PlatformControl {
  /** Posts as a person; `@parley` in the text becomes a mention and makes the pair of events. */
  post(message: {
    user: string;
    channel: string;
    text: string;
    threadTs?: string;
    files?: readonly PostedFile[];
    /** What Slack puts below a message, of any shape. */
    attachments?: readonly { readonly [key: string]: unknown }[];
    /** In place of the rich text that is made of the words. */
    blocks?: readonly { readonly [key: string]: unknown }[];
  }): Promise<{ ts: string }>;
  edit(message: { channel: string; ts: string; text: string }): Promise<void>;
  remove(message: { channel: string; ts: string }): Promise<void>;
  click(click: { user: string; channel: string; ts: string; actionId: string; value?: string }): Promise<{ acked: boolean }>;
  /** A person uses a button or a menu of a modal, or of the Home tab; `value`: of the one meant, or what was chosen. */
  press(press: {
    readonly user: string;
    readonly viewId: string;
    readonly blockId: string;
    readonly actionId: string;
    readonly value?: string;
  }): Promise<{ acked: boolean }>;
  submit(submission: { user: string; viewId: string; values: unknown }): Promise<{ acked: boolean; response?: unknown }>;
  command(command: { user: string; channel: string; command: string; text: string }): Promise<{ acked: boolean; response?: unknown }>;
  /**
   * A command or an interaction of any shape, with who gives it filled in: as a client sends it that was told an old story, or a person who
   * makes their own. Slack itself looks at nothing in it.
   */
  deliver(delivery: { readonly user: string; readonly payload: { readonly [key: string]: unknown } }): Promise<{ acked: boolean }>;
  /** An event of any shape, delivered as Slack would: to one socket, redelivered when not acked. */
  event(event: { readonly type: string; readonly [key: string]: unknown }): Promise<{ eventId: string }>;
  /** A thread as people see it: root first. */
  thread(channel: string, ts: string): readonly ThreadMessage[];
  /** The roots of a channel, oldest first. */
  channel(channel: string): readonly ThreadMessage[];
  /** The current "is thinking" line of a thread. */
  status(channel: string, ts: string): { readonly status: string; readonly username?: string } | undefined;
  /** Every Web API call the bot made, in order. */
  calls(method?: string): readonly ApiCall[];
  /** The next calls of a method (or `*`) go wrong in this way. */
  fault(fault: Fault): void;
  /** Closes the bot's sockets as Slack does, with this reason. */
  disconnect(reason: "warning" | "refresh_requested" | "link_disabled"): void;
  /** Sends every unacked envelope again, and every acked event of the last minutes when asked: a redelivery. */
  redeliver(options?: { readonly acked?: boolean }): Promise<void>;
  /** Resolves when `done` holds, looked at after each change; rejects after `timeoutMs`. */
  until(done: () => boolean, timeoutMs?: number): Promise<void>;
  /** Whether a bot's socket is open. */
  connected(): boolean;
  /** How many are open. */
  sockets(): number;
  /** Open modals of a person, newest last. */
  modals(user: string): readonly unknown[];
  home(user: string): unknown;
  /** Everything as at the start; open sockets and tokens stay. */
  reset(): void;
  /** A new channel with everybody in it; returns its id. The bot is a member unless told otherwise; `external` marks it as shared by Slack Connect. */
  addChannel(
    name: string,
    options?: {
      readonly isPrivate?: boolean;
      readonly botIsMember?: boolean;
      readonly external?: boolean;
      /** Other workspaces of the organisation (Enterprise Grid) that share it. */
      readonly workspaces?: readonly string[];
      /** A group DM, which has people, and no name of its own. */
      readonly isGroupDm?: boolean;
      /** The people in it; everybody when absent. */
      readonly members?: readonly string[];
    },
  ): string;
  /** A new person, in every channel and with a DM (`D…`); `teamId` makes them a guest from another workspace. Returns the user id. */
  addUser(
    name: string,
    options?: {
      readonly teamId?: string;
      /** The organisation (Enterprise Grid) that they belong to. */
      readonly enterpriseId?: string;
      /** A guest of the workspace: sees the channels that they are in, and no others. */
      readonly isRestricted?: boolean;
      /** A guest of one channel. */
      readonly isUltraRestricted?: boolean;
      /** Of a workspace with which nothing is shared that the app sees. */
      readonly isStranger?: boolean;
      /** Slack shows the app no profile of them, and names no home with what they do. */
      readonly isHidden?: boolean;
      /** Those that they are in; every one when absent. */
      readonly channels?: readonly string[];
      /** The language that they have set, such as `de-DE`; `en-US` when absent. */
      readonly locale?: string;
      /** Of the workspace. */
      readonly isAdmin?: boolean;
      /** Known in the whole organisation, by an id that begins with W. */
      readonly isOrgWide?: boolean;
    },
  ): string;
  /** A person reads Slack in another language from now on, such as `de-DE`; an app that is connected hears of it by user_change. */
  setLocale(user: string, locale: string): void;
  /** A person's account is deactivated; an app that is connected hears of it by user_change. */
  deactivate(user: string): void;
  /** What the app suggests in a person's DM, or in one of its threads. */
  prompts(channel: string, ts?: string): readonly { readonly title: string; readonly message: string }[];
  /** Nobody can write in it until it is taken out of the archive; the bot hears of both. */
  archive(channel: string): void;
  unarchive(channel: string): void;
  /** A person, or the bot, is in the channel no more. Of itself and, where it is in the channel, of who joins the bot hears. */
  leave(left: { readonly user: string; readonly channel: string }): void;
  join(joined: { readonly user: string; readonly channel: string }): void;
  /** A public channel becomes private; who is in it stays. */
  makePrivate(channel: string): void;
  /** Takes one scope from the bot's token until the next reset: methods that need it answer missing_scope, its events stop. */
  withoutScope(scope: string): void;
  /** Chooses how the platform behaves where reports differ or chance decides. */
  configure(behaviour: Behaviour): void;
  /** Does what has become due on the workspace's clock: redeliveries, fading statuses, answers that came too late. For tests with their own `now`. */
  tick(): void;
  /** Envelopes that were sent, or wait to be sent again, and that nobody has acked. */
  unacked(): number;
  react(reaction: { readonly user: string; readonly channel: string; readonly ts: string; readonly name: string }): Promise<void>;
  /** A global shortcut, or with `channel` and `ts` one on that message. */
  shortcut(shortcut: {
    readonly user: string;
    readonly callbackId: string;
    readonly channel?: string;
    readonly ts?: string;
  }): Promise<{ acked: boolean }>;
  /** A person closes a modal. */
  dismiss(dismissal: { readonly user: string; readonly viewId: string }): Promise<{ acked: boolean }>;
  /** A person opens the app's Home tab, or its DM. */
  openApp(opening: { readonly user: string; readonly tab: "home" | "messages" }): Promise<void>;
  /** The agent session of a thread (agents.sessions.setStatus). */
  session(channel: string, ts: string): { readonly status: string; readonly title?: string } | undefined;
  /** A person presses Slack's own Stop button in a thread whose session is processing. */
  stopSession(stop: { readonly user: string; readonly channel: string; readonly ts: string }): Promise<void>;
}

export interface ThreadMessage {
  readonly ts: string;
  readonly threadTs?: string;
  readonly user: string;
  /** Persona name when the bot posted under one. */
  readonly username?: string;
  readonly icons?: { readonly emoji?: string; readonly image_url?: string };
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly files: readonly { readonly id: string; readonly name: string; readonly mimetype: string; readonly size: number }[];
  readonly metadata?: { readonly event_type: string; readonly event_payload: { readonly [key: string]: unknown } };
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
  readonly edited: boolean;
  /** Forwards, previews, other apps' cards, as Slack has them. */
  readonly attachments?: readonly unknown[];
  /** Only this person sees it. */
  readonly ephemeralTo?: string;
}

export interface ApiCall {
  readonly method: string;
  readonly args: { readonly [key: string]: unknown };
  readonly at: number;
  readonly ok: boolean;
  readonly error?: string;
}

export const FAULT_KINDS = [
  "ratelimited",
  "status500",
  "status500_after",
  "timeout_after",
  "reset",
  "reset_after",
  "error",
  "error_after",
  "status",
  "status_after",
  "body",
  "body_after",
  "cut_after",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly method: string;
  /**
   * `after` variants apply the write first, then fail: the ambiguous kind. `error` answers ok:false with `code`; `status` with that HTTP
   * status; `body` with 200 and that text, whatever it is; `cut_after` with the first half of the true answer. The method `response_url`
   * stands for what is posted to such an address.
   */
  readonly kind: FaultKind;
  /** Only calls to this channel. */
  readonly channel?: string;
  readonly code?: string;
  readonly status?: number;
  readonly body?: string;
  readonly retryAfterSeconds?: number;
  /** How many calls; 1 when absent. */
  readonly times?: number;
}
