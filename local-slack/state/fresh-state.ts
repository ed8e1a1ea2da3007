import { BOT_NAME, BOT_USER_ID, CHANNELS, PEOPLE } from "./seed.ts";
import type { Channel, State, User } from "./state.ts";

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
    switches: {
      mentionOrder: "random",
      personaOnUpdate: "revert",
      personaEcho: "bot_message",
      missingScopes: new Set(),
      isAgent: true,
      fileStubs: "connect",
      isDistributed: false,
      hasSearch: true,
      searchesAll: false,
      hasCanvases: true,
    },
    steps: new Map(),
    stepTokens: new Set(),
    actionTokens: new Map(),
    eventsLimitedUntilMs: 0,
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
  const im = emptyChannel({ id: user.id.replace(/^[UW]/, "D"), name: user.name.toLowerCase(), kind: "im", isExternal: false });
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
    readonly workspaces?: readonly string[];
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
  readonly workspaces?: readonly string[];
}): Channel {
  return {
    id: channel.id,
    name: channel.name,
    kind: channel.kind,
    isExternal: channel.isExternal,
    ...(channel.workspaces ? { workspaces: channel.workspaces } : {}),
    members: new Set(),
    isArchived: false,
    topic: "",
    purpose: "",
    messages: new Map(),
    deletedRoots: new Set(),
  };
}
