import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { wordsOf } from "../../support/slack/thread.ts";

const { pair } = PAIR.teams;
const critic = { name: "Critic", icon: ":mag:", description: "Doubts.", model: "scripted" };
const withPolicy = (speakers: object, more: object = {}) => ({
  ...PAIR,
  teams: { trio: { ...pair, speakers, agents: [...pair.agents, critic], ...more } },
});
const TRIO = withPolicy({ policy: "round-robin" });
const SWARM = withPolicy({ policy: "swarm" }, { agents: [{ ...pair.agents[0], handoffs: ["Ben", "Critic"] }, pair.agents[1], critic] });
const GRAPH = withPolicy({
  policy: "graph",
  edges: [
    { from: "Ana", to: "Ben" },
    { from: "Ben", to: "Critic" },
  ],
});

async function atTheDesk(file: object = TRIO) {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...file, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley compare tabs and spaces");
  return { desk, journey, thread, card: () => wordsOf(thread.ofKind("card")[0]) };
}

test("a pause lets the turn under way end and begins no other, until somebody says resume", async () => {
  const { desk, journey, thread, card } = await atTheDesk();
  const ana = await desk.asked("Ana");
  await thread.reply("pause");
  await thread.until(() => card().includes("paused by <@U0JONAS>"));
  ana.answer("Tabs are smaller.");
  await thread.until(() => thread.turns().length === 1);
  await journey.quiet();
  expect((await thread.log()).map(({ type }) => type).slice(-2)).toEqual(["run.paused", "message.posted"]);
  await thread.until(() => journey.slack.control.session(thread.channel, thread.ts)?.status === "suspended");
  await thread.reply("Pause.", MARIA);
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)).toEqual(["The run is paused already. `resume` lets it go on."]);

  await thread.reply("resume", MARIA);
  (await desk.asked("Ben")).answer("So they are. DONE");
  await thread.ended();
  expect(thread.turns()).toEqual(["Ana: Tabs are smaller.", "Ben: So they are."]);
});

test.each([
  ["round-robin", TRIO],
  ["swarm, where nobody else was handed the floor", SWARM],
])("skip breaks the turn off in mid-call, and the next one speaks: %s", async (_name, file) => {
  const { desk, thread } = await atTheDesk(file);
  const ana = await desk.asked("Ana");
  await thread.reply("skip");
  await ana.gone;
  const ben = await desk.asked("Ben");
  ben.answer("I speak instead. DONE");
  await thread.ended();
  expect(thread.turns()).toEqual(["Ben: I speak instead."]);
  expect((await thread.log()).filter(({ type }) => type === "turn.skipped")).toMatchObject([{ agent: "Ana", person: { name: "Jonas" } }]);
});

test.each([
  ["round-robin", TRIO, "Ana"],
  ["swarm", SWARM, "Critic"],
  ["graph", GRAPH, "Ben"],
])("words for an agent by name let it speak next, and the policy goes on from there: %s", async (_name, file, after) => {
  const { desk, thread } = await atTheDesk(file);
  const ana = await desk.asked("Ana");
  const reply = await thread.reply("critic: is that still true?");
  await thread.until(() => thread.reactions(reply).includes("eyes"));
  ana.answer("Tabs are smaller.");
  const critic = await desk.asked("Critic");
  expect(critic.read).toContain("Jonas: critic: is that still true?");
  await thread.until(() => thread.reactions(reply).join() === "white_check_mark");
  critic.answer("Not since 1998.");
  (await desk.asked(after)).answer("Then spaces. DONE");
  await thread.ended();
  expect(thread.turns().slice(0, 2)).toEqual(["Ana: Tabs are smaller.", "Critic: Not since 1998."]);
  expect(wordsOf(thread.ofKind("turn")[1])).toContain("why: a person asked for it");
});

test("a selector that is choosing when somebody is asked for gives way, and what it cost stays in the sum", async () => {
  const { desk, thread } = await atTheDesk(withPolicy({ policy: "selector", model: "scripted" }));
  const choosing = await desk.asked("selector");
  const reply = await thread.reply("Critic, you first.");
  await thread.until(() => thread.reactions(reply).includes("eyes"));
  choosing.answer(JSON.stringify({ reason: "she asks well", next: "Ana", instruction: "", progress: true }));
  (await desk.asked("Critic")).answer("I doubt it all. DONE");
  const end = await thread.ended();
  expect(thread.turns()).toEqual(["Critic: I doubt it all."]);
  expect(wordsOf(end)).toContain("200 tokens in, 40 out");
});

test("a task can begin with the agent that is to speak first", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...TRIO, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley critic: is water wet?");
  (await desk.asked("Critic")).answer("Define wet. DONE");
  await thread.ended();
  expect(thread.turns()).toEqual(["Critic: Define wet."]);
});

