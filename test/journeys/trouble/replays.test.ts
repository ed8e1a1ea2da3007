import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

/** What a crash leaves between the effect of an envelope and its mark: the same envelope is handled again at the next start. */
async function again(journey: Journey, body: object): Promise<void> {
  const { store } = journey.parley;
  await store.receive({ id: `again:${Math.random()}`, at: new Date().toISOString(), body: JSON.stringify(body) });
  // Anything that comes in makes the inbox look.
  await journey.slack.control.post({ user: MARIA, channel: GENERAL, text: "lunch?" });
  await journey.quiet();
}

const word = (thread: Thread, ts: string, text: string) => ({
  type: "event_callback",
  team_id: "T0LOCAL",
  event: { type: "message", channel: thread.channel, user: JONAS, text, ts, thread_ts: thread.ts, team: "T0LOCAL" },
});

async function atTheDesk() {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley compare tabs and spaces");
  return { desk, journey, thread };
}

test("a skip that is handled again after a crash skips nobody else", async () => {
  const { desk, journey, thread } = await atTheDesk();
  const ana = await desk.asked("Ana");
  const ts = await thread.reply("skip");
  await ana.gone;
  const ben = await desk.asked("Ben");
  await again(journey, word(thread, ts, "skip"));
  ben.answer("I speak. DONE");
  await thread.ended();
  expect((await thread.log()).filter(({ type }) => type === "turn.skipped")).toHaveLength(1);
  expect(journey.whispers(JONAS)).toEqual([]);
});

test("a pause that is handled again after somebody has let the run go on does not hold it, and nobody is told off", async () => {
  const { desk, journey, thread } = await atTheDesk();
  const ana = await desk.asked("Ana");
  const ts = await thread.reply("pause");
  await thread.until(() => wordsOf(thread.ofKind("card")[0]).includes("paused by"));
  await again(journey, word(thread, ts, "pause"));
  expect(journey.whispers(JONAS)).toEqual([]);
  await thread.reply("resume", MARIA);
  await thread.until(() => !wordsOf(thread.ofKind("card")[0]).includes("paused by"));
  await again(journey, word(thread, ts, "pause"));
  ana.answer("Tabs. DONE");
  await thread.ended();
  expect((await thread.log()).filter(({ type }) => type === "run.paused")).toHaveLength(1);
});

test("a press of Pause that is handled again is one pause; another press is another", async () => {
  const { desk, journey, thread } = await atTheDesk();
  const ana = await desk.asked("Ana");
  await thread.until(() => thread.ofKind("card").some((card) => buttonsOf(card).some(({ label }) => label === "Pause")));
  const card = thread.ofKind("card")[0];
  const pause = card && buttonsOf(card).find(({ label }) => label === "Pause");
  const press = {
    type: "block_actions",
    user: { id: JONAS, team_id: "T0LOCAL" },
    container: { channel_id: GENERAL, message_ts: card?.ts, thread_ts: thread.ts },
    actions: [{ type: "button", action_id: pause?.actionId, value: pause?.value, action_ts: "1700000000.000001" }],
  };
  await again(journey, press);
  await thread.until(() => wordsOf(thread.ofKind("card")[0]).includes("paused by"));
  await thread.click("Resume", MARIA);
  await journey.quiet();
  await again(journey, press);
  expect((await thread.log()).filter(({ type }) => type === "run.paused")).toHaveLength(1);
  expect(journey.whispers(JONAS)).toEqual([]);
  ana.answer("Tabs. DONE");
  await thread.ended();
});

test("a command that is handled again posts its task once and begins one run", async () => {
  const { desk, journey } = await atTheDesk();
  const ana = await desk.asked("Ana");
  const command = {
    command: "/parley",
    text: "new find a name",
    team_id: "T0LOCAL",
    user_id: MARIA,
    channel_id: GENERAL,
    trigger_id: "1.2.3",
  };
  await again(journey, command);
  const second = await desk.asked("Ana");
  await again(journey, command);
  expect(journey.slack.control.channel(GENERAL).filter(({ text }) => text.includes("asks"))).toHaveLength(1);
  expect(await journey.parley.store.recent(10)).toHaveLength(2);
  second.answer("Plum. DONE");
  ana.answer("Tabs. DONE");
});
