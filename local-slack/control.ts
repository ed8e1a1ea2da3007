import { isRefusal, type Refusal } from "./refusal.ts";
import { command, shortcut } from "./socket/commands.ts";
import { describe, forward, pasteTable, postAsApp, preview } from "./content.ts";
import { createPlatformControl } from "./platform-control.ts";
import { userJson } from "./api/users.ts";
import { sendEvent } from "./socket/events.ts";
import { addFault } from "./api/faults.ts";
import { deliver, use } from "./socket/interactions.ts";
import { CHANNELS_MAX } from "./state/limits.ts";
import type { Local } from "./state/local.ts";
import { postNotice } from "./state/messages.ts";
import { editMessage, openApp, reactTo, removeMessage, say, stopSession } from "./people.ts";
import { addChannel, addUser, freshState } from "./state/fresh-state.ts";
import { botIsIn, nextId, nextTs, type Channel, type Json, type Message, type User } from "./state/state.ts";
import { promptsOf, sessionOf } from "./api/agents.ts";
import { keyOf, statusOf } from "./state/statuses.ts";
import { BOT_USER_ID } from "./state/seed.ts";
import { dismiss, submit } from "./socket/submissions.ts";
import { modalsOf, viewJson } from "./blocks/views.ts";
import type { Behaviour, Control, ThreadMessage } from "./contract.ts";

/** What a person or a test can do. What Slack's own windows would not let a person do is a mistake in the test, and throws. */
export function createControl(local: Local): Control {
  const channelOf = (id: string): Channel => local.state.channels.get(id) ?? fail(`there is no channel ${id}`);
  const groupOr = ({ kind }: Channel, what: string): string => `${kind === "private" ? "group" : "channel"}_${what}`;
  const tell = (channel: Channel, type: string, more: Json): void =>
    void sendEvent(local, { type, channel: channel.id, ...more, event_ts: nextTs(local.state, local.now()) }, channel.isExternal);
  function changeUser(id: string, change: Partial<User>): void {
    const changed = { ...(local.state.users.get(id) ?? fail(`there is no person ${id}`)), ...change };
    local.state.users.set(id, changed);
    // Before an app is there, nobody is told.
    if (local.socketMode.socketCount === 0) return;
    const event_ts = nextTs(local.state, local.now());
    sendEvent(local, { type: "user_change", user: userJson(local, changed, true), cache_ts: Math.trunc(local.now() / 1_000), event_ts });
  }

  return {
    post: async (message) => ({ ts: granted(say(local, { ...message, keepReferences: true })).ts }),
    edit: async (edit) => void granted(editMessage(local, edit)),
    remove: async (removed) => granted(removeMessage(local, removed)),
    forward: async (forwarded) => ({ ts: granted(forward(local, forwarded)).ts }),
    pasteTable: async (pasted) => ({ ts: granted(pasteTable(local, pasted)).ts }),
    preview: async (previewed) => void granted(preview(local, previewed)),
    postAsApp: async (posted) => ({ ts: granted(postAsApp(local, posted)).ts }),
    describe: async (described) => granted(describe(local, described)),
    ...createPlatformControl(local),
    react: async (reaction) => granted(reactTo(local, reaction)),
    click: async ({ user, channel, ts, actionId, value }) => {
      const result = granted(
        await use(local, { user, place: { channel, ts }, actionId, ...(value === undefined ? {} : { given: value }) }),
      );
      return { acked: result.acked };
    },
    press: async ({ user, viewId, blockId, actionId, value }) => {
      const used = { user, place: { viewId }, blockId, actionId, ...(value === undefined ? {} : { given: value }) };
      return { acked: granted(await use(local, used)).acked };
    },
    submit: async (submission) => {
      const result = granted(await submit(local, submission));
      if ("errors" in result) return { acked: result.acked, response: { response_action: "errors", errors: result.errors } };
      return answered(result);
    },
    dismiss: async (dismissal) => ({ acked: granted(await dismiss(local, dismissal)).acked }),
    command: async (given) => answered(granted(await command(local, given))),
    shortcut: async (given) => ({ acked: granted(await shortcut(local, given)).acked }),
    deliver: async (delivery) => ({ acked: (await deliver(local, delivery)).acked }),
    event: async (event) => ({ eventId: sendEvent(local, { event_ts: nextTs(local.state, local.now()), ...event }) }),
    openApp: async ({ user, tab }) => openApp(local, { user, channel: "", tab }),
    stopSession: async (stop) => granted(stopSession(local, stop)),

    thread: (id, ts) =>
      [...channelOf(id).messages.values()]
        .filter((message) => message.ts === ts || message.threadTs === ts)
        .map((message) => seen(local, message)),
    channel: (id) =>
      [...channelOf(id).messages.values()].filter((message) => message.threadTs === undefined).map((message) => seen(local, message)),
    status: (id, ts) => statusOf(local, id, ts),
    session: (id, ts) => sessionOf(local, keyOf(id, ts)),
    calls: (method) => (method === undefined ? [...local.state.calls] : local.state.calls.filter((call) => call.method === method)),
    connected: () => local.socketMode.socketCount > 0,
    sockets: () => local.socketMode.socketCount,
    unacked: () => local.socketMode.unackedCount,
    modals: (user) => modalsOf(local, user).map((view) => viewJson(local, view)),
    prompts: (channel, ts) => promptsOf(local, channel, ts),
    home: (user) => {
      const view = local.state.homes.get(user);
      return view && viewJson(local, view);
    },
    until: (done, timeoutMs) => local.changes.until(done, timeoutMs),

    addChannel: (name, options = {}) => {
      if (local.state.channels.size >= CHANNELS_MAX) fail(`there are ${CHANNELS_MAX} channels already`);
      const { isGroupDm = false, isPrivate = isGroupDm, botIsMember = true, external = false, members, workspaces } = options;
      const id = nextId(local.state, "C");
      addChannel(local.state, {
        id,
        name,
        kind: isPrivate ? "private" : "channel",
        botIsMember,
        isExternal: external,
        ...(isGroupDm ? { isGroupDm } : {}),
        ...(workspaces ? { workspaces } : {}),
        ...(members ? { people: members } : {}),
      });
      local.changes.show({ type: "reload" }, "everyone");
      return id;
    },
    addUser: (name, options = {}) => {
      const { channels, isOrgWide = false, ...person } = options;
      const user = addUser(
        local.state,
        {
          id: nextId(local.state, isOrgWide ? "W" : "U"),
          name,
          realName: name,
          ...person,
          teamId: options.teamId ?? local.teamId,
          isAdmin: options.isAdmin ?? false,
        },
        channels,
      );
      local.changes.show({ type: "reload" }, "everyone");
      return user.id;
    },
    setLocale: (id, locale) => changeUser(id, { locale }),
    deactivate: (id) => changeUser(id, { isGone: true }),
    leave: ({ user, channel }) => {
      const left = channelOf(channel);
      const prefix = left.kind === "private" ? "group" : "channel";
      if (user !== BOT_USER_ID) postNotice(local, left, { user, subtype: `${prefix}_leave`, text: "has left the channel" });
      if (left.members.delete(user) && user === BOT_USER_ID) tell(left, groupOr(left, "left"), { actor_id: ADMIN_ID });
      local.changes.show({ type: "reload" }, "everyone");
    },
    join: ({ user, channel }) => {
      const joined = channelOf(channel);
      joined.members.add(user);
      const prefix = joined.kind === "private" ? "group" : "channel";
      postNotice(local, joined, { user, subtype: `${prefix}_join`, text: "has joined the channel", fields: { inviter: ADMIN_ID } });
      if (botIsIn(joined))
        tell(joined, "member_joined_channel", {
          user,
          channel_type: joined.kind === "private" ? "G" : "C",
          team: local.state.users.get(user)?.teamId ?? local.teamId,
          inviter: ADMIN_ID,
        });
      local.changes.show({ type: "reload" }, "everyone");
    },
    makePrivate: (id) => {
      local.state.channels.set(id, { ...channelOf(id), kind: "private" });
      local.changes.show({ type: "reload" }, "everyone");
    },
    archive: (id) => {
      const channel = channelOf(id);
      channel.isArchived = true;
      if (botIsIn(channel)) tell(channel, groupOr(channel, "archive"), { user: ADMIN_ID, is_moved: 0 });
    },
    unarchive: (id) => {
      const channel = channelOf(id);
      channel.isArchived = false;
      if (botIsIn(channel)) tell(channel, groupOr(channel, "unarchive"), { user: ADMIN_ID });
    },
    withoutScope: (scope) => void local.state.switches.missingScopes.add(scope),
    configure: (behaviour) => void Object.assign(local.state.switches, chosenOf(behaviour)),
    fault: (fault) => addFault(local, fault),
    disconnect: (reason) => local.socketMode.disconnect(reason),
    redeliver: async (options) => local.socketMode.redeliver(options?.acked ?? false),
    tick: () => local.agenda.tick(),
    reset: () => {
      local.socketMode.reset();
      local.agenda.clear();
      local.state = freshState(local.teamId);
      local.changes.show({ type: "reload" }, "everyone");
    },
  };
}

