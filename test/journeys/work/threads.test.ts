import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { wordsOf } from "../../support/slack/thread.ts";

test("in a direct message no mention is needed, and each message is a task of its own", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: ["Hello."], Ben: ["It is {{task}}. DONE"] } });
  const ida = journey.slack.control.addUser("Ida");
  const channel = await dmOf(journey.slack.url, ida);
  const thread = await journey.mention("name the day", { user: ida, channel });
  await thread.ended();
  expect(thread.turns()).toEqual(["Ana: Hello.", "Ben: It is name the day."]);
  const other = await journey.mention("name the night", { user: ida, channel });
  await other.ended();
  expect(other.turns()).toEqual(["Ana: Hello.", "Ben: It is name the night."]);
});

test("after the end, a mention in the thread is a new task that knows what was said", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley choose a colour");
  (await desk.asked("Ana")).answer("Blue. DONE");
  await thread.ended();
  await journey.mention("@parley and a shape for it", { threadTs: thread.ts, user: JONAS });
  const ben = await desk.asked("Ben");
  expect(ben.read).toMatch(/Maria: choose a colour[\s\S]*Ana: Blue\. DONE[\s\S]*Jonas: and a shape for it/);
  // A card that is held back for a moment would be left out where the answer is there first.
  await thread.until(() => thread.ofKind("card").length === 2);
  ben.answer("A circle. DONE");
  const end = await thread.ended(2);
  expect(wordsOf(end)).toContain(`Ben said "DONE"`);
  expect(wordsOf(end)).toContain("#1 · 100 tokens in, 20 out");
  expect(thread.ofKind("card").map((card) => wordsOf(card).split("\n").slice(0, 2))).toEqual([
    ["*pair* is done, asked by <@U0MARIA>", ">choose a colour"],
    ["*pair* is done, asked by <@U0JONAS>", ">and a shape for it"],
  ]);
});

test("a mention under a run that is over is for the team of that run, whichever the default is, unless it names another", async () => {
  const agent = (name: string) => ({ name, description: `${name} answers.`, model: "scripted" });
  const solo = (name: string) => ({ ...PAIR.teams.pair, agents: [agent(name)] });
  const file = { ...PAIR, teams: { one: solo("Uno"), two: solo("Duo"), three: solo("Tre") } };
  const said = (name: string) => [1, 2, 3].map((time) => `${name} ${time}. DONE`);
  const journey = await openJourney({ file, replies: { Uno: said("Uno").slice(0, 1), Duo: said("Duo"), Tre: said("Tre") } });
  const thread = await journey.mention("@parley two: the sea");
  await thread.ended();
  const asks = ["@parley and the shore", "@parley three: the sky", "@parley and the clouds"];
  for (const [index, text] of asks.entries()) {
    await journey.mention(text, { threadTs: thread.ts, user: JONAS });
    await thread.ended(index + 2);
  }
  expect(thread.turns()).toEqual(["Duo: Duo 1.", "Duo: Duo 2.", "Tre: Tre 1.", "Tre: Tre 2."]);
  const elsewhere = await journey.mention("@parley the land");
  await elsewhere.ended();
  expect(elsewhere.turns()).toEqual(["Uno: Uno 1."]);
});

test("where the team of a thread is gone, its next run is for the default one", async () => {
  const agent = (name: string) => ({ name, description: `${name} answers.`, model: "scripted" });
  const solo = (name: string) => ({ ...PAIR.teams.pair, agents: [agent(name)] });
  const replies = { Uno: ["Uno here. DONE"], Duo: ["Duo here. DONE"] };
  const journey = await openJourney({ file: { ...PAIR, teams: { one: solo("Uno"), two: solo("Duo") } }, replies });
  const thread = await journey.mention("@parley two: the sea");
  await thread.ended();
  const later = await journey.restarted({ file: { ...PAIR, teams: { one: solo("Uno") } }, replies });
  const same = later.thread(thread.channel, thread.ts);
  await later.mention("@parley and the shore", { threadTs: thread.ts });
  await same.ended(2);
  expect(same.turns()).toEqual(["Duo: Duo here.", "Uno: Uno here."]);
});

test("two threads at once, in one channel, do not hear each other", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const first = await journey.mention("@parley the first task");
  const askedFirst = await desk.asked("Ana");
  const second = await journey.mention("@parley the second task", { user: JONAS });
  const askedSecond = await desk.asked("Ana");
  await first.reply("only for the first", MARIA);
  await journey.quiet();
  askedSecond.answer("About the second. Ben?");
  const benSecond = await desk.asked("Ben");
  expect(benSecond.read).not.toMatch(/first/);
  benSecond.answer("Second. DONE");
  askedFirst.answer("About the first. Ben?");
  const benFirst = await desk.asked("Ben");
  expect(benFirst.read).toContain("Maria: only for the first");
  expect(benFirst.read).not.toMatch(/second/);
  benFirst.answer("First. DONE");
  await Promise.all([first.ended(), second.ended()]);
  expect(first.turns()).toEqual(["Ana: About the first. Ben?", "Ben: First."]);
  expect(second.turns()).toEqual(["Ana: About the second. Ben?", "Ben: Second."]);
});

test("five threads in one channel at once, at Slack's pace, each whole", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: ["For {{task}}"], Ben: ["Done with {{task}} DONE"] } });
  const threads = await Promise.all(Array.from({ length: 5 }, (_, n) => journey.mention(`@parley task ${n}.`)));
  await Promise.all(threads.map((thread) => thread.ended()));
  for (const [n, thread] of threads.entries()) expect(thread.turns()).toEqual([`Ana: For task ${n}.`, `Ben: Done with task ${n}.`]);
});

/** The DM between a person and the bot, as their own page shows it. */
async function dmOf(url: string, user: string): Promise<string> {
  const state = (await (await fetch(`${url}page/state?as=${user}`)).json()) as { channels: readonly { id: string; kind: string }[] };
  return state.channels.find(({ kind }) => kind === "im")?.id ?? GENERAL;
}

test("an answer of an instant model is two posts and at most six calls to Slack beside the edit of its card, and 👀 stays on its task", async () => {
  const { pair } = PAIR.teams;
  const file = { ...PAIR, teams: { pair: { ...pair, agents: pair.agents.slice(1) } } };
  const journey = await openJourney({ file, replies: { Ben: ["Blue. DONE", "Green. DONE"] } });
  // Who somebody is, is asked once.
  await (await journey.mention("@parley choose a colour")).ended();
  const before = journey.slack.control.calls().length;
  const thread = await journey.mention("@parley choose another");
  await thread.ended();
  const { control } = journey.slack;
  await thread.until(
    () => control.session(thread.channel, thread.ts)?.status === "active" && control.status(thread.channel, thread.ts) === undefined,
  );
  const calls = control
    .calls()
    .slice(before)
    .filter(({ args }) => JSON.stringify(args).includes(thread.ts));
  // The card and the turn with its result; the card is left out where the turn is there first.
  expect([1, 2]).toContain(calls.filter(({ method }) => method === "chat.postMessage").length);
  expect(thread.reactions()).toEqual(["eyes"]);
  const methods = calls.map(({ method }) => method);
  expect(methods.filter((method) => method !== "chat.update").slice(6)).toEqual([]);
  // One, unless this machine is so busy that the turn outlasts the pause between two.
  expect(methods.filter((method) => method === "chat.update").slice(2)).toEqual([]);
});
