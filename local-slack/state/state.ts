import { randomBytes } from "node:crypto";
import type { ApiCall, Fault } from "../contract.ts";
import { BOT_USER_ID, OPTIONAL_SCOPES, SCOPES } from "./seed.ts";

/** JSON as it travels. */
export interface Json {
  readonly [key: string]: unknown;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly isBot: boolean;
  /** Another team's for a guest from Slack Connect. */
  readonly teamId: string;
  readonly enterpriseId?: string;
  /** A guest of some channels. */
  readonly isRestricted?: boolean;
  /** A guest of one channel. */
  readonly isUltraRestricted?: boolean;
  /** Of a workspace with which no channel that the app sees is shared. */
  readonly isStranger?: boolean;
  /** The app is shown nothing of them: neither a profile nor where they are at home. */
  readonly isHidden?: boolean;
  /** The language that they have set, such as `de-DE`; `en-US` when absent. */
  readonly locale?: string;
  /** Of the workspace. */
  readonly isAdmin?: boolean;
  /** Their account was deactivated. */
  readonly isGone?: boolean;
  /** The app whose bot it is. */
  readonly app?: OtherApp;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: "channel" | "private" | "im";
  /** A group DM, which is private and has no name of its own. */
  readonly isGroupDm?: boolean;
  readonly members: Set<string>;
  /** The person at the other end of a DM. */
  readonly person?: string;
  readonly isExternal: boolean;
  /** Other workspaces of the organisation (Enterprise Grid) that share it. */
  readonly workspaces?: readonly string[];
  isArchived: boolean;
  topic: string;
  purpose: string;
  /** By ts, oldest first, roots and replies and what only one person sees. */
  readonly messages: Map<string, Message>;
  /** Roots that are gone; replies to them are orphans, not errors. */
  readonly deletedRoots: Set<string>;
}

/** An app beside Parley: its bot may have a user of its own, or post as webhooks do, without one. */
export interface OtherApp {
  readonly name: string;
  readonly appId: string;
  readonly botId: string;
}

export interface Persona {
  readonly name?: string;
  readonly iconEmoji?: string;
  readonly iconUrl?: string;
}

/** Never changed in place: an edit puts a new object under the same ts. */
export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly user: string;
  readonly persona?: Persona;
  readonly text: string;
  readonly blocks?: readonly Json[];
  readonly attachments?: readonly Json[];
  readonly files: readonly StoredFile[];
  readonly metadata?: { readonly event_type: string; readonly event_payload: Json };
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
  readonly edited?: { readonly user: string; readonly ts: string };
  readonly isBroadcast: boolean;
  readonly isTombstone: boolean;
  readonly ephemeralTo?: string;
  /** Which other app posted it: under its own bot user, as a webhook (then there is no user), or with a person's token. */
  readonly app?: OtherApp & { readonly as: "bot" | "webhook" | "person" };
  /** What the workspace itself says, such as `channel_topic`, with the fields that come with it. */
  readonly notice?: { readonly subtype: string; readonly fields: Json };
  readonly stream?: Stream;
}

/** A message that grows while people look on (chat.startStream). */
export interface Stream {
  readonly state: "in_progress" | "completed" | "errored" | "stopped";
  /** The one person who sees it grow. */
  readonly recipient: string;
  readonly markdown: string;
  /** Tasks, titles of plans and blocks among its chunks, by task where they have one. */
  readonly parts: readonly Json[];
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly altText: string;
  readonly mimetype: string;
  readonly user: string;
  readonly createdAtMs: number;
  readonly content: Buffer;
  readonly isSnippet: boolean;
  /** Fields of a clip, a canvas or a list, which files of other kinds have not. */
  readonly special?: Json;
  /** Events name no more than its id: files.info says the rest, as for files of a shared channel. */
  readonly isStub?: boolean;
  /** What files.info answers in its place. */
  readonly refusedWith?: string;
}

/** A file between files.getUploadURLExternal and files.completeUploadExternal. */
export interface Upload {
  readonly fileId: string;
  readonly name: string;
  readonly length: number;
  readonly altText: string;
  readonly isSnippet: boolean;
  content: Buffer | undefined;
}

export interface View {
  readonly id: string;
  readonly type: "modal" | "home";
  readonly user: string;
  readonly rootViewId: string;
  readonly previousViewId?: string;
  readonly hash: string;
  readonly externalId: string;
  /** title, blocks, submit, close, private_metadata, callback_id, … as the app gave them. */
  readonly content: Json;
}

interface ThreadStatus {
  readonly channel: string;
  readonly threadTs: string;
  readonly status: string;
  readonly persona?: Persona;
  readonly loadingMessages: readonly string[];
  readonly expiresAtMs: number;
  readonly cancelTimer: () => void;
}

