import { expect, test } from "vitest";
import { client, clock, open, refusal } from "./wire.ts";

test("replies give the thread root first, with metadata only when asked for", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "root" });
  await slack.chat.postMessage({
    channel: "C0GENERAL",
    thread_ts: ts,
    text: "answer",
    metadata: { event_type: "m", event_payload: { o: "7" } },
  });
  const plain = await slack.conversations.replies({ channel: "C0GENERAL", ts });
  expect(plain.messages?.map((message) => message.text)).toEqual(["root", "answer"]);
  expect(plain.messages?.[0]).toMatchObject({ thread_ts: ts, reply_count: 1, reply_users: ["U0PARLEY"] });
  expect(plain.messages?.[1]).toMatchObject({ thread_ts: ts, parent_user_id: "U0MARIA" });
  expect(plain.messages?.[1]).not.toHaveProperty("metadata");
  const full = await slack.conversations.replies({ channel: "C0GENERAL", ts, include_all_metadata: true });
  expect(full.messages?.[1]).toMatchObject({ metadata: { event_type: "m", event_payload: { o: "7" } } });
});

test("replies come in pages and within a range; the root comes with every range", async () => {
  const time = clock();
  const workspace = await open({ now: time.now });
  const slack = client(workspace);
  const posts: string[] = [];
  for (let number = 0; number < 5; number += 1) {
    const threadTs = posts[0];
    posts.push(
      (
        await workspace.control.post({
          user: "U0MARIA",
          channel: "C0GENERAL",
          text: `${number}`,
          ...(threadTs === undefined ? {} : { threadTs }),
        })
      ).ts,
    );
    time.advance(1_000);
  }
  const [root = "", , second = "", third = ""] = posts;
  const texts = async (args: object): Promise<string> => {
    const page = await slack.conversations.replies({ channel: "C0GENERAL", ts: root, ...args });
    return (page.messages ?? []).map((message) => message.text).join("");
  };
  expect(await texts({ oldest: second })).toBe("034");
  expect(await texts({ oldest: second, inclusive: true })).toBe("0234");
  expect(await texts({ oldest: second, latest: third, inclusive: true })).toBe("023");
  const first = await slack.conversations.replies({ channel: "C0GENERAL", ts: root, limit: 2 });
  expect(first.has_more).toBe(true);
  expect(await texts({ limit: 2, cursor: first.response_metadata?.next_cursor })).toBe("23");
  expect(await refusal(slack.conversations.replies({ channel: "C0GENERAL", ts: root, cursor: "bogus" }))).toBe("invalid_cursor");
  expect(await refusal(slack.conversations.replies({ channel: "C0GENERAL", ts: "1.000001" }))).toBe("thread_not_found");
  expect(await refusal(slack.conversations.replies({ channel: "C0GENERAL", ts: root, limit: 5_000 }))).toBe("invalid_limit");
});

test("a deleted root with replies stays as a tombstone", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "secret" });
  await workspace.control.post({ user: "U0JONAS", channel: "C0GENERAL", threadTs: ts, text: "reply" });
  await workspace.control.remove({ channel: "C0GENERAL", ts });
  const thread = await slack.conversations.replies({ channel: "C0GENERAL", ts });
  expect(thread.messages?.[0]).toMatchObject({ subtype: "tombstone", user: "USLACKBOT", text: "This message was deleted." });
});

test("history gives roots and broadcasts, newest first, of channels the bot is in", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const { ts } = await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "one" });
  await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", threadTs: ts, text: "hidden reply" });
  await slack.chat.postMessage({ channel: "C0GENERAL", thread_ts: ts, text: "shared", reply_broadcast: true });
  await workspace.control.post({ user: "U0MARIA", channel: "C0GENERAL", text: "two" });
  const history = await slack.conversations.history({ channel: "C0GENERAL" });
  expect(history.messages?.map((message) => message.text)).toEqual(["two", "shared", "one"]);
  const closed = workspace.control.addChannel("not-invited", { botIsMember: false });
  expect(await refusal(slack.conversations.history({ channel: closed }))).toBe("not_in_channel");
  expect(await refusal(slack.conversations.history({ channel: "C0PRIVATE" }))).toBe("channel_not_found");
});

test("channels, members, DMs and people can be looked up", async () => {
  const workspace = await open();
  const slack = client(workspace);
  expect((await slack.conversations.info({ channel: "C0ENG" })).channel).toMatchObject({
    name: "engineering",
    is_member: true,
    is_private: false,
  });
  expect((await slack.conversations.info({ channel: "D0JONAS" })).channel).toMatchObject({ is_im: true, user: "U0JONAS" });
  expect((await slack.conversations.members({ channel: "C0ENG" })).members).toEqual(["U0PARLEY", "U0MARIA", "U0JONAS", "U0ADA"]);
  expect((await slack.conversations.open({ users: "U0ADA" })).channel?.id).toBe("D0ADA");
  expect(await refusal(slack.conversations.open({ users: "U0NOBODY" }))).toBe("user_not_found");
  const names = (await slack.conversations.list({ types: "public_channel,im" })).channels?.map((channel) => channel.name ?? channel.user);
  expect(names).toEqual(["general", "engineering", "research", "random", "U0MARIA", "U0JONAS", "U0ADA"]);
  expect((await slack.users.info({ user: "U0MARIA" })).user).toMatchObject({
    real_name: "Maria Lopez",
    profile: { display_name: "Maria" },
    is_bot: false,
  });
  expect(await refusal(slack.users.info({ user: "U0NOBODY" }))).toBe("user_not_found");
  expect((await slack.users.list({})).members?.map((member) => member.id)).toContain("U0PARLEY");
});

test("twenty more channels are made in a moment and each takes posts of its own", async () => {
  const workspace = await open();
  const slack = client(workspace);
  const channels = Array.from({ length: 20 }, (_, number) => workspace.control.addChannel(`project-${number}`));
  await Promise.all(channels.map((channel) => slack.chat.postMessage({ channel, text: "hello" })));
  expect(new Set(channels).size).toBe(20);
  for (const channel of channels) expect(workspace.control.channel(channel)).toHaveLength(1);
});
