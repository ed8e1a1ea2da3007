import { expect, test } from "vitest";
import { client, listener, open, type Envelope, type Listener } from "./wire.ts";

async function take(socket: Listener, count: number): Promise<Envelope[]> {
  const taken: Envelope[] = [];
  while (taken.length < count) {
    const envelope = await socket.next();
    socket.ack(envelope);
    taken.push(envelope);
  }
  return taken;
}

test("a mention in a channel is two events with one ts and two ids, in the order that was asked for", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  for (const mentionOrder of ["message_first", "app_mention_first"] as const) {
    workspace.control.configure({ mentionOrder });
    const { ts } = await workspace.control.post({ user: "U0JONAS", channel: "C0ENG", text: "hello @parley, are you there?" });
    const pair = await take(socket, 2);
    const types = pair.map(({ payload }) => payload.event.type);
    expect(types).toEqual(mentionOrder === "message_first" ? ["message", "app_mention"] : ["app_mention", "message"]);
    expect(pair.map(({ payload }) => payload.event.ts)).toEqual([ts, ts]);
    expect(new Set(pair.map(({ payload }) => payload.event_id)).size).toBe(2);
    const [message, mention] = mentionOrder === "message_first" ? pair : pair.toReversed();
    expect(message?.payload.event).toMatchObject({ channel_type: "channel", user: "U0JONAS", text: "hello <@U0PARLEY>, are you there?" });
    expect(mention?.payload.event).not.toHaveProperty("channel_type");
  }
});

test("a DM is one message event of type im, also when it names the bot", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  await workspace.control.post({ user: "U0MARIA", channel: "D0MARIA", text: "@parley help" });
  await workspace.control.event({ type: "app_context_changed" });
  const [message, next] = await take(socket, 2);
  expect(message?.payload.event).toMatchObject({ type: "message", channel: "D0MARIA", channel_type: "im" });
  expect(next?.payload.event.type).toBe("app_context_changed");
});

test("the bot hears nothing from a channel it is not in", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  await workspace.control.post({ user: "U0MARIA", channel: "C0PRIVATE", text: "@parley psst" });
  await workspace.control.event({ type: "app_context_changed" });
  const [first] = await take(socket, 1);
  expect(first?.payload.event.type).toBe("app_context_changed");
});

test("the body says whose installation it is", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "hi" });
  const [envelope] = await take(socket, 1);
  expect(envelope).toMatchObject({ type: "events_api", accepts_response_payload: false });
  expect(envelope?.payload).toMatchObject({
    type: "event_callback",
    team_id: "T0LOCAL",
    api_app_id: "A0PARLEY",
    is_ext_shared_channel: false,
    authorizations: [{ team_id: "T0LOCAL", user_id: "U0PARLEY", is_bot: true, is_enterprise_install: false }],
  });
});

test("own posts come back: plain ones with user, persona ones with bot_id and username only", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const slack = client(workspace);
  await slack.chat.postMessage({ channel: "C0GENERAL", text: "plain" });
  await slack.chat.postMessage({ channel: "C0GENERAL", text: "as Critic", username: "Critic", icon_url: "https://example.org/c.png" });
  workspace.control.configure({ personaEcho: "no_subtype" });
  await slack.chat.postMessage({ channel: "C0GENERAL", text: "as Critic again", username: "Critic" });
  const [plain, persona, bare] = (await take(socket, 3)).map(({ payload }) => payload.event);
  expect(plain).toMatchObject({ user: "U0PARLEY", bot_id: "B0PARLEY", app_id: "A0PARLEY", bot_profile: { id: "B0PARLEY" } });
  expect(plain).not.toHaveProperty("subtype");
  expect(persona).toMatchObject({
    subtype: "bot_message",
    bot_id: "B0PARLEY",
    username: "Critic",
    icons: { image_48: "https://example.org/c.png" },
  });
  expect(persona).not.toHaveProperty("user");
  expect(bare).toMatchObject({ bot_id: "B0PARLEY", username: "Critic" });
  expect(bare).not.toHaveProperty("user");
  expect(bare).not.toHaveProperty("subtype");
});

