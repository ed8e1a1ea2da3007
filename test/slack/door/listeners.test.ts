import { afterEach, beforeEach, expect, test } from "vitest";
import { GENERAL, JONAS, listening, MARIA, type Listening, waitsIn } from "../heard.ts";
import { eventually } from "../../support/patience.ts";

let parley: Listening;
beforeEach(async () => {
  parley = await listening();
});
afterEach(() => parley.close());

/** Waits until the run of a thread asks for something. */
/** A card with buttons, as the other half of the room posts it. */
for (const mentionOrder of ["message_first", "app_mention_first"] as const) {
  test(`a mention is two events and one task, whichever comes first (${mentionOrder})`, async () => {
    parley.slack.control.configure({ mentionOrder });
    const ts = await parley.post("@parley fix the build & tell @Jonas");

    expect(await parley.heard(ts)).toEqual(["Maria: fix the build & tell @Jonas"]);
    await eventually(() => expect(parley.reactions(ts)).toEqual(["eyes"]));
    expect(await parley.running(ts)).toBe(true);
    expect(parley.slack.control.calls("reactions.add")).toHaveLength(1);
  });
}

test("what Slack sends again is not heard again", async () => {
  const ts = await parley.post("@parley fix the build");
  await parley.slack.control.redeliver({ acked: true });
  await parley.quiet();

  expect(await parley.heard(ts)).toHaveLength(1);
  expect((await parley.log(ts)).filter((event) => event.type === "run.started")).toHaveLength(1);
});

test("a reply in the thread of a run steers without a mention; other talk is not heard, nor answered", async () => {
  const ts = await parley.post("@parley fix the build");
  const reply = await parley.post("only the <https://ci.example/7|Linux one>", { user: JONAS, threadTs: ts });
  const root = await parley.post("lunch?", { user: JONAS });
  await parley.post("yes!", { threadTs: root });
  await parley.post("help", { threadTs: root });

  expect(await parley.heard(ts)).toEqual(["Maria: fix the build", "Jonas: only the Linux one (https://ci.example/7)"]);
  await eventually(() => expect(parley.reactions(reply)).toEqual(["eyes"]));
  expect(await parley.log(root)).toEqual([]);
  expect(parley.reactions(root)).toEqual([]);
  expect(parley.whispers()).toEqual([]);
});

test("nothing that is not a person's message is heard: own posts in all shapes, bots, notices, edits, deletions", async () => {
  const ts = await parley.post("@parley fix the build");
  await eventually(() => expect(parley.reactions(ts)).toEqual(["eyes"]));
  const calls = parley.slack.control.calls().length;
  const inThread = { type: "message", channel: GENERAL, channel_type: "channel", thread_ts: ts, text: "<@U0PARLEY> stop" };
  const shapes = [
    { user: "U0PARLEY", bot_id: "B0PARLEY", app_id: "A0PARLEY" },
    { user: "U0PARLEY" },
    { bot_id: "B0PARLEY", username: "Ada" },
    { bot_id: "B0PARLEY", subtype: "bot_message" },
    { user: "U0OTHERBOT", bot_id: "B0OTHER" },
    { user: "USLACK" },
    { user: "USLACKBOT" },
    { user: MARIA, hidden: true },
    { user: MARIA, subtype: "channel_join" },
    { user: MARIA, subtype: "channel_topic" },
    // Of words that nobody had heard; what deletes those that were is in test/journeys/people/forgetting.test.ts.
    {
      subtype: "message_deleted",
      hidden: true,
      deleted_ts: "1700000000.000001",
      previous_message: { user: MARIA, text: "x", ts: "1700000000.000001" },
    },
    {
      subtype: "message_changed",
      hidden: true,
      message: { user: MARIA, text: "<@U0PARLEY> stop", ts },
      previous_message: { user: MARIA, ts },
    },
    { user: MARIA, subtype: "tombstone" },
  ];
  for (const [index, shape] of shapes.entries()) {
    await parley.slack.control.event({ ...inThread, ...shape, ts: `1800000000.0001${String(index).padStart(2, "0")}` });
  }
  await parley.quiet();

  expect(await parley.heard(ts)).toEqual(["Maria: fix the build"]);
  expect(await parley.running(ts)).toBe(true);
  expect(
    parley.slack.control
      .calls()
      .slice(calls)
      .map(({ method }) => method)
      // The status follows the run; the members are read once, when there is time; of whom an app has spoken for, it is asked whether they are a person.
      .filter((method) => !/setStatus|users\.(list|info)/.test(method)),
  ).toEqual([]);
});

