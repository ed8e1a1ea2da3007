import { expect, test } from "vitest";
import { call, client, listener, open, refusal, type Listener } from "./wire.ts";

/** The next event, acked. */
async function heard(socket: Listener) {
  const envelope = await socket.next();
  socket.ack(envelope);
  return envelope.payload.event;
}

test("a forwarded message stands in an attachment with its author, its place and its files, and the person's own words beside it", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({
    user: "U0JONAS",
    channel: "C0ENG",
    text: "Deploy 417 failed, exit 137",
    files: [{ name: "deploy.log", content: Buffer.from("OOM") }],
  });
  await heard(socket);
  await workspace.control.forward({ user: "U0MARIA", from: { channel: "C0ENG", ts }, channel: "D0MARIA" });
  const bare = await heard(socket);
  expect(bare).toMatchObject({ type: "message", channel_type: "im", user: "U0MARIA", text: "" });
  expect(bare.attachments).toMatchObject([
    {
      is_share: true,
      is_msg_unfurl: true,
      author_name: "Jonas",
      author_id: "U0JONAS",
      channel_id: "C0ENG",
      ts,
      text: "Deploy 417 failed, exit 137",
      files: [{ name: "deploy.log", size: 3 }],
    },
  ]);
  await workspace.control.forward({ user: "U0MARIA", from: { channel: "C0ENG", ts }, channel: "D0MARIA", comment: "why?" });
  expect(await heard(socket)).toMatchObject({ text: "why?", attachments: [{ is_share: true }] });
  await expect(
    workspace.control.forward({ user: "U0MARIA", from: { channel: "C0ENG", ts: "1.000000" }, channel: "D0MARIA" }),
  ).rejects.toThrow("message_not_found");
});

test("a pasted table comes as an attachment's block, not in the text", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const rows = [
    ["item", "sum"],
    ["A", ""],
  ];
  await workspace.control.pasteTable({ user: "U0MARIA", channel: "D0MARIA", text: "which row is wrong?", rows });
  const event = await heard(socket);
  expect(event.text).toBe("which row is wrong?");
  expect(event.attachments).toMatchObject([
    {
      blocks: [
        {
          type: "table",
          rows: [
            [
              { type: "raw_text", text: "item" },
              { type: "raw_text", text: "sum" },
            ],
            [
              { type: "raw_text", text: "A" },
              { type: "raw_text", text: " " },
            ],
          ],
        },
      ],
    },
  ]);
});

test("a link's preview is a hidden change of Slack's own, and no edit", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "see https://example.org/a" });
  await heard(socket);
  await workspace.control.preview({
    channel: "C0GENERAL",
    ts,
    link: { url: "https://example.org/a", title: "A page", text: "What it says.", service: "Example" },
  });
  const event = await heard(socket);
  expect(event).toMatchObject({ subtype: "message_changed", hidden: true, message: { ts, attachments: [{ title: "A page" }] } });
  expect(event.message).not.toHaveProperty("edited");
  expect(event.previous_message).not.toHaveProperty("attachments");
});

test("other apps post with a user and a profile, as webhooks without one, and with a person's token as that person", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const alert = [{ color: "danger", title: "[FIRING] HighErrorRate", text: "error rate 14% on checkout", fallback: "[FIRING]" }];
  const app = { name: "Alerts" };
  await workspace.control.postAsApp({ app, as: "webhook", channel: "C0ENG", attachments: alert });
  const webhook = await heard(socket);
  expect(webhook).toMatchObject({
    subtype: "bot_message",
    username: "Alerts",
    text: "",
    attachments: [{ id: 1, title: "[FIRING] HighErrorRate" }],
  });
  expect(webhook).not.toHaveProperty("user");
  await workspace.control.postAsApp({ app, as: "bot", channel: "C0ENG", text: "all clear" });
  const bot = await heard(socket);
  expect(bot).toMatchObject({ bot_id: webhook.bot_id, app_id: webhook.app_id, bot_profile: { name: "Alerts", id: webhook.bot_id } });
  expect(bot).not.toHaveProperty("subtype");
  const profile = await client(workspace).users.info({ user: bot.user });
  expect(profile.user).toMatchObject({ is_bot: true, profile: { bot_id: webhook.bot_id } });
  await workspace.control.postAsApp({
    app: { name: "Reminders" },
    as: "person",
    user: "U0MARIA",
    channel: "C0ENG",
    text: "<@U0PARLEY> go on",
  });
  const person = await socket.event("app_mention");
  expect(person.payload.event).toMatchObject({ user: "U0MARIA", bot_profile: { name: "Reminders" } });
  expect(person.payload.event).not.toHaveProperty("client_msg_id");
});

