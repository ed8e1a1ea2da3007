import { describe, expect, test } from "vitest";
import { dockerAvailable } from "../../support/sandbox/docker.ts";
import { CODING, codingReplies, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { processesOf, useDocker } from "../../support/sandbox/sandboxes.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";

type Way = (journey: Journey, thread: Thread) => Promise<unknown>;

/** Every way in which a person can end a run. */
const WAYS: readonly (readonly [string, Way])[] = [
  ["the word alone", (_, thread) => thread.reply("Stop!")],
  ["a mention with the word", (_, thread) => thread.reply("@parley stop")],
  ["the button on the card", (_, thread) => thread.click("Stop", JONAS)],
  ["the command", ({ slack }, thread) => slack.control.command({ user: JONAS, channel: thread.channel, command: "/parley", text: "stop" })],
  [
    "Slack's own button",
    async ({ slack }, thread) => {
      await slack.control.until(() => slack.control.session(thread.channel, thread.ts)?.status === "processing");
      await slack.control.stopSession({ user: JONAS, channel: thread.channel, ts: thread.ts });
    },
  ],
];

test.each(WAYS)("a run ends in the middle of a model's answer: %s", async (_name, stop) => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley think for long");
  const ana = await desk.asked("Ana");
  await thread.until(() => thread.ofKind("card").length === 1);
  await stop(journey, thread);
  await ana.gone;
  const end = await thread.ended();
  expect(wordsOf(end)).toMatch(/^:octagonal_sign: \*Stopped\*: stopped by Jonas\n/);
  expect(thread.turns()).toEqual([]);
  await journey.slack.control.until(() => journey.slack.control.session(thread.channel, thread.ts)?.status === "active");
  await journey.slack.control.until(() => !journey.slack.control.status(thread.channel, thread.ts));
});

test("stop, pause and skip are answered where no agent talks any more", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: ["It is done. DONE"] } });
  const thread = await journey.mention("@parley think");
  await thread.ended();
  for (const word of ["stop", "pause", "skip"]) {
    const before = journey.whispers(MARIA).length;
    await thread.reply(word, MARIA);
    await journey.quiet();
    expect(journey.whispers(MARIA).slice(before)).toEqual([expect.stringMatching(/^No agent is talking in this thread/)]);
  }
});

describe.skipIf(!(await dockerAvailable()))("while code runs", () => {
  const docker = useDocker();

  test.each([WAYS[0], WAYS[2]] as typeof WAYS)(
    "a run ends in the middle of a program, and the program with it: %s",
    async (_name, stop) => {
      const journey = await openJourney({
        file: CODING,
        replies: codingReplies("while True:\n    pass", "never said"),
        executor: docker.executor(),
      });
      const thread = await journey.mention("@parley run for ever");
      const programs = async () => (await processesOf(docker.instance)).filter((line) => line.includes("main.py"));
      await expect.poll(programs).not.toEqual([]);
      await stop(journey, thread);
      const end = await thread.ended();
      expect(wordsOf(end)).toContain("stopped by Jonas");
      expect(thread.turns()).toEqual(["Coder: Here it is."]);
      await expect.poll(programs).toEqual([]);
    },
  );
});

test("'stop' where nobody talks, and a stop too many, are told to the one who asked", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: ["It. DONE"] } });
  const thread = await journey.mention("@parley say it");
  await thread.ended();
  await thread.reply("@parley stop", MARIA);
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)).toEqual(["No agent is talking in this thread; there is nothing to stop."]);
});

test("a sentence that begins with stop is no stop", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const thread = await journey.mention("@parley think");
  const ana = await desk.asked("Ana");
  const reply = await thread.reply("stop guessing and ask");
  await thread.until(() => thread.reactions(reply).includes("eyes"));
  ana.answer("What do you mean? DONE");
  expect(wordsOf(await thread.ended())).toContain("*Done*");
});
