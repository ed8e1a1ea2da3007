import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { readSchedule, type Schedule } from "../../../src/schedules/schedule.ts";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { buttonsOf, wordsOf } from "../../support/slack/thread.ts";
import { asking, BEFORE_NINE } from "./asking.ts";

const replies = { Ana: Array.from({ length: 9 }, () => "It is all well.\nDONE") };

/** What is kept, past Parley: read, and made as it would be in another hour. */
function book(journey: Journey) {
  const db = new Database(join(journey.folder, "parley.db"));
  onTestFinished(() => void db.close());
  const read = (text: string): Schedule => readSchedule(JSON.parse(text)) ?? expect.fail("is no schedule");
  const of = (id: string): Schedule =>
    read(db.prepare<[string], string>("SELECT value FROM schedules WHERE id = ?").pluck().get(id) ?? expect.fail(`${id} is not there`));
  return {
    db,
    of,
    change(id: string, change: Partial<Schedule>): void {
      const sql = "UPDATE schedules SET value = ?, revision = revision + 1 WHERE id = ?";
      expect(db.prepare(sql).run(JSON.stringify({ ...of(id), ...change }), id).changes).toBe(1);
    },
    /** So many more of this one, which begin nothing. */
    copy(id: string, count: number, change: Partial<Schedule>): void {
      const sql = "INSERT INTO schedules SELECT workspace, ?, owner, place, ?, NULL, 1 FROM schedules WHERE id = ?";
      const text = JSON.stringify({ ...of(id), ...change });
      for (let index = 0; index < count; index++) db.prepare(sql).run(`copy${index}${change.state?.kind ?? ""}`, text, id);
    },
    all: (): readonly Schedule[] => db.prepare<[], string>("SELECT value FROM schedules").pluck().all().map(read),
  };
}

test("what comes at a time comes as often as its rule says, however many runs it has begun that day", async () => {
  const journey = await openJourney({ file: PAIR, replies, startMs: BEFORE_NINE });
  const { ask, kept, nine, threadOf } = asking(journey);
  expect(await ask("schedule every 30 minutes runs=10 Look")).toContain("A time comes as often as it is said");
  const id = await kept("every 30 minutes Look");
  book(journey).change(id, { day: { date: "2026-11-30", runs: 40 } });
  await nine();
  await (await threadOf(0)).ended();
});

test("one that is for a time that has passed meanwhile is not kept, and one that is switched on again then is over; who does it is told", async () => {
  const journey = await openJourney({ file: PAIR, replies, startMs: BEFORE_NINE });
  const { ask, press, kept, nine, begun } = asking(journey);
  const id = await kept("today at 9:00 Look once");
  await ask(`schedule off ${id}`);
  await ask("schedule today at 9:00 Look too");
  await nine();
  expect(await press("Keep it")).toBe("Not kept: today at 9:00 (Europe/Berlin) has passed meanwhile. Say another time.");
  expect(await ask(`schedule on ${id}`)).toContain(`\`${id}\` is over: its time has come. Make a new one.`);
  expect(book(journey).of(id)).toMatchObject({ state: { kind: "over" } });
  expect(await ask("schedule")).not.toContain("Look too");
  expect(begun()).toEqual([]);
});

test("nobody keeps more than they may by putting many aside first, what is over takes nobody's place, and drafts that nobody keeps go", async () => {
  const journey = await openJourney({ file: PAIR, replies, startMs: BEFORE_NINE });
  const { ask, press, kept, control, answer } = asking(journey);
  const rows = book(journey);
  const first = await kept("every day 10:00 Look");
  rows.copy(first, 18, { state: { kind: "on" } });
  rows.copy(first, 10, { state: { kind: "over" } });
  await ask("schedule every day 11:00 Look at one");
  const one = answer();
  await ask("schedule every day 11:00 Look at another");
  expect(await press("Keep it")).toContain("Kept as");
  const [keep] = buttonsOf(one ?? expect.fail("nothing was shown"));
  const where = { user: MARIA, channel: GENERAL, ts: one?.ts ?? "" };
  await control.click({ ...where, actionId: keep?.actionId ?? "", value: keep?.value ?? "" });
  const said = () => wordsOf(control.channel(GENERAL).find(({ ts }) => ts === where.ts) ?? expect.fail("it is gone"));
  await control.until(() => said().includes("You have 20 schedules, as many as one person may."));
  const drafts: string[] = [];
  await ask("schedule delete copy0on");
  for (let round = 0; round < 8; round++) {
    await ask(`schedule every day 12:00 Look at ${round}`);
    drafts.push(`Look at ${round}`);
  }
  expect(
    rows
      .all()
      .flatMap(({ state, task }) => (state.kind === "draft" ? [task] : []))
      .toSorted(),
  ).toEqual(drafts.slice(-5));
});