test("every word of a direct message is for the bot", async () => {
  const dm = parley.slack.control.addUser("Kim");
  await parley.slack.control.event({
    type: "message",
    channel: "D0KIM",
    channel_type: "im",
    user: dm,
    text: "draft a plan",
    ts: "1800000000.000100",
  });
  await parley.quiet();
  expect(await parley.heard("1800000000.000100", "D0KIM")).toEqual(["Kim: draft a plan"]);
});

test("a file that comes with a task does not drop it, and is named", async () => {
  const content = new TextEncoder().encode("a,b\n1,2\n");
  const { ts } = await parley.slack.control.post({
    user: MARIA,
    channel: GENERAL,
    text: "@parley plot this",
    files: [{ name: "data.csv", content }],
  });
  await parley.quiet();
  const { events } = await parley.runner.read(`${parley.slack.teamId}/${GENERAL}/${ts}`);
  expect(events.find((event) => event.type === "message.posted")).toMatchObject({
    text: "plot this",
    beside: [
      { source: "file data.csv", text: "| a | b |\n| --- | --- |\n| 1 | 2 |" },
      { text: expect.stringMatching(/data\.csv .*8 bytes/) as string },
    ],
  });
});

test.each(["stop", "!stop", "Stop!", "STOP", "@parley stop", "stop."])('"%s" in the thread of a run ends it', async (word) => {
  const ts = await parley.post("@parley fix the build");
  await parley.post(word, { user: JONAS, threadTs: ts });
  expect(await parley.running(ts)).toBe(false);
  const stopped = (await parley.log(ts)).at(-1);
  expect(stopped).toMatchObject({
    type: "run.stopped",
    outcome: "stopped",
    reasons: [{ kind: "person", person: { id: JONAS, name: "Jonas" } }],
  });
});

test("a sentence that begins with stop is steering", async () => {
  const ts = await parley.post("@parley fix the build");
  await parley.post("stop guessing, look at the log", { threadTs: ts });
  expect(await parley.running(ts)).toBe(true);
  expect(await parley.heard(ts)).toHaveLength(2);
});

test.each(["@parley", "@parley help", "@parley Help!"])('"%s" shows the person alone what to type', async (text) => {
  const ts = await parley.post(text);
  expect(await parley.log(ts)).toEqual([]);
  const [help, ...more] = parley.whispers();
  expect(more).toEqual([]);
  expect(help).toContain("Mention me with a task");
  expect(help).toContain("*research*: Asks which way to go");
  expect(parley.whispers(JONAS)).toEqual([]);
});

test("where lines for one person do not exist, the help goes into the thread", async () => {
  parley.slack.control.fault({ method: "chat.postEphemeral", kind: "error", code: "unknown_method", times: 2 });
  const ts = await parley.post("@parley help");
  expect(parley.slack.control.thread(GENERAL, ts).at(-1)?.text).toContain("Mention me with a task");
  expect(parley.slack.control.thread(GENERAL, ts)).toHaveLength(2);
});

test.each([
  ["@parley research: find a name", "research", "find a name"],
  ["@parley Research: find a name", "research", "find a name"],
  ["@parley team:research find a name", "research", "find a name"],
  ["@parley team=research find a name", "research", "find a name"],
  ["@parley note: find a name", "coding", "note: find a name"],
  ["@parley find a name: research", "coding", "find a name: research"],
])("%s is a task for the team %s", async (text, team, task) => {
  const ts = await parley.post(text);
  expect(await parley.heard(ts)).toEqual([`Maria: ${task}`]);
  expect((await parley.log(ts))[0]).toMatchObject({ type: "run.started", team });
});

test("a team that there is not is refused, with those that there are", async () => {
  const ts = await parley.post("@parley team:marketing find a name");
  expect(await parley.log(ts)).toEqual([]);
  expect(parley.whispers()).toEqual([expect.stringMatching(/no team "marketing".*coding, research, careful/)]);
});

test("a message of 100,000 characters is refused with the mend, and the next one is heard", async () => {
  const text = `<@U0PARLEY> ${"long ".repeat(20_000)}`;
  await parley.slack.control.event({ type: "app_mention", channel: GENERAL, user: MARIA, text, ts: "1800000000.000100" });
  await parley.quiet();
  expect(parley.whispers()).toEqual([expect.stringMatching(/99,999 characters; I read at most 30,000\. Shorten it/)]);
  expect(await parley.heard(await parley.post("@parley short"))).toEqual(["Maria: short"]);
});

