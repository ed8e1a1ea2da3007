import { expect, test } from "vitest";
import { readSpending, totalOf } from "../../../src/parley.ts";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk, type ModelDesk } from "../../support/storm/model-desk.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

/** The admin. */
const ADA = "U0ADA";
const DAY_MS = 24 * 60 * 60_000;
/** $0.41 with the desk's prices, the 100 tokens that were read included. */
const FORTY_CENTS = 2_000;
/** Tokens: then a call is thought to cost $0.25 at most. */
const SHORT = 256;

async function atTheDesk(
  budgets: object,
  { outputTokensMax = SHORT, ...more }: { readonly startMs?: number; readonly outputTokensMax?: number } = {},
): Promise<{ readonly desk: ModelDesk; readonly journey: Journey }> {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: { ...desk.model, outputTokensMax } }, budgets }, ...more });
  return { desk, journey };
}

const halt = (thread: Thread) => thread.ofKind("halt").map(wordsOf).join("\n");
const waits = (thread: Thread) => thread.until(() => thread.ofKind("halt").some((message) => buttonsOf(message).length > 0));

/** What `/parley …` answers. */
async function command(journey: Journey, text: string, user = MARIA): Promise<string> {
  const before = journey.whispers(user).length;
  await journey.slack.control.command({ user, channel: GENERAL, command: "/parley", text });
  await journey.slack.control.until(() => journey.whispers(user).length > before);
  return journey.whispers(user).at(-1) ?? "";
}

test("two runs share the budget of their channel: both halt when it is used up, and go on when an admin raises it", async () => {
  const { desk, journey } = await atTheDesk({ channelUsdPerDay: 0.8 });
  const first = await journey.mention("@parley count");
  const one = await desk.asked("Ana");
  const second = await journey.mention("@parley count as well", { user: JONAS });
  const other = await desk.asked("Ana");
  one.answer("One.", FORTY_CENTS);
  const ben = await desk.asked("Ben");
  other.answer("Uno.", FORTY_CENTS);
  await waits(second);
  expect(halt(second)).toMatch(/^<@U0JONAS> :hourglass: \*Today's budget of this channel, \$0\.80, is used up\.\*/);
  // What was under way comes to its end, and is the last there.
  ben.answer("Two.");
  await waits(first);
  expect(first.turns()).toEqual(["Ana: One.", "Ben: Two."]);

  await second.click("Raise to $1.60 today", JONAS);
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 1);
  expect(journey.whispers(JONAS)).toEqual(["A day's budget can be raised by admins of this workspace."]);
  await second.click("Raise to $1.60 today", ADA);
  expect([(await desk.asked()).agent, (await desk.asked()).agent].toSorted()).toEqual(["Ana", "Ben"]);
  await second.until(() => halt(second).includes("raised to $1.60 today by <@U0ADA>"));
  await first.until(() => halt(first).includes("there is budget again; the run goes on"));
  expect(await journey.parley.settings.decisions(journey.slack.teamId, { limit: 10 })).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ deed: "raise budget", subject: `channel/${GENERAL}`, allowed: true, person: { id: ADA, name: "Ada" } }),
    ]),
  );
});

test("what a call may cost is set aside: while that is all there is another run waits, and goes on with what is left", async () => {
  const { desk, journey } = await atTheDesk({ workspaceUsdPerDay: 0.8 }, { outputTokensMax: 5_000 });
  const first = await journey.mention("@parley count");
  const one = await desk.asked("Ana");
  const second = await journey.mention("@parley count as well", { user: JONAS });
  await expect.poll(async () => (await second.log()).map(({ type }) => type)).toContain("speaker.selected");
  const other = desk.asked("Ana");
  one.answer("One. DONE", FORTY_CENTS);
  await first.ended();
  (await other).answer("Uno. DONE", FORTY_CENTS);
  await second.ended();
  const [begun, ended] = [(await second.log())[0], (await first.log()).at(-1)];
  expect(Date.parse(begun?.at ?? "")).toBeLessThanOrEqual(Date.parse(ended?.at ?? ""));
  const third = await journey.mention("@parley once more");
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(await third.log()).toEqual([]);
});

test("no run begins on a budget that is used up: who asks is told until when, and who can raise it; the next day it begins", async () => {
  const { desk, journey } = await atTheDesk({ personUsdPerDay: 0.4, workspaceUsdPerDay: 5 }, { startMs: Date.UTC(2026, 10, 23, 9) });
  const first = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One. DONE", FORTY_CENTS);
  await first.ended();
  const second = await journey.mention("@parley count on");
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  // Nobody is to think that it is worked on.
  await journey.slack.control.until(() => journey.slack.control.calls("reactions.remove").length === 1);
  expect(second.reactions()).toEqual([]);
  expect(journey.whispers(MARIA)[0]).toBe(
    "Today's budget is used up: $0.41 spent today, the budget of the person who asked is $0.40 a day. It starts anew on <!date^1795478400^{date_short} at {time}|2026-11-24 00:00 UTC>. A day's budget can be raised by admins of this workspace. `/parley budget` shows how it stands.",
  );
  expect(await second.log()).toEqual([]);
  // It is one person's budget.
  const third = await journey.mention("@parley count for me", { user: JONAS });
  (await desk.asked("Ana")).answer("Uno. DONE");
  await third.ended();

  expect(await command(journey, "budget")).toBe(
    [
      "*Spent today* (a day ends at 00:00 UTC)",
      "• runs that you started: $0.41 of $0.40 (102%)",
      "• this channel: $0.42, no limit",
      "• the workspace: $0.42 of $5.00 (8%)",
      "A day's budget can be raised by admins of this workspace.",
    ].join("\n"),
  );
  // The running sum is what `parley costs` reads off the logs.
  const { spent } = (await journey.parley.runner.budgets?.spending(journey.slack.teamId, "workspace")) ?? {};
  expect(totalOf(await Array.fromAsync(readSpending(journey.parley.store))).usage.usd).toBeCloseTo(spent ?? 0, 9);
  expect(await command(journey, "budget raise workspace 50")).toBe("A day's budget can be raised by admins of this workspace.");
  expect(await command(journey, "budget raise channel", ADA)).toBe("Say whose and to how much: `/parley budget raise channel 10`.");
  expect(await command(journey, "budget raise workspace 50", ADA)).toBe(
    "The budget of the workspace is $50.00 for today. Runs that wait for it go on.",
  );
  expect(await command(journey, "budget", ADA)).toContain("• the workspace: $0.42 of $50.00 (0%)");

  journey.skip(DAY_MS);
  const next = await journey.mention("@parley count today");
  (await desk.asked("Ana")).answer("One. DONE");
  await next.ended();
  expect(await command(journey, "budget", ADA)).toContain("• the workspace: $0.01 of $5.00 (0%)");
});

