import { randomBytes } from "node:crypto";
import { ACTION_TOKENS_KEPT_MAX, ACTION_TOKEN_MS } from "../state/limits.ts";
import { isOrgWide, type Local } from "../state/local.ts";
import { messageJson } from "../state/message-json.ts";
import { mentionsUser } from "../blocks/mrkdwn.ts";
import { APP_ID, BOT_USER_ID } from "../state/seed.ts";
import { botIsIn, holdsScope, nextId, nextTs, type Channel, type Json, type Message } from "../state/state.ts";

/** Wraps an event in the body of the Events API and gives it to one socket. The event id is returned. */
export function sendEvent(local: Local, event: Json, isExternal = false): string {
  const eventId = nextId(local.state, "Ev");
  // What is told while an app is told too much is lost, as Slack says.
  if (local.now() < local.state.eventsLimitedUntilMs) return eventId;
  local.socketMode.event({
    token: "local-verification-token",
    team_id: local.teamId,
    context_team_id: local.teamId,
    context_enterprise_id: local.org ?? null,
    api_app_id: APP_ID,
    event,
    type: "event_callback",
    event_id: eventId,
    event_time: Math.trunc(local.now() / 1_000),
    authorizations: [
      {
        enterprise_id: local.org ?? null,
        // An organisation's installation is in no workspace.
        team_id: isOrgWide(local) ? null : local.teamId,
        user_id: BOT_USER_ID,
        is_bot: true,
        is_enterprise_install: isOrgWide(local),
      },
    ],
    is_ext_shared_channel: isExternal,
    event_context: `4-${eventId}`,
  });
  return eventId;
}

/**
 * A message was posted. The bot hears of it in the channels it is in; a mention there comes as two events with the same ts and different
 * ids, in either order. In a DM there is no app_mention.
 */
export function sendPosted(local: Local, channel: Channel, message: Message): void {
  const posted = (): void => hear(local, channel, messageEvent(local, channel, message));
  const mentioned = message.user !== BOT_USER_ID && channel.kind !== "im" && botIsIn(channel) && mentionsUser(message.text, BOT_USER_ID);
  const mention = (): void => {
    if (!mentioned || !holdsScope(local.state, "app_mentions:read")) return;
    // app_mention has neither channel_type nor subtype.
    const { subtype: _, ...event } = messageJson(local, message, { isEvent: true });
    sendEvent(
      local,
      { ...event, type: "app_mention", channel: channel.id, event_ts: message.ts, ...actionTokenJson(local, message) },
      channel.isExternal,
    );
  };
  const order = local.state.switches.mentionOrder;
  const mentionFirst = order === "app_mention_first" || (order === "random" && Math.random() < 0.5);
  if (mentionFirst) mention();
  posted();
  if (!mentionFirst) mention();
}

/** What lets the app search in the name of whoever has spoken to it: once with each mention, and with each message of its DM. */
function actionTokenJson(local: Local, message: Message): Json {
  const { state } = local;
  if (!state.switches.hasSearch || !holdsScope(state, "search:read.public") || message.app || message.user === BOT_USER_ID) return {};
  const token = `${Math.trunc(local.now())}.${local.teamId.length}.${randomBytes(16).toString("hex")}`;
  for (const [old, { expiresAtMs }] of state.actionTokens)
    if (expiresAtMs < local.now() || state.actionTokens.size >= ACTION_TOKENS_KEPT_MAX) state.actionTokens.delete(old);
  state.actionTokens.set(token, { user: message.user, expiresAtMs: local.now() + ACTION_TOKEN_MS });
  return { assistant_thread: { action_token: token } };
}

/** An edit: the whole message before and after, hidden. */
export function sendChanged(local: Local, channel: Channel, change: { readonly before: Message; readonly after: Message }): void {
  const ts = nextTs(local.state, local.now());
  hear(local, channel, {
    type: "message",
    subtype: "message_changed",
    message: messageJson(local, change.after, { replyCounts: true, isEvent: true }),
    previous_message: messageJson(local, change.before, { isEvent: true }),
    channel: channel.id,
    hidden: true,
    ts,
    event_ts: ts,
    channel_type: channelType(channel),
  });
}

/** Of a root with replies a tombstone is left, and Slack tells of it as of a change. */
export function sendDeleted(local: Local, channel: Channel, message: Message): void {
  const left = channel.messages.get(message.ts);
  if (left) return sendChanged(local, channel, { before: message, after: left });
  const ts = nextTs(local.state, local.now());
  hear(local, channel, {
    type: "message",
    subtype: "message_deleted",
    previous_message: messageJson(local, message, { isEvent: true }),
    channel: channel.id,
    hidden: true,
    deleted_ts: message.ts,
    ts,
    event_ts: ts,
    channel_type: channelType(channel),
  });
}

export function sendReaction(
  local: Local,
  channel: Channel,
  reaction: { readonly user: string; readonly name: string; readonly message: Message; readonly added: boolean },
): void {
  if (!botIsIn(channel) || !holdsScope(local.state, "reactions:read")) return;
  // The manifest subscribes to reaction_added alone.
  if (!reaction.added) return;
  sendEvent(local, {
    type: "reaction_added",
    user: reaction.user,
    reaction: reaction.name,
    item: { type: "message", channel: channel.id, ts: reaction.message.ts },
    item_user: reaction.message.user,
    event_ts: nextTs(local.state, local.now()),
  });
}

function channelType(channel: Channel): "channel" | "group" | "im" | "mpim" {
  if (channel.isGroupDm) return "mpim";
  return channel.kind === "channel" ? "channel" : channel.kind === "private" ? "group" : "im";
}

/** Slack has told the app too much within the hour: it says so once a minute, without an event inside, and is silent meanwhile. */
export function limitEvents(local: Local, forMs: number): void {
  local.socketMode.event({
    token: "local-verification-token",
    type: "app_rate_limited",
    team_id: local.teamId,
    minute_rate_limited: Math.trunc(local.now() / 60_000) * 60,
    api_app_id: APP_ID,
  });
  local.state.eventsLimitedUntilMs = local.now() + forMs;
}

/** The scope without which neither the history of a channel nor its messages can be had. */
export function historyScope(channel: Channel): string {
  if (channel.isGroupDm) return "mpim:history";
  return channel.kind === "channel" ? "channels:history" : channel.kind === "private" ? "groups:history" : "im:history";
}

function messageEvent(local: Local, channel: Channel, message: Message): Json {
  const root = message.isBroadcast && message.threadTs !== undefined ? channel.messages.get(message.threadTs) : undefined;
  return {
    ...messageJson(local, message, { isEvent: true }),
    ...(channel.kind === "im" ? actionTokenJson(local, message) : {}),
    ...(root ? { root: messageJson(local, root, { replyCounts: true }) } : {}),
    channel: channel.id,
    event_ts: message.ts,
    channel_type: channelType(channel),
  };
}

function hear(local: Local, channel: Channel, event: Json): void {
  if (botIsIn(channel) && holdsScope(local.state, historyScope(channel))) sendEvent(local, event, channel.isExternal);
}