test("a file of a shared channel is a stub in events, whole in histories and in files.info, and may be refused there", async () => {
  const workspace = await open();
  const shared = workspace.control.addChannel("with-acme", { external: true });
  const socket = await listener(workspace);
  const file = { name: "a.txt", content: Buffer.from("hi") };
  await workspace.control.post({ user: "U0MARIA", channel: shared, text: "read this", files: [file] });
  const event = await heard(socket);
  const [{ id, ...stub }] = event.files;
  expect(stub).toEqual({ mode: "file_access", file_access: "check_file_info", created: 0, timestamp: 0, user: "" });
  const slack = client(workspace);
  expect(await slack.files.info({ file: id })).toMatchObject({ file: { id, name: "a.txt", size: 2, file_access: "visible" } });
  const history = await slack.conversations.history({ channel: shared });
  expect(history.messages).toMatchObject([{ files: [{ id, name: "a.txt" }] }]);
  await workspace.control.post({
    user: "U0MARIA",
    channel: "C0GENERAL",
    text: "",
    files: [{ ...file, isStub: true, refusedWith: "not_visible" }],
  });
  expect(await refusal(slack.files.info({ file: (await heard(socket)).files[0].id }))).toBe("not_visible");
});

test("clips bring what was said in them, canvases and lists their titles and links", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const content = Buffer.from("…");
  await workspace.control.post({
    user: "U0MARIA",
    channel: "D0MARIA",
    text: "",
    files: [
      {
        name: "audio_message.m4a",
        content,
        clip: { kind: "audio", durationMs: 4_200, transcription: { status: "complete", text: "Book the room for ten.", hasMore: false } },
      },
      { name: "audio_message.webm", content, clip: { kind: "audio", durationMs: 900, transcription: { status: "processing" } } },
      { name: "Launch plan", title: "Launch plan", content, kind: "canvas" },
      { name: "Bugs", title: "Bugs", content, kind: "list" },
    ],
  });
  expect((await heard(socket)).files).toMatchObject([
    {
      subtype: "slack_audio",
      mimetype: "audio/mp4",
      media_display_type: "audio",
      duration_ms: 4_200,
      transcription: { status: "complete", locale: "en-US", preview: { content: "Book the room for ten.", has_more: false } },
    },
    { subtype: "slack_audio", transcription: { status: "processing" } },
    { title: "Launch plan", filetype: "quip", mode: "quip", mimetype: "application/vnd.slack-docs" },
    { title: "Bugs", filetype: "list", mode: "list", mimetype: "application/vnd.slack-list" },
  ]);
});

