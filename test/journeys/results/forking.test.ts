import { expect, test } from "vitest";
import { codingTeam, fence, recorder } from "../../support/coding-team.ts";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const { pair } = PAIR.teams;
const cy = { name: "Cy", icon: ":cat:", description: "Doubts.", model: "scripted" };
const FILE = {
  ...PAIR,
  teams: { pair: { ...pair, agents: [...pair.agents, cy] }, solo: { ...pair, description: "One alone.", agents: [cy] } },
};
const REPLIES = { Ana: ["Tabs?", "Then tabs."], Ben: ["Tabs.", "Spaces. DONE"], Cy: ["Agreed. DONE"] };

/** Chooses from the menu of a turn. */
async function choose(journey: Journey, thread: Thread, turn: number, label: string, user = MARIA): Promise<void> {
  const message = thread.ofKind("turn")[turn];
  const menus = (message?.blocks ?? []) as readonly { readonly accessory?: { readonly options?: readonly Option[] } }[];
  const option = menus.flatMap(({ accessory }) => accessory?.options ?? []).find(({ text }) => text.text === label);
  await journey.slack.control.click({
    user,
    channel: thread.channel,
    ts: message?.ts ?? "",
    actionId: "parley.turn.more",
    value: option?.value ?? "",
  });
}
interface Option {
  readonly text: { readonly text: string };
  readonly value: string;
}

async function fill(journey: Journey, user: string, block: string, name: string): Promise<void> {
  const { control } = journey.slack;
  await control.until(() => control.modals(user).length === 1);
  const [view] = control.modals(user) as [{ readonly id: string }];
  const option = { text: { type: "plain_text", text: name }, value: name };
  const values = { [block]: { value: { type: "static_select", selected_option: option } } };
  expect(await control.submit({ user, viewId: view.id, values })).toMatchObject({ acked: true });
}

/** The thread of the newest root in the channel. */
async function newestThread(journey: Journey, thread: Thread, roots: number): Promise<Thread> {
  const channel = () => journey.slack.control.channel(thread.channel);
  await journey.slack.control.until(() => channel().length === roots);
  return journey.thread(thread.channel, channel().at(-1)?.ts ?? "");
}

test("from a turn another speaker goes on in a thread of its own, which says what it shares, what it cost, and where both part", async () => {
  const journey = await openJourney({ file: FILE, replies: REPLIES });
  const thread = await journey.mention("@parley tabs or spaces?");
  await thread.ended();
  const before = thread.turns();
  await choose(journey, thread, 0, "Try another next speaker…", JONAS);
  await fill(journey, JONAS, "to", "Cy");
  const fork = await newestThread(journey, thread, 2);
  const end = await fork.ended();
  expect(fork.messages()[0]?.text).toMatch(/^<@U0JONAS> tries another way from turn 1 of <http[^|]+\|a thread>: \*Cy\* speaks next\.$/);
  expect(fork.turns()).toEqual(["Cy: Agreed."]);
  expect(wordsOf(fork.ofKind("card")[0])).toContain("shares 1 turn · 1 turn, ");
  expect(wordsOf(end)).toContain("*Where they part:* after turn 1, after what *Ana* said\n>*There* (pair): next *Ben* · 2 turns · Cy said");
  expect(wordsOf(end)).toMatch(/\n>\*Here\* \(pair\): next \*Cy\* · 1 turn · Cy said "DONE" · “Agreed\.”\n/);
  expect(wordsOf(end)).toMatch(/\(shares 1 turn · 1 turn, [\d.k]+ tokens of its own · [\d.]+ s · (?!.*\btokens?\b)/);
  await thread.until(() => /tries another way from turn 1: \*Cy\* speaks next, in <http[^|]+\|a thread of its own>\./.test(thread.text()));
  expect(thread.turns()).toEqual(before);
  expect((await fork.log()).find(({ type }) => type === "run.started")).toMatchObject({
    startedBy: { name: "Jonas" },
    forkedFrom: { run: `${thread.key}#1`, team: "pair" },
  });
});

test("from a turn another team goes on; the copy is no second cost, and posts no turn again", async () => {
  const journey = await openJourney({ file: FILE, replies: REPLIES });
  const thread = await journey.mention("@parley tabs or spaces?");
  await thread.ended();
  await choose(journey, thread, 1, "From here with another team…");
  await fill(journey, MARIA, "team", "solo");
  const fork = await newestThread(journey, thread, 2);
  await fork.ended();
  expect(fork.turns()).toEqual(["Cy: Agreed."]);
  expect(fork.messages()[0]?.text).toContain("from turn 2");
  expect((await fork.log()).flatMap((event) => (event.type === "message.posted" && "agent" in event ? [event.agent] : []))).toEqual([
    "Ana",
    "Ben",
    "Cy",
  ]);
});

test("who may start no run may fork none, and is told so; why somebody spoke may be read", async () => {
  const file = { ...FILE, slack: { allow: { start: [MARIA] } } };
  const journey = await openJourney({ file, replies: REPLIES });
  const thread = await journey.mention("@parley tabs or spaces?");
  await thread.ended();
  await choose(journey, thread, 0, "Try another next speaker…", JONAS);
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 1);
  expect(journey.whispers(JONAS)[0]).toContain("You are not on the list of people who can start");
  await choose(journey, thread, 1, "Why this speaker?", JONAS);
  await journey.slack.control.until(() => journey.slack.control.modals(JONAS).length === 1);
  const why = JSON.stringify(journey.slack.control.modals(JONAS)[0]);
  expect(why).toContain("*Ben*: by a rule");
  expect(why).toContain("Those who could speak in pair");
});

