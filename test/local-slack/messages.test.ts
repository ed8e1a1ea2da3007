import { expect, test } from "vitest";
import { call, client, open, refusal } from "./wire.ts";

test("a post keeps its persona, blocks and metadata, and answers with channel, ts and message", async () => {
  const workspace = await open();
  const posted = await call(client(workspace), "chat.postMessage", {
    channel: "#general",
    text: "turn 1",
    username: "Critic",
    icon_emoji: ":mag:",
    icon_url: "https://example.org/loses.png",
    blocks: [{ type: "markdown", text: "**turn** 1" }],
    metadata: { event_type: "parley_msg", event_payload: { o: "row-1" } },
  });
  expect(posted).toMatchObject({
    ok: true,
    channel: "C0GENERAL",
    message: { username: "Critic", icons: { emoji: ":mag:" }, bot_id: "B0PARLEY" },
  });
  expect(workspace.control.channel("C0GENERAL")).toMatchObject([
    { ts: posted.ts, username: "Critic", icons: { emoji: ":mag:" }, metadata: { event_type: "parley_msg", event_payload: { o: "row-1" } } },
  ]);
});

test("posts go where Slack lets them and are refused elsewhere", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const archived = workspace.control.addChannel("old");
  const closed = workspace.control.addChannel("not-invited", { botIsMember: false });
  workspace.control.archive(archived);
  const direct = await slack.chat.postMessage({ channel: "U0MARIA", text: "psst" });
  expect(direct.channel).toBe("D0MARIA");
  const to = (channel: string): Promise<string> => refusal(slack.chat.postMessage({ channel, text: "x" }));
  expect(await to("C0NOWHERE")).toBe("channel_not_found");
  expect(await to("C0PRIVATE")).toBe("channel_not_found");
  expect(await to(closed)).toBe("not_in_channel");
  expect(await to(archived)).toBe("is_archived");
});

test("empty text is no text, long text is cut, markdown_text stands alone", async () => {
  const workspace = await open({ rateLimits: false });
  const slack = client(workspace);
  const post = (content: object): Promise<string> => refusal(slack.apiCall("chat.postMessage", { channel: "C0GENERAL", ...content }));
  expect(await post({ text: "" })).toBe("no_text");
  expect(await post({ text: " \n" })).toBe("no_text");
  expect(await post({})).toBe("no_text");
  expect(await post({ text: "x".repeat(40_010) })).toBe("");
  expect(workspace.control.channel("C0GENERAL")[0]?.text.length).toBe(40_000);
  expect(await post({ markdown_text: "**x**", text: "x" })).toBe("markdown_text_conflict");
  expect(await post({ markdown_text: "x".repeat(12_001) })).toBe("msg_too_long");
  expect(await post({ markdown_text: "**x**" })).toBe("");
});

test("a reply needs a root: a deleted one takes orphans, one that never was or is itself a reply does not", async () => {
  const workspace = await open({ rateLimits: false });
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  const reply = await slack.chat.postMessage({ channel: "C0GENERAL", thread_ts: ts, text: "reply" });
  const under = (threadTs: string): Promise<string> =>
    refusal(slack.chat.postMessage({ channel: "C0GENERAL", thread_ts: threadTs, text: "x" }));
  expect(await under("1.000001")).toBe("thread_not_found");
  expect(await under("yesterday")).toBe("invalid_thread_ts");
  expect(await under(reply.ts ?? "")).toBe("cannot_reply_to_message");
  await workspace.control.remove({ channel: "C0GENERAL", ts });
  expect(await under(ts)).toBe("");
  expect(await refusal(slack.chat.getPermalink({ channel: "C0GENERAL", message_ts: ts }))).toBe("message_not_found");
});

test("metadata is flat or one level deep, and small", async () => {
  const workspace = await open({ rateLimits: false });
  const slack = client(workspace);
  const post = (metadata: unknown): Promise<string> =>
    refusal(slack.apiCall("chat.postMessage", { channel: "C0GENERAL", text: "x", metadata }));
  expect(await post({ event_type: "a", event_payload: { list: { of: "ids" } } })).toBe("");
  expect(await post({ event_type: "a" })).toBe("invalid_metadata_format");
  expect(await post("{not json")).toBe("invalid_metadata_format");
  expect(await post({ event_type: "a", event_payload: { a: { b: { c: 1 } } } })).toBe("invalid_metadata_schema");
  expect(await post({ event_type: "a", event_payload: { text: "x".repeat(3_000) } })).toBe("metadata_too_large");
});

