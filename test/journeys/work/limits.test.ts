import { expect, test } from "vitest";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

const ADA = "U0ADA";
const { pair } = PAIR.teams;
const limited = (limits: object, more: object = {}) => ({
  ...PAIR,
  teams: { pair: { ...pair, limits: { ...pair.limits, ...limits } } },
  ...more,
});
const TALK = {
  Ana: ["One.", "Three.", "Five."],
  Ben: ["Two.", "Four.", "Six. DONE"],
  Summary: ["We counted to four; five and six are open."],
};

const card = (thread: Thread) => thread.ofKind("card").map(wordsOf).join();
const halt = (thread: Thread) => thread.ofKind("halt").map(wordsOf).join("\n");
const atTheLimit = (thread: Thread) => thread.until(() => thread.ofKind("halt").some((message) => buttonsOf(message).length > 0));
const typesIn = async (thread: Thread, ...types: readonly string[]) =>
  (await thread.log()).map(({ type }) => type).filter((type) => types.includes(type));

async function counting(more: object = {}): Promise<{ readonly journey: Journey; readonly thread: Thread }> {
  const journey = await openJourney({ file: limited({ turns: 4 }, more), replies: TALK });
  return { journey, thread: await journey.mention("@parley count") };
}

test("a limit that comes near is a line on the card; at the limit the agents wait, and go on when it is raised", async () => {
  const journey = await openJourney({ file: limited({ turns: 5 }), replies: TALK });
  const thread = await journey.mention("@parley count");
  await atTheLimit(thread);
  expect(halt(thread)).toMatch(/^<@U0MARIA> :hourglass: \*The limit of 5 turns is reached\.\*/);
  expect(halt(thread)).not.toContain("reached 5 turns");
  expect(halt(thread)).toMatch(/Without a decision the run stops <!date/);
  expect(
    thread
      .ofKind("halt")
      .flatMap(buttonsOf)
      .map(({ label }) => label),
  ).toEqual(["Raise to 10 turns", "Finish with a summary", "Stop"]);
  await thread.until(() => card(thread).includes("waits at a limit"));
  expect(journey.slack.control.session(thread.channel, thread.ts)?.status).toBe("suspended");
  expect(await thread.log()).toContainEqual(expect.objectContaining({ type: "limit.neared", limit: "turns", used: 4, of: 5 }));

  await thread.click("Raise to 10 turns", MARIA);
  await thread.ended();
  await thread.until(() => halt(thread).includes("raised to 10 turns by <@U0MARIA>"));
  expect(thread.ofKind("halt").flatMap(buttonsOf)).toEqual([]);
  expect(thread.turns().at(-1)).toBe("Ben: Six.");
  // Said once, and no message of its own.
  expect(await typesIn(thread, "limit.neared", "limit.reached", "limit.raised")).toEqual(["limit.neared", "limit.reached", "limit.raised"]);
  const [allowed] = await journey.parley.settings.decisions("T0LOCAL", { limit: 10 });
  expect(allowed).toMatchObject({ deed: "raise limit", allowed: true, person: { id: MARIA } });
});

test("money that comes near its limit shows on the card while the agents talk", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: limited({}, { models: { scripted: desk.model } }) });
  const thread = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One.", 4_000);
  const ben = await desk.asked("Ben");
  await thread.until(() => card(thread).includes("near a limit: $0.81 of $1.00 used"));
  ben.answer("Two.", 1_500);
  await atTheLimit(thread);
  expect(halt(thread)).toContain("The limit of $1.00 is reached.");
  await thread.until(() => card(thread).includes("waits at a limit") && !card(thread).includes("near a limit"));
  await thread.click("Raise to $2.00", MARIA);
  (await desk.asked("Ana")).answer("Three. DONE");
  await thread.ended();
});

test("a turn that was refused its next call goes on where it was, once there is money for it", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: limited({}, { models: { scripted: desk.model } }) });
  const thread = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One.", 4_850);
  await atTheLimit(thread);
  expect(halt(thread)).toContain("The next call could pass the limit of $1.00.");
  await thread.click("Raise to $2.00", MARIA);
  (await desk.asked("Ben")).answer("Two. DONE");
  await thread.ended();
  expect(thread.turns()).toEqual(["Ana: One.", "Ben: Two."]);
  expect(await typesIn(thread, "turn.failed", "limit.reached", "limit.raised")).toEqual(["limit.reached", "limit.raised"]);
});

test("a run at its limit is finished with a summary, in one reply beyond it", async () => {
  const { thread } = await counting();
  await atTheLimit(thread);
  await thread.click("Finish with a summary", JONAS);
  const end = await thread.ended();
  expect(wordsOf(end)).toContain(":hourglass: *Stopped at a limit*: reached 4 turns");
  expect(thread.turns().at(-1)).toBe("Summary: We counted to four; five and six are open.");
  await thread.until(() => halt(thread).includes("ends with a summary, asked for by <@U0JONAS>"));
  expect((await thread.log()).at(-1)).toMatchObject({ type: "run.stopped", outcome: "limit", reasons: [{ kind: "maxTurns", limit: 4 }] });
});

