import { expect, test } from "vitest";
import { JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";

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
  expect(wordsOf(fork.ofKind("card")[0] as never)).toContain("shares 1 turn · 1 turn, ");
  expect(wordsOf(end)).toContain("*Where they part:* after turn 1, after what *Ana* said\n>*There* (pair): next *Ben* · 2 turns · Cy said");
  expect(wordsOf(end)).toMatch(/\n>\*Here\* \(pair\): next \*Cy\* · 1 turn · Cy said "DONE" · “Agreed\.”\n/);
  expect(wordsOf(end)).toMatch(/\(shares 1 turn · 1 turn, [\d.k]+ tokens of its own · 2 turns · /);
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
