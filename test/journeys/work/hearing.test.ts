import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";

/** A run of two turns, which a second run in the same thread could not repeat: there are no more replies. */
const ONCE = { file: PAIR, replies: { Ana: ["What is it?"], Ben: ["It is this. DONE"] } };

const startsOf = async (journey: Journey): Promise<number> => (await journey.parley.store.recent(50)).length;

test.each(["message_first", "app_mention_first"] as const)("a mention is two events, and one run (%s)", async (mentionOrder) => {
  const journey = await openJourney({ ...ONCE, prepare: (slack) => slack.control.configure({ mentionOrder }) });
  const thread = await journey.mention("@parley what is it?");
  await thread.ended();
  await journey.quiet();
  expect(thread.turns()).toEqual(["Ana: What is it?", "Ben: It is this."]);
  expect((await thread.log()).map(({ type }) => type)).toEqual([
    "run.started",
    "message.posted",
    "speaker.selected",
    "message.posted",
    "speaker.selected",
    "message.posted",
    "run.stopped",
  ]);
});

test.each(["bot_message", "no_subtype"] as const)(
  "the bot's own posts come back (%s), once more after a redelivery, and start nothing",
  async (personaEcho) => {
    const journey = await openJourney({
      ...ONCE,
      replies: { Ana: ["<@U0PARLEY> what is it? stop"], Ben: ["It is this, @parley. DONE"] },
      prepare: (slack) => slack.control.configure({ personaEcho }),
    });
    const thread = await journey.mention("@parley what is it?");
    await thread.ended();
    const before = thread.text();
    await journey.slack.control.redeliver({ acked: true });
    await journey.quiet();
    expect(thread.text()).toBe(before);
    expect((await thread.log()).filter(({ type }) => type === "message.posted")).toHaveLength(3);
    expect(await startsOf(journey)).toBe(1);
  },
);

test("what bots, Slack itself and people among themselves write is not heard", async () => {
  const journey = await openJourney(ONCE);
  const { control } = journey.slack;
  const mentioned = { type: "app_mention", channel: GENERAL, text: "<@U0PARLEY> do it" };
  for (const event of [
    { ...mentioned, user: "U0PARLEY", bot_id: "B0PARLEY", ts: "1700000000.000100" },
    { ...mentioned, user: "U0PARLEY", ts: "1700000000.000200" },
    { ...mentioned, bot_id: "B0PARLEY", subtype: "bot_message", username: "Ana", ts: "1700000000.000300" },
    { ...mentioned, type: "message", bot_id: "B0PARLEY", app_id: "A0PARLEY", username: "Ana", ts: "1700000000.000400" },
    { ...mentioned, user: "U0OTHERBOT", bot_id: "B0OTHER", app_id: "A0OTHER", ts: "1700000000.000500" },
    { ...mentioned, user: "USLACKBOT", ts: "1700000000.000600" },
    { ...mentioned, type: "message", subtype: "channel_topic", user: MARIA, ts: "1700000000.000700" },
    {
      ...mentioned,
      type: "message",
      subtype: "message_changed",
      hidden: true,
      ts: "1700000000.000800",
      message: { ...mentioned, user: MARIA },
    },
    { ...mentioned, type: "message", subtype: "message_deleted", hidden: true, ts: "1700000000.000900" },
  ])
    await control.event({ event_ts: event.ts, ...event });
  const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: "shall we ask parley?" });
  await control.post({ user: JONAS, channel: GENERAL, text: "stop", threadTs: ts });
  await control.edit({ channel: GENERAL, ts, text: "shall we ask parley today?" });
  await journey.quiet();
  expect(await startsOf(journey)).toBe(0);
  expect(control.calls("chat.postMessage")).toEqual([]);
  expect(control.calls("chat.postEphemeral")).toEqual([]);
  expect(control.calls("reactions.add")).toEqual([]);
});

test("an edited task changes nothing, and a mention that an edit brings is the first that is heard", async () => {
  const journey = await openJourney(ONCE);
  const { control } = journey.slack;
  const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: "what is it?" });
  const edited = { user: MARIA, ts: "1900000000.000100" };
  const event = { type: "app_mention", channel: GENERAL, user: MARIA, ts, text: "<@U0PARLEY> what is it?", edited, event_ts: edited.ts };
  await control.event(event);
  const thread = journey.thread(GENERAL, ts);
  await thread.until(() => thread.ofKind("card").length === 1);
  await control.edit({ channel: GENERAL, ts, text: "@parley what is it, really?" });
  await control.event(event);
  await thread.ended();
  await journey.quiet();
  expect(await startsOf(journey)).toBe(1);
  expect((await thread.log()).find((event) => event.type === "message.posted")).toMatchObject({ text: "what is it?" });
});

test("talk among people in a run's thread reaches the agents, and after its end nobody", async () => {
  const journey = await openJourney(ONCE);
  const thread = await journey.mention("@parley what is it?");
  await thread.ended();
  const late = await thread.reply("thanks, all");
  await journey.quiet();
  expect(await thread.log()).toHaveLength(7);
  expect(thread.reactions(late)).toEqual([]);
  expect(journey.whispers(JONAS)).toEqual([]);
});