test("a budget that comes near is a line on the card of each run that shares it, and no message", async () => {
  const { desk, journey } = await atTheDesk({ channelUsdPerDay: 0.5 });
  const thread = await journey.mention("@parley count");
  const one = await desk.asked("Ana");
  const other = await journey.mention("@parley count as well", { user: JONAS });
  const uno = await desk.asked("Ana");
  one.answer("One.", FORTY_CENTS);
  const near = /near a limit: \$0\.4\d of the \$0\.50 that this channel may spend a day/;
  await thread.until(() => thread.ofKind("card").some((card) => near.test(wordsOf(card))));
  uno.answer("Uno.");
  await other.until(() => other.ofKind("card").some((card) => near.test(wordsOf(card))));
  expect([...thread.ofKind("halt"), ...other.ofKind("halt")]).toEqual([]);
  // What is left is less than what the two may cost: one after the other.
  (await desk.asked("Ben")).answer("Two. DONE");
  (await desk.asked("Ben")).answer("Two. DONE");
  await thread.ended();
  await other.ended();
  expect((await thread.log()).filter(({ type }) => type === "limit.neared")).toHaveLength(1);
});

test("a run that halts shortly before midnight goes on by itself with the new day's budget", async () => {
  // A second takes a tenth of one here.
  const { desk, journey } = await atTheDesk({ workspaceUsdPerDay: 0.4 }, { startMs: Date.UTC(2026, 10, 23, 23, 59, 15) });
  const thread = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One.", FORTY_CENTS);
  await waits(thread);
  expect(halt(thread)).toContain("Today's budget of the workspace, $0.40, is used up.");
  (await desk.asked("Ben")).answer("Two. DONE");
  await thread.ended();
  await thread.until(() => halt(thread).includes("there is budget again; the run goes on"));
  expect((await thread.log()).find(({ type }) => type === "limit.raised")).not.toHaveProperty("person");
});

test("a budget that was set for a channel goes before the file's; what has no price counts as at least so much", async () => {
  const desk = await openModelDesk();
  const { price: _price, ...unpriced } = desk.model;
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: unpriced }, budgets: { channelUsdPerDay: 0.01 } } });
  const decision = { workspace: journey.slack.teamId, person: { id: ADA, name: "Ada" }, deed: "set channel", subject: "", allowed: true };
  await journey.parley.settings.put({ name: `channel/${GENERAL}`, value: { usdPerDay: 3 }, revision: 0, decision });
  const thread = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One. DONE", FORTY_CENTS);
  await thread.ended();
  expect(await command(journey, "budget")).toContain("• this channel: no price is known, at most $3.00");
});

test("budgets of the day are raised as far as the team file lets, by a press and by the command", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({
    file: {
      ...PAIR,
      models: { scripted: desk.model },
      budgets: { channelUsdPerDay: 0.4, workspaceUsdPerDay: 1 },
      ceilings: { raised: { channelUsdPerDay: 0.5, workspaceUsdPerDay: 1 } },
    },
  });
  const thread = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One.", FORTY_CENTS);
  await waits(thread);
  await thread.click("Raise to $0.50 today", ADA);
  (await desk.asked("Ben")).answer("Two.", FORTY_CENTS);
  await thread.until(() => thread.ofKind("halt").length === 2);
  expect(halt(thread)).toContain(
    "Nobody can raise this any further here: the budget of this channel to $0.50 a day at most (`ceilings.raised` in the team file).",
  );
  expect(await command(journey, "budget raise channel 0.6", ADA)).toBe(
    "The budget of this channel can be raised here to at most $0.50 a day, and $0.60 is more (`ceilings.raised` in the team file).",
  );
  expect(await command(journey, "budget raise workspace 2", ADA)).toContain("to at most $1.00 a day, and $2.00 is more");
  expect(await journey.parley.settings.decisions(journey.slack.teamId, { limit: 2 })).toEqual([
    expect.objectContaining({ deed: "raise", subject: "workspace", allowed: false }),
    expect.objectContaining({ deed: "raise", subject: `channel/${GENERAL}`, allowed: false }),
  ]);
  // What was kept before, by whatever way, holds no further either.
  const decision = { workspace: journey.slack.teamId, person: { id: ADA, name: "Ada" }, deed: "set", subject: "", allowed: true };
  await journey.parley.settings.put({ name: "workspace", value: { usdPerDay: 900 }, revision: 0, decision });
  expect(await command(journey, "budget", ADA)).toContain("• the workspace: $0.82 of $1.00");
  await thread.click("Stop", ADA, thread.ofKind("halt")[1]);
  await thread.ended();
});