test("a reply names its thread and the author of the root", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  await workspace.control.post({ user: "U0JONAS", channel: "C0GENERAL", threadTs: ts, text: "reply" });
  const [, reply] = await take(socket, 2);
  expect(reply?.payload.event).toMatchObject({ user: "U0JONAS", thread_ts: ts, parent_user_id: "U0MARIA" });
});

test("an edit, a deletion, a file and a broadcast each have their subtype", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "frist" });
  await workspace.control.edit({ channel: "C0GENERAL", ts, text: "first" });
  await workspace.control.post({
    user: "U0MARIA",
    channel: "C0GENERAL",
    threadTs: ts,
    text: "see",
    files: [{ name: "a.csv", content: Buffer.from("1,2") }],
  });
  await client(workspace).chat.postMessage({
    channel: "C0GENERAL",
    thread_ts: ts,
    text: "done",
    reply_broadcast: true,
    username: "Critic",
  });
  const alone = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "oops" });
  await workspace.control.remove({ channel: "C0GENERAL", ts: alone.ts });
  const [, edited, file, broadcast, , deleted] = (await take(socket, 6)).map(({ payload }) => payload.event);
  expect(edited).toMatchObject({
    subtype: "message_changed",
    hidden: true,
    message: { ts, text: "first" },
    previous_message: { text: "frist" },
  });
  expect(edited.message.edited.user).toBe("U0MARIA");
  expect(file).toMatchObject({
    subtype: "file_share",
    user: "U0MARIA",
    text: "see",
    files: [{ name: "a.csv", mimetype: "text/csv", size: 3 }],
  });
  expect(broadcast).toMatchObject({ subtype: "thread_broadcast", root: { ts } });
  expect(broadcast).not.toHaveProperty("username");
  expect(deleted).toMatchObject({ subtype: "message_deleted", deleted_ts: alone.ts, previous_message: { text: "oops" } });
});

test("what a person types is escaped, with rich text beside it, and never becomes markup", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  await workspace.control.post({
    user: "U0MARIA",
    channel: "C0GENERAL",
    text: "<!channel> a & b, @Jonas in #research: https://example.org/x?a=1&b=2.",
  });
  const [envelope] = await take(socket, 1);
  expect(envelope?.payload.event.text).toBe(
    "&lt;!channel&gt; a &amp; b, <@U0JONAS> in <#C0RESEARCH|research>: <https://example.org/x?a=1&amp;b=2>.",
  );
  expect(envelope?.payload.event.blocks[0].elements[0].elements).toContainEqual({ type: "user", user_id: "U0JONAS" });
});

test("a mention with a file is a file_share, and its app_mention has the file without a subtype", async () => {
  const workspace = await open();
  workspace.control.configure({ mentionOrder: "message_first" });
  const socket = await listener(workspace);
  await workspace.control.post({
    user: "U0MARIA",
    channel: "C0GENERAL",
    text: "@parley read this",
    files: [{ name: "a.txt", content: Buffer.from("x") }],
  });
  const [message, mention] = (await take(socket, 2)).map(({ payload }) => payload.event);
  expect(message).toMatchObject({ type: "message", subtype: "file_share" });
  expect(mention).toMatchObject({ type: "app_mention", files: [{ name: "a.txt" }] });
  expect(mention).not.toHaveProperty("subtype");
});

test("a channel shared by Slack Connect and a guest from there are marked as such", async () => {
  const workspace = await open();
  const shared = workspace.control.addChannel("with-acme", { external: true });
  const guest = workspace.control.addUser("Gita", { teamId: "T0ACME" });
  const socket = await listener(workspace);
  await workspace.control.post({ user: guest, channel: shared, text: "hello" });
  const [envelope] = await take(socket, 1);
  expect(envelope?.payload.is_ext_shared_channel).toBe(true);
  expect(envelope?.payload.event).toMatchObject({ user: guest, user_team: "T0ACME" });
});

test("a reaction is heard, whoever gave it", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "x" });
  await workspace.control.react({ user: "U0ADA", channel: "C0GENERAL", ts, name: "thumbsup" });
  const [, reaction] = await take(socket, 2);
  expect(reaction?.payload.event).toMatchObject({
    type: "reaction_added",
    user: "U0ADA",
    reaction: "thumbsup",
    item: { channel: "C0GENERAL", ts },
    item_user: "U0MARIA",
  });
});
