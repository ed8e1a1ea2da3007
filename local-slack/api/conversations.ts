import { flagArg, limitArg, pageOf, textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { historyScope } from "../socket/events.ts";
import { DISTRIBUTED_READS, TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { findChannel, membership } from "./lookups.ts";
import { messageJson } from "../state/message-json.ts";
import { BOT_USER_ID } from "../state/seed.ts";
import { botIsIn, threadMessages, type Channel, type Json, type Message } from "../state/state.ts";
import type { Method } from "./method.ts";

export const conversationMethods: { readonly [name: string]: Method } = {
  "conversations.replies": { perMinute: readsPerMinute, scopes: channelScopes(historyScope), run: replies },
  "conversations.history": { perMinute: readsPerMinute, scopes: channelScopes(historyScope), run: history },
  "conversations.info": { perMinute: TIER.three, scopes: channelScopes(readScope), run: info },
  "conversations.members": { perMinute: TIER.four, scopes: channelScopes(readScope), run: members },
  "conversations.list": {
    perMinute: TIER.two,
    scopes: (_, args) => typesOf(args).map((type) => TYPE_SCOPES[type] ?? "channels:read"),
    run: list,
  },
  "users.conversations": {
    perMinute: TIER.three,
    scopes: (_, args) => typesOf(args).map((type) => TYPE_SCOPES[type] ?? "channels:read"),
    run: own,
  },
  "conversations.open": {
    perMinute: TIER.three,
    scopes: (_, args) => [textArg(args, "users").includes(",") ? "mpim:write" : "im:write"],
    run: open,
  },
};

const TYPE_SCOPES: { readonly [type: string]: string } = {
  public_channel: "channels:read",
  private_channel: "groups:read",
  im: "im:read",
  mpim: "mpim:read",
};

function readsPerMinute({ state }: Local): number {
  return state.switches.isDistributed ? DISTRIBUTED_READS.perMinute : TIER.three;
}

/** The whole thread, root first. The root comes back even when it is older than `oldest`. */
function replies(local: Local, args: Args): Json | Refusal {
  const channel = readable(local, args);
  if (isRefusal(channel)) return channel;
  const named = channel.messages.get(textArg(args, "ts"));
  if (!named || named.ephemeralTo !== undefined) return refuse("thread_not_found");
  const rootTs = named.threadTs ?? named.ts;
  const within = inRange(args);
  if (isRefusal(within)) return within;
  const thread = threadMessages(channel, rootTs).filter((message) => message.ts === rootTs || within(message));
  return messagesPage(local, args, thread);
}

/** Roots and broadcast replies, newest first. */
function history(local: Local, args: Args): Json | Refusal {
  const channel = readable(local, args);
  if (isRefusal(channel)) return channel;
  const within = inRange(args);
  if (isRefusal(within)) return within;
  const roots = [...channel.messages.values()].filter(
    (message) => message.ephemeralTo === undefined && (message.threadTs === undefined || message.isBroadcast) && within(message),
  );
  return messagesPage(local, args, roots.reverse(), 100);
}

function messagesPage(local: Local, args: Args, messages: readonly Message[], fallbackLimit = 1_000): Json | Refusal {
  const asked = limitArg(args, fallbackLimit);
  if (isRefusal(asked)) return asked;
  const limit = local.state.switches.isDistributed ? Math.min(asked, DISTRIBUTED_READS.messagesMax) : asked;
  const page = pageOf(messages, args, limit);
  if (isRefusal(page)) return page;
  const wanted = { metadata: flagArg(args, "include_all_metadata"), replyCounts: true };
  return {
    messages: page.items.map((message) => messageJson(local, message, wanted)),
    has_more: page.nextCursor !== "",
    ...(page.nextCursor === "" ? {} : { response_metadata: { next_cursor: page.nextCursor } }),
  };
}

/** Between `oldest` and `latest`; the ends themselves only when `inclusive`. */
function inRange(args: Args): ((message: Message) => boolean) | Refusal {
  const oldest = textArg(args, "oldest") || "0";
  const latest = textArg(args, "latest") || "now";
  if (!/^\d+(\.\d+)?$/.test(oldest)) return refuse("invalid_ts_oldest");
  if (latest !== "now" && !/^\d+(\.\d+)?$/.test(latest)) return refuse("invalid_ts_latest");
  const inclusive = flagArg(args, "inclusive");
  const from = micros(oldest);
  const to = latest === "now" ? Number.POSITIVE_INFINITY : micros(latest);
  return ({ ts }) => (micros(ts) > from || (inclusive && micros(ts) === from)) && (micros(ts) < to || (inclusive && micros(ts) === to));
}

/** A ts as a whole number: as a fraction it would lose its last digits. */
function micros(ts: string): number {
  const [seconds = "0", fraction = ""] = ts.split(".");
  return Number(seconds) * 1_000_000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

function info(local: Local, args: Args): Json | Refusal {
  const channel = findChannel(local, textArg(args, "channel"));
  if (isRefusal(channel)) return channel;
  const counted = flagArg(args, "include_num_members") ? { num_members: channel.members.size } : {};
  return { channel: { ...channelJson(local, channel), ...counted } };
}

function members(local: Local, args: Args): Json | Refusal {
  const channel = findChannel(local, textArg(args, "channel"));
  const limit = limitArg(args, 100);
  if (isRefusal(channel)) return channel;
  if (isRefusal(limit)) return limit;
  const page = pageOf([...channel.members], args, limit);
  return isRefusal(page) ? page : { members: page.items, response_metadata: { next_cursor: page.nextCursor } };
}

/** Those that a person is in, private ones as far as the bot is in them too; without `user`, Slack means the token's. */
function own(local: Local, args: Args): Json | Refusal {
  const types = typesOf(args);
  if (types.some((type) => !(type in TYPE_SCOPES))) return refuse("invalid_types");
  const limit = limitArg(args, 100);
  if (isRefusal(limit)) return limit;
  const user = textArg(args, "user") || BOT_USER_ID;
  if (!local.state.users.has(user)) return refuse("user_not_found");
  const channels = [...local.state.channels.values()].filter(
    (channel) =>
      types.includes(typeOf(channel)) &&
      channel.members.has(user) &&
      (channel.kind === "channel" || botIsIn(channel)) &&
      !(flagArg(args, "exclude_archived") && channel.isArchived),
  );
  const page = pageOf(channels, args, limit);
  return isRefusal(page)
    ? page
    : { channels: page.items.map((channel) => channelJson(local, channel)), response_metadata: { next_cursor: page.nextCursor } };
}

function typeOf({ kind, isGroupDm }: Channel): string {
  if (isGroupDm) return "mpim";
  return kind === "channel" ? "public_channel" : kind === "private" ? "private_channel" : "im";
}

function list(local: Local, args: Args): Json | Refusal {
  const types = typesOf(args);
  if (types.some((type) => !(type in TYPE_SCOPES))) return refuse("invalid_types");
  const limit = limitArg(args, 100);
  if (isRefusal(limit)) return limit;
  const channels = [...local.state.channels.values()].filter(
    (channel) =>
      types.includes(typeOf(channel)) &&
      (channel.kind === "channel" || botIsIn(channel)) &&
      !(flagArg(args, "exclude_archived") && channel.isArchived),
  );
  const page = pageOf(channels, args, limit);
  return isRefusal(page)
    ? page
    : { channels: page.items.map((channel) => channelJson(local, channel)), response_metadata: { next_cursor: page.nextCursor } };
}

function open(local: Local, args: Args): Json | Refusal {
  const person = textArg(args, "users");
  const id = textArg(args, "channel");
  if (person === "" && id === "") return refuse("users_list_not_supplied");
  const im = [...local.state.channels.values()].find(
    (channel) => channel.kind === "im" && (channel.id === id || channel.person === person),
  );
  if (!im) return refuse(person === "" ? "channel_not_found" : "user_not_found");
  return { no_op: true, already_open: true, channel: flagArg(args, "return_im") ? channelJson(local, im) : { id: im.id } };
}

function readable(local: Local, args: Args): Channel | Refusal {
  const channel = findChannel(local, textArg(args, "channel"));
  if (isRefusal(channel)) return channel;
  const refused = membership(channel);
  // An archived channel can still be read.
  return isRefusal(refused) && refused.error !== "is_archived" ? refused : channel;
}

function channelScopes(scopeOf: (channel: Channel) => string): Method["scopes"] {
  return (local, args) => {
    const channel = local.state.channels.get(textArg(args, "channel"));
    return channel ? [scopeOf(channel)] : [];
  };
}

function readScope(channel: Channel): string {
  if (channel.isGroupDm) return "mpim:read";
  return channel.kind === "channel" ? "channels:read" : channel.kind === "private" ? "groups:read" : "im:read";
}

function typesOf(args: Args): readonly string[] {
  return (textArg(args, "types") || "public_channel").split(",").map((type) => type.trim());
}

function channelJson(local: Local, channel: Channel): Json {
  const shared = {
    id: channel.id,
    created: 0,
    is_archived: channel.isArchived,
    is_org_shared: channel.workspaces !== undefined,
    context_team_id: local.teamId,
    updated: 0,
  };
  if (channel.kind === "im") return { ...shared, is_im: true, user: channel.person, is_user_deleted: false, is_open: true, priority: 0 };
  const text = (value: string): Json => ({ value, creator: value === "" ? "" : "U0ADA", last_set: 0 });
  return {
    ...shared,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.isGroupDm !== true,
    is_group: channel.isGroupDm === true,
    is_im: false,
    is_mpim: channel.isGroupDm === true,
    is_private: channel.kind === "private",
    is_general: channel.name === "general",
    is_member: channel.members.has(BOT_USER_ID),
    is_shared: channel.isExternal || channel.workspaces !== undefined,
    is_ext_shared: channel.isExternal,
    is_pending_ext_shared: false,
    unlinked: 0,
    creator: "U0ADA",
    topic: text(channel.topic),
    purpose: text(channel.purpose),
    previous_names: [],
    pending_shared: [],
    pending_connected_team_ids: [],
    ...teamsOf(local, channel),
  };
}

/** Those that a channel is shared among: the workspace that it is in, and those that its other people are from. */
function teamsOf(local: Local, channel: Channel): Json {
  const homes = [...channel.members].flatMap((id) => local.state.users.get(id)?.teamId ?? []);
  const others = channel.isExternal ? [...new Set(homes)].filter((id) => id !== local.teamId) : [];
  const workspaces = channel.workspaces ?? [];
  return {
    shared_team_ids: [...new Set([local.teamId, ...workspaces, ...others])],
    internal_team_ids: [],
    ...(channel.isExternal ? { connected_team_ids: others, conversation_host_id: local.teamId } : {}),
  };
}
