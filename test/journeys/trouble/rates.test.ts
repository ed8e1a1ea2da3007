import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import type { Thread } from "../../support/slack/thread.ts";

const HOUR_MS = 3_600_000;

async function journeyWith(rates: object) {
  const desk = await openModelDesk();
  const journey = await openJourney({
    file: { ...PAIR, models: { scripted: desk.model }, slack: { rates } },
    startMs: Date.UTC(2026, 10, 23, 9),
  });
  return { desk, journey };
}

/** What persons have said, as the log has it. */
const said = async (thread: Thread) =>
  (await thread.log()).flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.text] : []));

const told = (journey: Journey, user: string, count: number) => journey.slack.control.until(() => journey.whispers(user).length >= count);

test("who has started as many runs as one person may within an hour is told when they may again, and then may; others are not held up", async () => {
  const { desk, journey } = await journeyWith({ runsPerHour: 1 });
  const first = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One. DONE");
  await first.ended();
  const second = await journey.mention("@parley count on");
  await told(journey, MARIA, 1);
  expect(journey.whispers(MARIA)[0]).toMatch(
    /^You have started 1 run within an hour, as many as one person may here\. You can start the next on <!date\^\d+\^\{date_short\} at \{time\}\|2026-11-23 10:\d\d UTC>\.$/,
  );
  expect(await second.log()).toEqual([]);
  await journey.slack.control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "new count by command" });
  await told(journey, MARIA, 2);

  const other = await journey.mention("@parley count for me", { user: JONAS });
  (await desk.asked("Ana")).answer("Uno. DONE");
  await other.ended();
  journey.skip(HOUR_MS);
  const later = await journey.mention("@parley count at last");
  (await desk.asked("Ana")).answer("One. DONE");
  await later.ended();
});

test("words beyond the rate, in a thread that waits for them, are not given to the agents, and who wrote them is told; an answer is heard an hour later", async () => {
  const { desk, journey } = await journeyWith({ messagesPerHour: 1 });
  const thread = await journey.mention("@parley count");
  const turn = await desk.asked("Ana");
  await thread.reply("count slowly", MARIA);
  await journey.quiet();
  expect(await said(thread)).toEqual(["count", "count slowly"]);
  turn.ask("From where?", ["one", "two"]);
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.reply("from three", MARIA);
  await told(journey, MARIA, 1);
  expect(journey.whispers(MARIA)[0]).toMatch(
    /^You have written 1 message to agents within an hour.*they have not been given this one\. Say it again on/,
  );
  // Nor is a press left without a word.
  await thread.click("one", MARIA);
  await told(journey, MARIA, 2);
  expect(journey.whispers(MARIA)[1]).toBe(journey.whispers(MARIA)[0]);
  expect(await said(thread)).toEqual(["count", "count slowly"]);

  journey.skip(HOUR_MS);
  await thread.reply("from three", MARIA);
  const next = await desk.asked();
  expect(next.read).toContain("from three");
  expect(await said(thread)).toEqual(["count", "count slowly", "from three"]);
  next.answer("Three. DONE");
  await thread.ended();
});