test("an edit before anybody has read it counts, and so does taking it back; afterwards neither does", async () => {
  const { desk, journey, thread } = await atTheDesk();
  const { control } = journey.slack;
  const ana = await desk.asked("Ana");
  const edited = await thread.reply("only for Goo");
  const deleted = await thread.reply("my password is hunter2");
  await thread.until(() => thread.reactions(deleted).includes("eyes") && thread.reactions(edited).includes("eyes"));
  await control.edit({ channel: thread.channel, ts: edited, text: "only for Go" });
  await control.remove({ channel: thread.channel, ts: deleted });
  await journey.quiet();
  ana.answer("Which of them, Ben?");
  const ben = await desk.asked("Ben");
  expect(ben.read).toContain("Jonas: only for Go\n");
  expect(ben.read).not.toContain("Goo");
  expect(ben.read).not.toContain("hunter2");
  expect(ben.read).toContain("Jonas: (took this message back)");
  await thread.until(() => thread.reactions(edited).join() === "white_check_mark");
  await control.edit({ channel: thread.channel, ts: edited, text: "only for Rust" });
  await journey.quiet();
  ben.answer("Tabs.");
  const third = await desk.asked("Critic");
  expect(third.read).toContain("Jonas: only for Go\n");
  expect(third.read).not.toContain("Rust");
  third.answer("Fine. DONE");
  await thread.ended();
});

test("an edit leaves the files that were posted with the words; words that are taken back take theirs along", async () => {
  const { desk, journey, thread } = await atTheDesk();
  const { control } = journey.slack;
  const ana = await desk.asked("Ana");
  const files = [{ name: "sizes.csv", content: Buffer.from("tab,1\nspace,4\n") }];
  const reply = (text: string) => control.post({ user: JONAS, channel: thread.channel, threadTs: thread.ts, text, files });
  const [kept, gone] = [await reply("count thees"), await reply("and my salary")];
  await thread.until(() => [kept, gone].every(({ ts }) => thread.reactions(ts).includes("eyes")));
  await control.edit({ channel: thread.channel, ts: kept.ts, text: "count these" });
  await control.remove({ channel: thread.channel, ts: gone.ts });
  await journey.quiet();
  ana.answer("Ben?");
  const ben = await desk.asked("Ben");
  expect(ben.read).toContain("Jonas: count these\n[quotation] file sizes.csv: | tab | 1 |\n");
  expect(ben.read).toContain("(Attached: sizes.csv (text/csv, 14 bytes).");
  expect(ben.read).toContain("(Posted with it: sizes.csv, text/csv, 14 bytes.)");
  expect(ben.read.match(/Posted with it/g)).toHaveLength(1);
  expect(ben.read).toContain("Jonas: (took this message back)");
  ben.answer("One and four. DONE");
  await thread.ended();
});

test("the task's mark says that it is worked on, and at the end how it went; words that came too late lose theirs", async () => {
  const { desk, thread } = await atTheDesk();
  const ana = await desk.asked("Ana");
  await thread.until(() => thread.reactions().join() === "eyes");
  const late = await thread.reply("and for Go?");
  await thread.until(() => thread.reactions(late).join() === "eyes");
  ana.answer("Tabs. DONE");
  await thread.ended();
  await thread.until(() => thread.reactions().join() === "white_check_mark");
  await expect.poll(() => thread.reactions(late)).toEqual([]);
});

test("summary tells one person where things stand, and asks no model", async () => {
  const { desk, journey, thread } = await atTheDesk();
  const ana = await desk.asked("Ana");
  ana.answer("Tabs are *smaller*.");
  const ben = await desk.asked("Ben");
  await thread.reply("summary");
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 1);
  expect(journey.whispers(JONAS)[0]).toMatch(
    /^\*trio\* is at work: Ben has the floor\n>compare tabs and spaces\n1 turn · 120 tokens · \$0\.01 · [\d.]+ s\n• \*Ana:\* Tabs are \*smaller\*\.$/,
  );
  await thread.reply("help");
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 2);
  expect(journey.whispers(JONAS)[1]).toContain("`summary`");
  ben.answer("Yes. DONE");
  await thread.ended();
});

test("another bot is heard only where it is allowed, and not more than twice in a row", async () => {
  const desk = await openModelDesk();
  const file = { ...TRIO, models: { scripted: desk.model }, slack: { bots: ["B0CI"] } };
  const journey = await openJourney({ file });
  const { control } = journey.slack;
  const thread = await journey.mention("@parley fix the build");
  const ana = await desk.asked("Ana");
  const says = async (text: string, bot_id: string, n: number) => {
    await control.event({
      type: "message",
      subtype: "bot_message",
      bot_id,
      username: "CI",
      channel: GENERAL,
      channel_type: "channel",
      thread_ts: thread.ts,
      text,
      ts: `1900000000.00000${n}`,
      event_ts: `1900000000.00000${n}`,
    });
    await journey.quiet();
  };
  for (const [n, text] of ["the build is red", "the build is redder", "the build is reddest"].entries()) await says(text, "B0CI", n);
  await says("buy now", "B0OTHER", 9);
  await says("stop", "B0CI", 8);
  expect((await thread.log()).flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.text] : []))).toEqual([
    "fix the build",
    "the build is red",
    "the build is redder",
  ]);
  ana.answer("Green again. DONE");
  await thread.ended();
});