/** The fields that may be chosen, and no others that a request may carry. */
const CHOICES = [
  "mentionOrder",
  "personaOnUpdate",
  "personaEcho",
  "isAgent",
  "enterpriseId",
  "fileStubs",
  "isDistributed",
  "hasSearch",
  "searchesAll",
  "hasCanvases",
] as const satisfies readonly (keyof Behaviour)[];

const chosenOf = (behaviour: Behaviour): Behaviour =>
  Object.fromEntries(CHOICES.flatMap((name) => (behaviour[name] === undefined ? [] : [[name, behaviour[name]]])));

/** Who runs the workspace, and closes its channels. */
const ADMIN_ID = "U0ADA";

function seen(local: Local, message: Message): ThreadMessage {
  const { persona } = message;
  const icons =
    persona?.iconEmoji !== undefined
      ? { emoji: persona.iconEmoji }
      : persona?.iconUrl !== undefined
        ? { image_url: persona.iconUrl }
        : undefined;
  return {
    ts: message.ts,
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    user: message.user,
    ...(persona?.name === undefined ? {} : { username: persona.name }),
    ...(icons ? { icons } : {}),
    text: message.text,
    blocks: message.blocks ?? [],
    files: message.files
      .filter((file) => local.state.files.has(file.id))
      .map((file) => ({ id: file.id, name: file.name, mimetype: file.mimetype, size: file.content.length })),
    ...(message.metadata ? { metadata: message.metadata } : {}),
    reactions: message.reactions,
    edited: message.edited !== undefined,
    ...(message.attachments ? { attachments: message.attachments } : {}),
    ...(message.ephemeralTo === undefined ? {} : { ephemeralTo: message.ephemeralTo }),
  };
}

function answered(result: { readonly acked: boolean; readonly payload?: unknown }): { acked: boolean; response?: unknown } {
  return result.acked && result.payload !== undefined ? { acked: true, response: result.payload } : { acked: result.acked };
}

function granted<T>(result: T | Refusal): T {
  return isRefusal(result) ? fail(result.error) : result;
}

function fail(reason: string): never {
  throw new Error(`The local Slack refuses this: ${reason}`);
}