test("people of another workspace are told with their profile, those of an organisation have ids with W, a few talk in a group", async () => {
  const workspace = await open();
  const shared = workspace.control.addChannel("with-acme", { external: true });
  const gita = workspace.control.addUser("Gita", { teamId: "T0ACME" });
  const wim = workspace.control.addUser("Wim", { isOrgWide: true });
  expect(wim).toMatch(/^W/);
  const group = workspace.control.addChannel("mpdm-maria--wim--parley-1", { isGroupDm: true, members: ["U0MARIA", wim] });
  const socket = await listener(workspace);
  await workspace.control.post({ user: gita, channel: shared, text: "hello" });
  const foreign = await heard(socket);
  expect(foreign).toMatchObject({ user_team: "T0ACME", source_team: "T0ACME", user_profile: { real_name: "Gita", team: "T0ACME" } });
  await workspace.control.post({ user: wim, channel: group, text: "hello" });
  expect(await heard(socket)).toMatchObject({ user: wim, channel: group, channel_type: "mpim" });
  await workspace.control.post({ user: wim, channel: wim.replace("W", "D"), text: "hello" });
  expect(await heard(socket)).toMatchObject({ user: wim, channel_type: "im" });
  const slack = client(workspace);
  expect((await slack.conversations.info({ channel: shared })).channel).toMatchObject({
    is_ext_shared: true,
    shared_team_ids: ["T0LOCAL", "T0ACME"],
    connected_team_ids: ["T0ACME"],
  });
  expect((await slack.conversations.info({ channel: group })).channel).toMatchObject({ is_mpim: true, is_private: true });
});

test("joins, topics, purposes and names are messages of the channel, with their subtypes", async () => {
  const workspace = await open();
  const { control } = workspace;
  const channel = control.addChannel("quiet", { members: ["U0MARIA"] });
  const socket = await listener(workspace);
  control.join({ user: "U0ADA", channel });
  expect(await heard(socket)).toMatchObject({
    subtype: "channel_join",
    user: "U0ADA",
    inviter: "U0ADA",
    text: "<@U0ADA> has joined the channel",
  });
  expect(await heard(socket)).toMatchObject({ type: "member_joined_channel", user: "U0ADA", team: "T0LOCAL" });
  await control.describe({ user: "U0MARIA", channel, topic: "Peace", purpose: "Being quiet", name: "quieter" });
  const [topic, purpose, name] = [await heard(socket), await heard(socket), await heard(socket)];
  expect(topic).toMatchObject({ subtype: "channel_topic", topic: "Peace" });
  expect(purpose).toMatchObject({ subtype: "channel_purpose", purpose: "Being quiet" });
  expect(name).toMatchObject({ subtype: "channel_name", name: "quieter", old_name: "quiet" });
  expect((await client(workspace).conversations.info({ channel })).channel).toMatchObject({ name: "quieter", topic: { value: "Peace" } });
  control.leave({ user: "U0ADA", channel });
  expect(await heard(socket)).toMatchObject({ subtype: "channel_leave", user: "U0ADA" });
});

test("a deleted root with replies leaves a tombstone, told as a change; one without is gone", async () => {
  const workspace = await open();
  const socket = await listener(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "secret" });
  await workspace.control.post({ user: "U0ADA", channel: "C0GENERAL", threadTs: ts, text: "reply" });
  await heard(socket);
  await heard(socket);
  await workspace.control.remove({ channel: "C0GENERAL", ts });
  expect(await heard(socket)).toMatchObject({
    subtype: "message_changed",
    message: { subtype: "tombstone", user: "USLACKBOT", text: "This message was deleted.", reply_count: 1 },
    previous_message: { text: "secret" },
  });
  const replies = await client(workspace).conversations.replies({ channel: "C0GENERAL", ts });
  expect(replies.messages).toMatchObject([{ subtype: "tombstone" }, { text: "reply" }]);
});

test("a distributed app reads histories once a minute and 15 messages of them", async () => {
  const workspace = await open();
  workspace.control.configure({ isDistributed: true });
  for (let n = 0; n < 20; n += 1) await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: `message ${n}` });
  const slack = client(workspace);
  const first = await slack.conversations.history({ channel: "C0GENERAL", limit: 200 });
  expect(first).toMatchObject({ has_more: true });
  expect(first.messages).toHaveLength(15);
  await expect(slack.conversations.history({ channel: "C0GENERAL" })).rejects.toMatchObject({ retryAfter: 60 });
  expect(await call(slack, "conversations.info", { channel: "C0GENERAL" })).toMatchObject({ ok: true });
});
