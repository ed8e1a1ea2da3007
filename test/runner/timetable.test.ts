import { expect, onTestFinished, test } from "vitest";
import { createTimetable, edit, type Began, type Occasion } from "../../src/runner/timetable.ts";
import { claim, counted, readSchedule, switchedOn, type Schedule } from "../../src/schedules/schedule.ts";
import { openSqlite, type SqliteOpened } from "../../src/store/sqlite/store.ts";
import { DAILY } from "../schedules/daily.ts";
import { manualClock, type ManualClock } from "../support/clock.ts";

const at = (text: string) => Date.parse(`${text}:00Z`);
const START = at("2026-11-30T08:00");
const FROM_START: Schedule = { ...DAILY, since: START };
const row = (schedule: Schedule, dueAt: number, id = "a") => ({
  workspace: "T1",
  id,
  owner: "U1",
  place: "C1",
  value: schedule,
  dueAt,
  revision: 0,
});

function open(clock: ManualClock): SqliteOpened {
  const opened = openSqlite({ path: ":memory:", ...clock });
  onTestFinished(() => opened.store.close());
  return opened;
}

/** What was begun, as `id time`. */
function serve(opened: SqliteOpened, clock: ManualClock, begun: string[], began?: (occasion: Occasion) => Promise<Began>) {
  const problems: string[] = [];
  const timetable = createTimetable({
    schedules: opened.schedules,
    workspace: "T1",
    clock,
    async begin(occasion) {
      const { id, due } = occasion;
      begun.push(`${id} ${due.kind === "time" ? new Date(due.at).toISOString().slice(0, 16) : due.post.cause}`);
      if (began) return began(occasion);
      const cause = due.kind === "time" ? String(due.at) : due.post.cause;
      return { kind: "done", change: (now) => counted(now, { cause, byBot: false, nowMs: clock.now() }) };
    },
    log: (problem) => void problems.push(problem),
  });
  onTestFinished(() => timetable.close());
  timetable.start();
  return { timetable, problems };
}

test("each time is begun when it comes, and once", async () => {
  const clock = manualClock(START);
  const opened = open(clock);
  const begun: string[] = [];
  await opened.schedules.put(row(FROM_START, at("2026-11-30T09:00")));
  serve(opened, clock, begun);
  await clock.untilSleeping();
  await clock.advance(59 * 60_000);
  expect(begun).toEqual([]);
  await clock.advance(49 * 3_600_000);
  expect(begun).toEqual(["a 2026-11-30T09:00", "a 2026-12-01T09:00", "a 2026-12-02T09:00"]);
});

test("what is put while it sleeps is begun in its time", async () => {
  const clock = manualClock(START);
  const opened = open(clock);
  const begun: string[] = [];
  serve(opened, clock, begun);
  await opened.schedules.put(row(FROM_START, at("2026-11-30T09:00")));
  await clock.untilSleeping();
  await clock.advance(3_600_000);
  expect(begun).toEqual(["a 2026-11-30T09:00"]);
});

test("two over one store begin each of a hundred once", async () => {
  const clock = manualClock(START);
  const opened = open(clock);
  const other = opened.beside();
  const begun: string[] = [];
  const ids = Array.from({ length: 100 }, (_, index) => `s${index}`);
  for (const id of ids) await opened.schedules.put(row(FROM_START, at("2026-11-30T09:00"), id));
  const both = [serve(opened, clock, begun), serve(other, clock, begun)];
  await clock.untilSleeping(2);
  await clock.advance(3_600_000 + 60_000);
  expect(begun.toSorted()).toEqual(ids.map((id) => `${id} 2026-11-30T09:00`).toSorted());
  for (const { timetable, problems } of both) {
    await timetable.close();
    expect(problems).toEqual([]);
  }
  await other.store.close();
});

test("what somebody has taken who is gone is begun by the next one, a minute later and for the same time", async () => {
  const clock = manualClock(at("2026-11-30T09:00"));
  const opened = open(clock);
  const taken = claim(FROM_START, clock.now());
  if (taken.kind !== "begin") throw new Error("it is due");
  await opened.schedules.put(row(taken.schedule, taken.schedule.claimed?.until ?? 0));
  const begun: string[] = [];
  serve(opened, clock, begun);
  await clock.untilSleeping();
  expect(begun).toEqual([]);
  await clock.advance(61_000);
  expect(begun).toEqual(["a 2026-11-30T09:00"]);
});