test("a typed answer is as good, and gets a tick", async () => {
  const ts = await parley.post("@parley research: find a name");
  await waitsIn(parley, ts, "handoff.made");
  const reply = await parley.post("straight on", { threadTs: ts });
  expect(await parley.heard(ts)).toEqual(["Maria: find a name", "Maria: straight on"]);
  await eventually(() => expect(parley.reactions(reply)).toEqual(["white_check_mark"]));
});

test("Slack's own Stop ends the run", async () => {
  const ts = await parley.post("@parley fix the build");
  await parley.slack.control.event({
    type: "agent_session_stopped",
    channel: GENERAL,
    thread_ts: ts,
    user: JONAS,
    streaming_message_ts: [],
  });
  await parley.quiet();
  expect(await parley.running(ts)).toBe(false);
});

test("a guest from another organisation reads, and no more", async () => {
  const channel = parley.slack.control.addChannel("shared", { external: true });
  const guest = parley.slack.control.addUser("Guest", { teamId: "T0OTHER" });
  await parley.post("@parley fix the build", { user: guest, channel });
  expect(parley.whispers(guest, channel)).toEqual([expect.stringContaining("another organisation")]);

  const ts = await parley.post("@parley fix the build", { channel });
  await parley.post("and mine", { user: guest, channel, threadTs: ts });
  await parley.post("stop", { user: guest, channel, threadTs: ts });
  expect(await parley.heard(ts, channel)).toEqual(["Maria: fix the build"]);
  expect(await parley.running(ts, channel)).toBe(true);
});

/** The page's way to press, for a button in a modal. */
test("whoever invites the bot is told how to begin", async () => {
  await parley.slack.control.event({
    type: "member_joined_channel",
    user: "U0PARLEY",
    channel: GENERAL,
    channel_type: "C",
    team: "T0LOCAL",
    inviter: JONAS,
  });
  await parley.slack.control.event({
    type: "member_joined_channel",
    user: MARIA,
    channel: GENERAL,
    channel_type: "C",
    team: "T0LOCAL",
    inviter: JONAS,
  });
  await parley.quiet();
  expect(parley.whispers(JONAS)).toHaveLength(1);
});

test.each([{ type: "app_uninstalled" }, { type: "tokens_revoked", tokens: { oauth: [], bot: ["U0PARLEY"] } }])(
  "$type ends the runs that nobody could follow any more",
  async (event) => {
    const ts = await parley.post("@parley fix the build");
    await parley.slack.control.event(event);
    await parley.quiet();
    expect(await parley.running(ts)).toBe(false);
  },
);

test("somebody who changes their name is called by the new one", async () => {
  await parley.post("@parley one");
  expect(parley.slack.control.calls("users.info")).toHaveLength(1);
  await parley.post("@parley two");
  expect(parley.slack.control.calls("users.info")).toHaveLength(1);
  await parley.slack.control.event({ type: "user_change", user: { id: MARIA, name: "mimi" } });
  await parley.quiet();
  await parley.post("@parley three");
  expect(parley.slack.control.calls("users.info")).toHaveLength(2);
});

test("without the scopes for reactions and names, people are heard under their ids", async () => {
  parley.slack.control.withoutScope("reactions:write");
  parley.slack.control.withoutScope("users:read");
  const ts = await parley.post("@parley fix the build");
  const second = await parley.post("@parley and the docs");
  expect(await parley.heard(ts)).toEqual([`${MARIA}: fix the build`]);
  expect(await parley.heard(second)).toEqual([`${MARIA}: and the docs`]);
  expect(parley.slack.control.calls("users.info")).toHaveLength(1);
  await eventually(() => expect(parley.problems.join("\n")).toContain("reactions.add did not work: missing_scope"));
});

test("a server that knows no method still gets its words to the agents", async () => {
  parley.slack.control.fault({ method: "*", kind: "error", code: "unknown_method", times: 1_000 });
  const ts = await parley.post("@parley fix the build");
  await parley.post("faster", { user: JONAS, threadTs: ts });
  await parley.post("@parley help");
  await parley.slack.control.openApp({ user: MARIA, tab: "home" });
  await parley.post("stop", { threadTs: ts });
  expect(await parley.heard(ts)).toEqual([`${MARIA}: fix the build`, `${JONAS}: faster`]);
  expect(await parley.running(ts)).toBe(false);
});
