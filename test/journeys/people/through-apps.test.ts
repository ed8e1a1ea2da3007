import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, PAIR } from "../../support/journey.ts";
import { openBehind } from "../../support/slack/behind.ts";
import { createThread } from "../../support/slack/thread.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

/** As Slack marks what an app posts with a user's own token: with its ids, and in the name of that user. */
const THROUGH = { bot_id: "B0ZAP", app_id: "A0ZAP", bot_profile: { id: "B0ZAP", app_id: "A0ZAP", name: "Zap" } };

async function atTheDesk(wire: "socket" | "http") {
  const desk = await openModelDesk();
  const behind = await openBehind(wire, { file: { ...PAIR, models: { scripted: desk.model } } });
  let nth = 0;
  const says = async (message: object) => {
    const { ts: thread_ts } = await behind.control.post({ user: JONAS, channel: GENERAL, text: "tabs or spaces" });
    const ts = `190000000${nth++}.000100`;
    const event = { channel: GENERAL, channel_type: "channel", ts, event_ts: ts, thread_ts, ...THROUGH, ...message };
    await behind.control.event({ type: "message", ...event });
    await behind.control.event({ type: "app_mention", ...event });
    await behind.quiet();
    return createThread({ slack: behind.slack, parley: behind.parley, channel: GENERAL, ts: thread_ts });
  };
  return { desk, says, ...behind };
}

test.each(["socket", "http"] as const)(
  "over %s, a person who speaks through an app with their own token is heard as that person, once",
  async (wire) => {
    const { desk, says, control, quiet, told } = await atTheDesk(wire);
    const thread = await says({ user: MARIA, text: "<@U0PARLEY> compare them" });
    const ana = await desk.asked("Ana");
    expect(ana.read).toContain("Maria: compare them");
    await control.event({
      type: "message",
      channel: GENERAL,
      channel_type: "channel",
      ts: "1900000100.000100",
      thread_ts: thread.ts,
      ...THROUGH,
      user: JONAS,
      text: "only for Go",
    });
    await quiet();
    ana.answer("Compared.");
    const ben = await desk.asked("Ben");
    expect(ben.read).toContain("Jonas: only for Go");
    ben.answer("Fine. DONE");
    await quiet();
    const log = await thread.log();
    expect(log.filter(({ type }) => type === "run.started")).toMatchObject([{ startedBy: { id: MARIA, name: "Maria" } }]);
    expect(told(MARIA)).toEqual([]);
  },
);

test.each([
  ["a bot with its own user", { user: "U0PARLEY" }],
  ["a bot whose user nobody knows", { user: "U0OTHERBOT" }],
  ["a bot without a user", {}],
  ["a bot's post in the old way", { user: MARIA, subtype: "bot_message" }],
  ["Slack's own voice", { user: "USLACKBOT" }],
  ["the app itself, in whosever name", { user: MARIA, app_id: "A0PARLEY", bot_id: "B0PARLEY" }],
])("%s is not heard", async (_name, who) => {
  const { says, told, quiet } = await atTheDesk("socket");
  const thread = await says({ text: "<@U0PARLEY> compare them", ...who });
  await quiet();
  expect(await thread.log()).toEqual([]);
  expect(told(MARIA)).toEqual([]);
});