test("a beginning that has to wait, or breaks, is begun again for the same time, and others go on meanwhile", async () => {
  const clock = manualClock(at("2026-11-30T09:00"));
  const opened = open(clock);
  const begun: string[] = [];
  await opened.schedules.put(row(FROM_START, at("2026-11-30T09:00"), "breaks"));
  await opened.schedules.put(row(FROM_START, at("2026-11-30T09:00"), "waits"));
  let tries = 0;
  const { problems } = serve(opened, clock, begun, async ({ id }) => {
    if (tries++ >= 2) return { kind: "done", change: (now) => now };
    if (id === "breaks") throw new Error("Slack is away");
    return { kind: "again", afterMs: 5_000 };
  });
  await clock.untilSleeping();
  await clock.advance(5_100);
  expect(begun).toEqual(["breaks 2026-11-30T09:00", "waits 2026-11-30T09:00", "waits 2026-11-30T09:00"]);
  await clock.advance(56_000);
  expect(begun.at(-1)).toBe("breaks 2026-11-30T09:00");
  await clock.advance(3_600_000);
  expect(begun).toHaveLength(4);
  expect(problems).toEqual([expect.stringContaining("(breaks) could not be begun")]);
});

test("what a person changes while it is being begun stays changed", async () => {
  const clock = manualClock(at("2026-11-30T09:00"));
  const opened = open(clock);
  await opened.schedules.put(row(FROM_START, at("2026-11-30T09:00")));
  serve(opened, clock, [], async ({ id }) => {
    const off = (now: Schedule): Schedule => ({ ...now, state: { kind: "off", by: now.owner } });
    await edit({ schedules: opened.schedules, workspace: "T1" }, id, off);
    return { kind: "done", change: (now) => ({ ...now, last: { at: 1, words: "begun" } }) };
  });
  const kept = async () => readSchedule((await opened.schedules.get("T1", "a"))?.value);
  await expect.poll(kept).toMatchObject({ state: { kind: "off" }, last: { words: "begun" } });
  expect(await opened.schedules.nextDue("T1")).toBeUndefined();
});

test("what others put while it is being begun is there afterwards, beside what the beginning has put", async () => {
  const clock = manualClock(at("2026-11-30T09:00"));
  const opened = open(clock);
  await opened.schedules.put(
    row({ ...FROM_START, results: { to: "canvas" }, open: [{ thread: "t1", run: "r1" }] }, at("2026-11-30T09:00")),
  );
  const where = { schedules: opened.schedules, workspace: "T1" };
  serve(opened, clock, [], async ({ id }) => {
    // The answer of an earlier run has been put on its canvas, and somebody has switched it off and on.
    await edit(where, id, (now) => ({ ...now, open: [], results: { to: "canvas", canvas: "F1" } }));
    await edit(where, id, (now) => switchedOn({ ...now, state: { kind: "off", by: now.owner } }, clock.now()));
    return { kind: "done", change: (now) => ({ ...now, open: [...now.open, { thread: "t2", run: "r2" }] }) };
  });
  const kept = async () => readSchedule((await opened.schedules.get("T1", "a"))?.value);
  await expect.poll(kept).toMatchObject({ open: [{ run: "r2" }], results: { canvas: "F1" }, state: { kind: "on" } });
});

test("what had to wait is begun when it is due, again until it is over, and holds up none of the others", async () => {
  const clock = manualClock(START);
  const opened = open(clock);
  const posts = ["one", "other"].map((cause) => ({ cause, ts: "1.1", since: START, until: START + 30_000 }));
  const bug: Schedule = { ...FROM_START, starts: { kind: "reaction", name: "bug" }, waiting: posts };
  await opened.schedules.put(row(bug, START + 30_000));
  const begun: string[] = [];
  let tries = 0;
  serve(opened, clock, begun, async () => (tries++ === 0 ? { kind: "again", afterMs: 30_000 } : { kind: "done", change: (now) => now }));
  await clock.untilSleeping();
  await clock.advance(29_000);
  expect(begun).toEqual([]);
  await clock.advance(2_000);
  expect(begun).toEqual(["a one", "a other"]);
  await clock.advance(31_000);
  expect(begun).toEqual(["a one", "a other", "a one"]);
  expect(readSchedule((await opened.schedules.get("T1", "a"))?.value)).toMatchObject({ waiting: [] });
  expect(await opened.schedules.nextDue("T1")).toBeUndefined();
});

test("a row that nobody here can read is left as it is, and holds up nothing", async () => {
  const clock = manualClock(at("2026-11-30T09:00"));
  const opened = open(clock);
  const strange = { workspace: "T1", id: "0", owner: "U9", place: "C9", value: { kind: "of a newer Parley" }, revision: 0 };
  await opened.schedules.put({ ...strange, dueAt: 5 });
  await opened.schedules.put(row(FROM_START, at("2026-11-30T09:00")));
  const begun: string[] = [];
  serve(opened, clock, begun);
  await clock.untilSleeping();
  expect(begun).toEqual(["a 2026-11-30T09:00"]);
  expect(await opened.schedules.get("T1", "0")).toEqual({ ...strange, revision: 2 });
});
