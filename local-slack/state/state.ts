import { randomBytes } from "node:crypto";
import type { ApiCall, Fault } from "../contract.ts";
import { BOT_NAME, BOT_USER_ID, CHANNELS, PEOPLE, SCOPES } from "./seed.ts";

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
  /** Of the workspace. */
  readonly isAdmin?: boolean;
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
  isArchived: boolean;
  /** By ts, oldest first, roots and replies and what only one person sees. */
  readonly messages: Map<string, Message>;
  /** Roots that are gone; replies to them are orphans, not errors. */
  readonly deletedRoots: Set<string>;
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
  lastTsMicros: number;
  counter: number;
}

export function freshState(teamId: string): State {
  const state: State = {
    users: new Map(),
    channels: new Map(),
    files: new Map(),
    uploads: new Map(),
    views: new Map(),
    homes: new Map(),
    statuses: new Map(),
    sessions: new Map(),
    prompts: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    chosen: new Map(),
    calls: [],
    faults: [],
    buckets: new Map(),
    switches: { mentionOrder: "random", personaOnUpdate: "revert", personaEcho: "bot_message", missingScopes: new Set(), isAgent: true },
    lastTsMicros: 0,
    counter: 0,
  };
  state.users.set(BOT_USER_ID, { id: BOT_USER_ID, name: BOT_NAME, realName: "Parley", isBot: true, teamId });
  for (const channel of CHANNELS) addChannel(state, { ...channel, isExternal: false });
  for (const person of PEOPLE) addUser(state, { ...person, teamId });
  return state;
}

/** A person joins every channel of the team, also the private one, or those that are named, and has a DM with the bot. */
export function addUser(state: State, person: Omit<User, "isBot">, channels?: readonly string[]): User {
  const user: User = { ...person, isBot: false };
  state.users.set(user.id, user);
  for (const channel of state.channels.values())
    if (channel.kind !== "im" && (channels?.includes(channel.id) ?? true)) channel.members.add(user.id);
  const im = emptyChannel({ id: user.id.replace(/^U/, "D"), name: user.name.toLowerCase(), kind: "im", isExternal: false });
  im.members.add(user.id).add(BOT_USER_ID);
  state.channels.set(im.id, { ...im, person: user.id });
  return user;
}

export function addChannel(
  state: State,
  channel: {
    readonly id: string;
    readonly name: string;
    readonly kind: "channel" | "private";
    readonly isGroupDm?: boolean;
    readonly botIsMember: boolean;
    readonly isExternal: boolean;
    /** Everybody when absent. */
    readonly people?: readonly string[];
  },
): Channel {
  const added = emptyChannel(channel);
  const isIn = (user: User) => (user.isBot ? channel.botIsMember : (channel.people?.includes(user.id) ?? true));
  for (const user of state.users.values()) if (isIn(user)) added.members.add(user.id);
  state.channels.set(added.id, channel.isGroupDm ? { ...added, isGroupDm: true } : added);
  return added;
}

function emptyChannel(channel: {
  readonly id: string;
  readonly name: string;
  readonly kind: Channel["kind"];
  readonly isExternal: boolean;
}): Channel {
  return {
    id: channel.id,
    name: channel.name,
    kind: channel.kind,
    isExternal: channel.isExternal,
    members: new Set(),
    isArchived: false,
    messages: new Map(),
    deletedRoots: new Set(),
  };
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
  return SCOPES.includes(scope) && !state.switches.missingScopes.has(scope);
}