export interface Session {
  readonly status: "active" | "processing" | "suspended" | "closed";
  readonly title?: string;
  readonly initiator?: string;
  readonly changedAtMs: number;
}

export interface Trigger {
  readonly user: string;
  readonly expiresAtMs: number;
  /** The view in which it was pressed, for views.push. */
  readonly viewId?: string;
  used: boolean;
}

export interface ResponseUrl {
  readonly channel: string;
  readonly user: string;
  /** The message with the button, for replace_original and delete_original. */
  readonly messageTs?: string;
  readonly threadTs?: string;
  readonly expiresAtMs: number;
  uses: number;
}

/** What a test can choose about the platform where its behaviour is unclear or cannot be told in advance. */
interface Switches {
  mentionOrder: "random" | "message_first" | "app_mention_first";
  /** Whether chat.update leaves a persona on its message; reports differ. */
  personaOnUpdate: "keep" | "revert";
  /** Whether the app's own persona posts come back with a subtype; both have been seen. */
  personaEcho: "bot_message" | "no_subtype";
  readonly missingScopes: Set<string>;
  isAgent: boolean;
  enterpriseId?: string;
  /** Whether events of shared channels tell of files by their ids alone, as Slack's do. */
  fileStubs: "connect" | "never";
  /** Distributed outside of Slack's Marketplace: histories once a minute, 15 messages. */
  isDistributed: boolean;
  /** Whether the workspace has the real-time search. */
  hasSearch: boolean;
  /** Whether it finds what the person sees in private too. */
  searchesAll: boolean;
  /** Off where an administrator has turned canvases off. */
  hasCanvases: boolean;
}

/** A step of a workflow that the app was asked to do. */
export interface Step {
  readonly id: string;
  readonly callbackId: string;
  readonly status: "running" | "completed" | "failed";
  readonly outputs?: Json;
  readonly error?: string;
}

export interface State {
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  readonly files: Map<string, StoredFile>;
  readonly uploads: Map<string, Upload>;
  readonly views: Map<string, View>;
  readonly homes: Map<string, View>;
  /** By `channel/threadTs`. */
  readonly statuses: Map<string, ThreadStatus>;
  readonly sessions: Map<string, Session>;
  readonly prompts: Map<string, readonly { readonly title: string; readonly message: string }[]>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  /** What a person has chosen in a select or typed in a message, by `container/block/action`. */
  readonly chosen: Map<string, Json>;
  readonly calls: ApiCall[];
  readonly faults: { readonly fault: Fault; left: number }[];
  /** Tokens left in each rate limit's bucket. */
  readonly buckets: Map<string, { tokens: number; atMs: number }>;
  readonly switches: Switches;
  readonly steps: Map<string, Step>;
  /** Tokens that come with steps; they are the app's. */
  readonly stepTokens: Set<string>;
  /** What lets the app search, and in whose name. */
  readonly actionTokens: Map<string, { readonly user: string; readonly expiresAtMs: number }>;
  /** Until when the app hears of nothing, as it was told too much. */
  eventsLimitedUntilMs: number;
  lastTsMicros: number;
  counter: number;
}

/** Seconds and microseconds since the epoch, never the same twice and never going back, also when the clock does. */
export function nextTs(state: State, nowMs: number): string {
  // Slack's counters move in steps of about a hundred; it makes a ts easy to tell from a rounded time.
  state.lastTsMicros = Math.max(Math.trunc(nowMs * 1_000), state.lastTsMicros + 100);
  return `${Math.trunc(state.lastTsMicros / 1_000_000)}.${String(state.lastTsMicros % 1_000_000).padStart(6, "0")}`;
}

/** `F`, `V`, `Ev` … and an id that was not given before in this workspace. */
export function nextId(state: State, prefix: string): string {
  state.counter += 1;
  return `${prefix}0${state.counter.toString(36).toUpperCase().padStart(3, "0")}${randomBytes(3).toString("hex").toUpperCase()}`;
}

/** Ada from the start, and who was made one. */
export const isAdmin = (user: User): boolean => user.isAdmin ?? user.id === "U0ADA";

export function botIsIn(channel: Channel): boolean {
  return channel.members.has(BOT_USER_ID);
}

/** Root first, then replies; what only one person sees is left out. */
export function threadMessages(channel: Channel, rootTs: string): Message[] {
  const thread: Message[] = [];
  for (const message of channel.messages.values()) {
    if (message.ephemeralTo === undefined && (message.ts === rootTs || message.threadTs === rootTs)) thread.push(message);
  }
  return thread;
}

export function holdsScope(state: State, scope: string): boolean {
  return (SCOPES.includes(scope) || OPTIONAL_SCOPES.includes(scope)) && !state.switches.missingScopes.has(scope);
}