/** What the app has written to Maria alone. */
const toldDirectly = (journey: Journey) => journey.slack.control.channel("D0MARIA").map(({ text }) => text);

/** Forks the newest run of this thread from one of its turns, with the same team. */
async function forkedHere(journey: Journey, thread: Thread, turn: number, roots = 2): Promise<Thread> {
  await choose(journey, thread, turn, "From here with another team…");
  await fill(journey, MARIA, "team", "coding");
  return newestThread(journey, thread, roots);
}
const CODE = { Coder: [fence("print(1)"), fence("print(2)"), "That is all. DONE", "That is all. DONE"] };

test("a fork keeps to the rules of its channel as they are now: code that ran unasked is asked for", async () => {
  const ran: string[] = [];
  const journey = await openJourney({ file: codingTeam({ runner: { approval: "auto" } }), replies: CODE, executor: recorder(ran) });
  const thread = await journey.mention("@parley count");
  await thread.ended();
  expect(ran).toEqual(["print(1)", "print(2)"]);
  const { teamId: workspace } = journey.slack;
  const decision = { workspace, person: { id: MARIA, name: "Maria" }, deed: "set channel", subject: GENERAL, allowed: true };
  await journey.parley.settings.put({ name: `channel/${GENERAL}`, value: { code: "ask" }, revision: 0, decision });
  const fork = await forkedHere(journey, thread, 0);
  await fork.until(() => fork.ofKind("approval").length === 1);
  expect(ran).toHaveLength(2);
  await fork.click("Run once", MARIA);
  await fork.until(() => fork.ofKind("approval").length === 2);
  expect(ran).toEqual(["print(1)", "print(2)", "print(1)"]);
});

test("a yes for the rest of a run is not the fork's: what it runs next is asked for", async () => {
  const ran: string[] = [];
  const journey = await openJourney({ file: codingTeam(), replies: CODE, executor: recorder(ran) });
  const thread = await journey.mention("@parley count");
  await thread.until(() => thread.ofKind("approval").length === 1);
  await thread.click("Allow for this run", MARIA);
  await thread.ended();
  expect(ran).toEqual(["print(1)", "print(2)"]);
  const fork = await forkedHere(
    journey,
    thread,
    thread.turns().findLastIndex((turn) => turn.startsWith("Coder: ") && !turn.includes("That is all")),
  );
  await fork.until(() => fork.ofKind("approval").length === 1);
  expect(ran).toHaveLength(2);
  await fork.click("Deny", MARIA);
  await fork.ended();
  expect(ran).toHaveLength(2);
});

test("a fork of a run that waits for a yes shows what waits, and goes on by the yes that it gets there", async () => {
  const ran: string[] = [];
  const journey = await openJourney({ file: codingTeam(), replies: CODE, executor: recorder(ran) });
  const thread = await journey.mention("@parley count");
  await thread.until(() => thread.ofKind("approval").length === 1);
  const fork = await forkedHere(journey, thread, 0);
  await fork.until(() => fork.ofKind("approval").length === 1);
  expect(ran).toEqual([]);
  await fork.click("Run once", MARIA);
  await fork.until(() => ran.length === 1);
  expect(thread.ofKind("approval")).toHaveLength(1);
});

test("a run that was paused goes on in its fork, and stays paused itself", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...FILE, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley tabs or spaces?");
  const ana = await desk.asked("Ana");
  await thread.reply("pause", MARIA);
  await journey.quiet();
  ana.answer("Tabs?");
  await thread.until(() => thread.turns().length === 1);
  await choose(journey, thread, 0, "Try another next speaker…");
  await fill(journey, MARIA, "to", "Cy");
  const fork = await newestThread(journey, thread, 2);
  (await desk.asked("Cy")).answer("Agreed. DONE");
  await fork.ended();
  expect(fork.turns()).toEqual(["Cy: Agreed."]);
  expect((await thread.log()).filter(({ type }) => type === "run.unpaused")).toEqual([]);
  expect(thread.turns()).toEqual(["Ana: Tabs?"]);
});