test("a beginning that breaks off between its run and what is put down about it loses neither the answer, nor the count, nor the audit log", async () => {
  const journey = await openJourney({ file: PAIR, replies, startMs: BEFORE_NINE });
  const { kept, nine, threadOf, control } = asking(journey);
  const id = await kept("every weekday 9:00 to=channel Sum up");
  const { db, of } = book(journey);
  db.exec(
    "CREATE TRIGGER break_off BEFORE INSERT ON audit WHEN NEW.deed = 'start by schedule' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
  );
  await nine();
  const thread = await threadOf(0);
  await thread.ended();
  await expect.poll(() => journey.problems.some((line) => line.includes(`(${id}) could not be begun`))).toBe(true);
  db.exec("DROP TRIGGER break_off");
  journey.pass(61_000);
  const shared = () => control.calls("chat.postMessage").filter(({ args }) => args["reply_broadcast"] !== undefined);
  await control.until(() => shared().length > 0);
  await expect.poll(() => of(id)).toMatchObject({ day: { date: "2026-11-30", runs: 1 }, open: [], last: { outcome: { kind: "begun" } } });
  const decided = await journey.parley.settings.decisions(journey.slack.teamId, { limit: 9 });
  expect(decided.filter(({ deed }) => deed === "start by schedule")).toHaveLength(1);
  expect(thread.turns()).toEqual(["Ana: It is all well."]);
});

test("what is posted while Slack does not answer begins its run when it does, with what stands there", async () => {
  const journey = await openJourney({ file: PAIR, replies, startMs: BEFORE_NINE });
  const { kept, control } = asking(journey);
  const id = await kept('when a message says "deploy failed" Look into it');
  await journey.quiet();
  const failures = 3;
  control.fault({ method: "conversations.info", kind: "error", code: "internal_error", times: failures });
  const { ts } = await control.post({ user: JONAS, channel: GENERAL, text: "The deploy failed again" });
  await journey.quiet();
  const failed = () => control.calls("conversations.info").filter(({ ok }) => !ok).length;
  for (let tries = 1; tries <= failures; tries++) {
    await control.until(() => failed() >= tries);
    journey.pass(31_000);
  }
  const thread = journey.thread(GENERAL, ts);
  await thread.ended();
  expect((await thread.log())[1]).toMatchObject({
    text: "Look into it",
    beside: [{ source: expect.stringContaining("Jonas") as string, text: "The deploy failed again" }],
  });
  expect(book(journey).of(id)).toMatchObject({ waiting: [], day: { runs: 1 } });
});

test("who posts while Slack does not say who they are begins a run when it does, and a guest begins none then either", async () => {
  const journey = await openJourney({ file: PAIR, replies, startMs: BEFORE_NINE });
  const { kept, control } = asking(journey);
  const guest = control.addUser("Gus", { isRestricted: true });
  const id = await kept("when :bug: is added Find out why");
  await journey.quiet();
  const rows = book(journey);
  const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: "The invoice is wrong" });
  const other = await control.post({ user: MARIA, channel: GENERAL, text: "The total is wrong" });
  await journey.quiet();
  control.fault({ method: "users.info", kind: "error", code: "internal_error", times: 2 });
  await control.react({ user: JONAS, channel: GENERAL, ts, name: "bug" });
  await control.react({ user: guest, channel: GENERAL, ts: other.ts, name: "bug" });
  await expect.poll(() => rows.of(id).waiting.length).toBe(2);
  journey.pass(31_000);
  await journey.thread(GENERAL, ts).ended();
  await expect.poll(() => rows.of(id).waiting).toEqual([]);
  expect(await journey.thread(GENERAL, other.ts).log()).toEqual([]);
});

test("what Slack does not let begin for an hour is left out, and its owner is told", async () => {
  const journey = await openJourney({ file: PAIR, replies, startMs: BEFORE_NINE });
  const { kept, control } = asking(journey);
  const id = await kept('when a message says "deploy failed" Look into it');
  await journey.quiet();
  const rows = book(journey);
  control.fault({ method: "conversations.info", kind: "error", code: "internal_error", times: 10_000 });
  const { ts } = await control.post({ user: JONAS, channel: GENERAL, text: "The deploy failed again" });
  await expect.poll(() => rows.of(id).waiting.length).toBe(1);
  journey.pass(3_700_000);
  const told = () => control.channel("D0MARIA").find(({ text }) => text.includes("did not begin a run"));
  await control.until(() => told() !== undefined);
  expect(told()?.text).toContain("Slack did not answer, or did not give what was posted, for an hour.");
  await expect.poll(() => rows.of(id)).toMatchObject({ waiting: [], last: { outcome: { kind: "leftOut" } } });
  expect(await journey.thread(GENERAL, ts).log()).toEqual([]);
});

test("one that was kept with no more than a bot's name pauses at its next post, and says how it goes on", async () => {
  const journey = await openJourney({ file: PAIR, replies, startMs: BEFORE_NINE });
  const { kept, control } = asking(journey);
  const id = await kept("when B0PAGER posts Look into it");
  book(journey).change(id, { starts: { kind: "message", bot: "Pager" } });
  const again = await journey.restarted({ file: PAIR, replies });
  const { ts } = await control.postAsApp({ app: { botId: "B0PAGER", name: "Pager" }, as: "bot", channel: GENERAL, text: "Disk full" });
  const said = () => control.channel(GENERAL).find(({ text }) => text.includes("has paused"));
  await control.until(() => said() !== undefined);
  expect(said()?.text).toContain("Delete it and make it anew: then the name stands for one app.");
  expect(await again.thread(GENERAL, ts).log()).toEqual([]);
});