test("a run at its limit is stopped by a press, and by the word", async () => {
  const { journey, thread } = await counting();
  await atTheLimit(thread);
  await thread.click("Stop", JONAS, thread.ofKind("halt")[0]);
  await thread.ended();
  await thread.until(() => halt(thread).includes("stopped by <@U0JONAS>"));

  const other = await journey.mention("@parley count again");
  await atTheLimit(other);
  await other.reply("stop");
  expect(wordsOf(await other.ended())).toContain("stopped by Jonas");
});

test("where nobody decides in time, the run stops as if nobody had been there", async () => {
  const { thread } = await counting({ budgets: { waitMinutes: 0.2 } });
  await thread.ended();
  await thread.until(() => halt(thread).includes("nobody decided in time; the run has stopped"));
  expect(thread.ofKind("halt").flatMap(buttonsOf)).toEqual([]);
  const [reached, stopped] = (await thread.log()).slice(-2);
  expect(reached).toMatchObject({ type: "limit.reached" });
  expect(stopped).toMatchObject({ type: "run.stopped", outcome: "limit", reasons: [{ kind: "maxTurns", limit: 4, count: 4 }] });
});

test("who may not raise a limit is told so, and the run goes on waiting; a late press is told that it is late", async () => {
  const { journey, thread } = await counting();
  await atTheLimit(thread);
  const before = thread.ofKind("halt")[0];
  const guest = journey.slack.control.addUser("Gus", { teamId: "T0OTHER" });
  await thread.click("Raise to 8 turns", guest);
  await thread.click("Raise to 8 turns", JONAS);
  await thread.click("Finish with a summary", guest);
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 1 && journey.whispers(guest).length === 2);
  expect(journey.whispers(guest)[0]).toContain("You are here from another organisation");
  expect(journey.whispers(JONAS)[0]).toContain("Only Maria, who started this run, and admins of this workspace can raise a limit.");
  expect(await typesIn(thread, "limit.raised", "summary.requested")).toEqual([]);

  // Ada is an admin.
  await Promise.all([thread.click("Raise to 8 turns", MARIA, before), thread.click("Raise to 8 turns", ADA, before)]);
  await thread.ended();
  await journey.quiet();
  expect([...journey.whispers(MARIA), ...journey.whispers(ADA)]).toEqual(["This was decided already."]);
  expect(await typesIn(thread, "limit.raised")).toHaveLength(1);
});

test("what is said at a limit is read by the next speaker, once it is raised", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: limited({ turns: 1 }, { models: { scripted: desk.model } }) });
  const thread = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One.");
  await atTheLimit(thread);
  await thread.reply("from ten, please");
  await journey.quiet();
  await thread.click("Raise to 2 turns", MARIA);
  const ben = await desk.asked("Ben");
  expect(ben.read).toContain("from ten, please");
  ben.answer("Ten. DONE");
  await thread.ended();
});

test("a limit is raised as far as the team file lets, and then no further: the number is said, and Raise is not there", async () => {
  const journey = await openJourney({ file: limited({ turns: 2 }, { ceilings: { raised: { turns: 3 } } }), replies: TALK });
  const thread = await journey.mention("@parley count");
  await atTheLimit(thread);
  await thread.click("Raise to 3 turns", MARIA);
  await thread.until(() => thread.ofKind("halt").length === 2 && thread.ofKind("halt").slice(1).flatMap(buttonsOf).length > 0);
  const [, second] = thread.ofKind("halt");
  expect(second && wordsOf(second)).toContain(
    "Nobody can raise this any further here: the turns to 3 at most (`ceilings.raised` in the team file).",
  );
  expect(second && buttonsOf(second).map(({ label }) => label)).toEqual(["Finish with a summary", "Stop"]);
  expect(await typesIn(thread, "limit.reached", "limit.raised")).toEqual(["limit.reached", "limit.raised", "limit.reached"]);
  await thread.click("Stop", MARIA, second);
  await thread.ended();
});

test("a Raise that was offered before its ceiling was lowered is refused, with the number, and the audit log has it", async () => {
  const before = await openJourney({ file: limited({ turns: 2 }), replies: TALK });
  const { channel, ts } = await before.mention("@parley count");
  await atTheLimit(before.thread(channel, ts));
  const journey = await before.restarted({ file: limited({ turns: 2 }, { ceilings: { raised: { turns: 2 } } }), replies: TALK });
  const thread = journey.thread(channel, ts);
  await thread.click("Raise to 4 turns", ADA);
  await journey.slack.control.until(() => journey.whispers(ADA).length === 1);
  expect(journey.whispers(ADA)).toEqual([
    "Nobody can raise this any further here: the turns to 2 at most (`ceilings.raised` in the team file).",
  ]);
  expect(await typesIn(thread, "limit.raised")).toEqual([]);
  const [refusal] = await journey.parley.settings.decisions("T0LOCAL", { limit: 10 });
  expect(refusal).toMatchObject({ deed: "raise", subject: thread.key, allowed: false, person: { id: ADA } });
  // The runner holds it too, whoever asks.
  const { halt } = currentRun(await journey.parley.runner.read(thread.key));
  const person = { id: ADA, name: "Ada" };
  expect(await journey.parley.runner.steer(thread.key, { kind: "raise", seq: halt?.seq ?? 0, person })).toBe(false);
  expect(await typesIn(thread, "limit.raised")).toEqual([]);
});