test("what is deleted in a thread is deleted in its forks and theirs, as far as they share it", async () => {
  const journey = await openJourney({ file: FILE, replies: { ...REPLIES, Ben: ["Tabs.", "Spaces. DONE", "Spaces. DONE"] } });
  const { control } = journey.slack;
  const thread = await journey.mention("@parley is XYLOPHONE a good password?");
  await thread.ended();
  const turns = thread.ofKind("turn").map(({ ts }) => ts);
  await choose(journey, thread, 1, "Try another next speaker…");
  await fill(journey, MARIA, "to", "Ana");
  const fork = await newestThread(journey, thread, 2);
  await fork.ended();
  await choose(journey, fork, 0, "From here with another team…");
  await fill(journey, MARIA, "team", "pair");
  const again = await newestThread(journey, thread, 3);
  await again.until(() => again.ofKind("end").length === 1);
  const has = async (words: string) =>
    Promise.all([thread, fork, again].map(async (one) => JSON.stringify(await one.log()).includes(`"${words}`)));
  expect(await has("is XYLOPHONE")).toEqual([true, true, true]);
  expect(await has("Tabs?")).toEqual([true, true, true]);
  await control.remove({ channel: GENERAL, ts: thread.ts });
  await expect.poll(() => has("is XYLOPHONE")).toEqual([false, false, false]);
  await control.remove({ channel: GENERAL, ts: turns[0] ?? "" });
  await expect.poll(() => has("Tabs?")).toEqual([false, false, false]);
  // What no fork shares has the number of an event of the fork's own.
  const own = await fork.log();
  await control.remove({ channel: GENERAL, ts: turns[2] ?? "" });
  await expect.poll(async () => (await has("Agreed."))[0]).toBe(false);
  await journey.quiet();
  expect(await fork.log()).toEqual(own);
  expect(await has("Then tabs.")).toEqual([false, true, true]);
});

test("nothing is posted for a speaker whom the team has not, nor where the day's budget is used up; who asked is told why", async () => {
  const desk = await openModelDesk();
  const file = { ...FILE, models: { scripted: { ...desk.model, outputTokensMax: 256 } }, budgets: { personUsdPerDay: 0.4 } };
  const first = await openJourney({ file });
  const { control } = first.slack;
  const asked = await first.mention("@parley tabs or spaces?");
  (await desk.asked("Ana")).answer("Tabs?");
  (await desk.asked("Ben")).answer("Tabs. DONE", 2_000);
  await asked.ended();
  await choose(first, asked, 0, "Try another next speaker…");
  await control.until(() => control.modals(MARIA).length === 1);
  const zoe = { ...cy, name: "Zoe" };
  const journey = await first.restarted({ file: { ...file, teams: { pair: { ...pair, agents: [...pair.agents, zoe] } } } });
  const thread = journey.thread(GENERAL, asked.ts);
  await fill(journey, MARIA, "to", "Cy");
  await control.until(() => toldDirectly(journey).length === 1);
  expect(toldDirectly(journey)).toEqual(['The team *pair* has nobody called "Cy" any more.']);
  await choose(journey, thread, 0, "Try another next speaker…");
  await fill(journey, MARIA, "to", "Zoe");
  await control.until(() => toldDirectly(journey).length === 2);
  expect(toldDirectly(journey)[1]).toMatch(/^Today's budget is used up: .* A day's budget can be raised by admins of this workspace\./);
  await journey.quiet();
  expect(control.channel(GENERAL)).toHaveLength(1);
});

test("a fork is one more run of whoever makes it: beyond the rate it is refused, each time, and nobody speaks in it", async () => {
  const journey = await openJourney({ file: { ...FILE, slack: { rates: { runsPerHour: 1 } } }, replies: REPLIES });
  const thread = await journey.mention("@parley tabs or spaces?");
  await thread.ended();
  for (const roots of [2, 3]) {
    await choose(journey, thread, 0, "Try another next speaker…");
    await fill(journey, MARIA, "to", "Cy");
    const fork = await newestThread(journey, thread, roots);
    // Whoever reads the root is told that nothing follows it.
    await fork.until(() => fork.messages().length === 2);
    expect(fork.messages()[1]?.text).toMatch(/^<@U0MARIA>, this does not begin\. You have started 1 run within an hour/);
    // Nothing was written in the name of somebody who may begin no more.
    expect(await fork.log()).toEqual([]);
    expect(fork.turns()).toEqual([]);
  }
});