test("an update takes 4,000 characters, keeps what it does not name, and loses the persona or keeps it, as chosen", async () => {
  const workspace = await open({ rateLimits: false });
  const slack = client(workspace);
  const blocks = [{ type: "section", text: { type: "mrkdwn", text: "card" } }];
  const posted = await slack.chat.postMessage({
    channel: "C0GENERAL",
    text: "one",
    username: "Critic",
    blocks,
    metadata: { event_type: "m", event_payload: { o: "1" } },
  });
  const ts = posted.ts ?? "";
  const update = (content: object): Promise<string> => refusal(slack.apiCall("chat.update", { channel: "C0GENERAL", ts, ...content }));
  workspace.control.configure({ personaOnUpdate: "keep" });
  expect(await update({ text: "two", username: "Someone else" })).toBe("");
  expect(workspace.control.channel("C0GENERAL")[0]).toMatchObject({
    text: "two",
    username: "Critic",
    edited: true,
    metadata: { event_payload: { o: "1" } },
  });
  expect(workspace.control.channel("C0GENERAL")[0]?.blocks).toHaveLength(1);
  workspace.control.configure({ personaOnUpdate: "revert" });
  expect(await update({ text: "three", blocks: [] })).toBe("");
  expect(workspace.control.channel("C0GENERAL")[0]).not.toHaveProperty("username");
  expect(workspace.control.channel("C0GENERAL")[0]?.blocks).toHaveLength(0);
  expect(await update({ text: "x".repeat(4_001) })).toBe("msg_too_long");
  expect(await update({ text: "" })).toBe("no_text");
});

test("an app changes and deletes its own messages only", async () => {
  const workspace = await open({ rateLimits: false });
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "mine" });
  const own = (await slack.chat.postMessage({ channel: "C0GENERAL", text: "own" })).ts ?? "";
  expect(await refusal(slack.chat.update({ channel: "C0GENERAL", ts, text: "x" }))).toBe("cant_update_message");
  expect(await refusal(slack.chat.delete({ channel: "C0GENERAL", ts }))).toBe("cant_delete_message");
  expect(await refusal(slack.chat.update({ channel: "C0GENERAL", ts: "1.000001", text: "x" }))).toBe("message_not_found");
  expect(await refusal(slack.chat.delete({ channel: "C0GENERAL", ts: own }))).toBe("");
  expect(await refusal(slack.chat.delete({ channel: "C0GENERAL", ts: own }))).toBe("message_not_found");
});

test("an ephemeral message is seen by one person and by no API", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  await slack.chat.postEphemeral({ channel: "C0GENERAL", user: "U0MARIA", thread_ts: ts, text: "only you" });
  expect(workspace.control.thread("C0GENERAL", ts)[1]).toMatchObject({ text: "only you", ephemeralTo: "U0MARIA" });
  expect((await slack.conversations.replies({ channel: "C0GENERAL", ts })).messages).toHaveLength(1);
  expect(await refusal(slack.chat.postEphemeral({ channel: "C0GENERAL", user: "U0NOBODY", text: "x" }))).toBe("user_not_in_channel");
});

test("a permalink opens the thread on the local page", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  const reply = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", threadTs: ts, text: "reply" });
  const link = await slack.chat.getPermalink({ channel: "C0GENERAL", message_ts: reply.ts });
  expect(link.permalink).toBe(`${workspace.url}#C0GENERAL/${ts}`);
});

test("reactions are refused as Slack refuses them", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  const on = { channel: "C0GENERAL", timestamp: ts };
  expect(await refusal(slack.reactions.add({ ...on, name: "eyes" }))).toBe("");
  expect(await refusal(slack.reactions.add({ ...on, name: "eyes" }))).toBe("already_reacted");
  expect(await refusal(slack.reactions.add({ ...on, name: ":eyes:" }))).toBe("invalid_name");
  expect(await refusal(slack.reactions.add({ ...on, timestamp: "1.000001", name: "eyes" }))).toBe("message_not_found");
  expect((await slack.reactions.get(on)).message?.reactions).toMatchObject([{ name: "eyes", count: 1, users: ["U0PARLEY"] }]);
  expect(await refusal(slack.reactions.remove({ ...on, name: "eyes" }))).toBe("");
  expect(await refusal(slack.reactions.remove({ ...on, name: "eyes" }))).toBe("no_reaction");
  for (let kind = 0; kind < 23; kind += 1) await workspace.control.react({ user: "U0ADA", channel: "C0GENERAL", ts, name: `kind${kind}` });
  expect(await refusal(slack.reactions.add({ ...on, name: "eyes" }))).toBe("too_many_reactions");
});
