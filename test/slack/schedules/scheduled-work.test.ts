import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import { readSchedule, type Schedule } from "../../../src/schedules/schedule.ts";
import type { HandlerContext } from "../../../src/slack/commands/handler-context.ts";
import { createScheduledWork, isTooLate } from "../../../src/slack/schedules/scheduled-work.ts";
import { DAILY } from "../../schedules/daily.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

const HOUR_MS = 3_600_000;
const NINE = Date.UTC(2026, 10, 23, 9);
const SKIPS: Schedule = {
  ...DAILY,
  owner: { id: "U0JONAS", name: "Jonas" },
  place: "C0GENERAL",
  missed: "skip",
  since: NINE - HOUR_MS,
  // Somebody took it, and was gone before anything was posted.
  claimed: { at: NINE, until: NINE + 60_000 },
};

test("a time that was taken and not begun is too late after an hour, where missed ones are left out and nothing of it may be posted", async () => {
  const notes = new Map<string, string>();
  const late = (afterMs: number, missed: Schedule["missed"] = "skip") => {
    const ctx = { store: { note: async (key: string) => notes.get(key) }, clock: { now: () => NINE + afterMs } };
    const due = { kind: "time", at: NINE } as const;
    return isTooLate(ctx as unknown as HandlerContext, { id: "s1", schedule: { ...SKIPS, missed }, due });
  };
  expect(await late(HOUR_MS)).toBe(false);
  expect(await late(HOUR_MS + 1)).toBe(true);
  expect(await late(HOUR_MS + 1, "once")).toBe(false);
  notes.set(`slack/schedule/s1/${NINE}`, "trying 1");
  expect(await late(HOUR_MS + 1)).toBe(false);
});

test("so late it is left out, and the schedule goes on with its next time", async () => {
  const { schedules, store } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  const of = { workspace: "T1", id: "s1", place: "C0GENERAL", owner: "U0JONAS" };
  await schedules.put({ ...of, value: SKIPS, dueAt: NINE, revision: 0 });
  // Its owner has been told today.
  await store.putNote("slack/left out/s1", "2026-11-23");
  const clock = { ...systemClock, now: () => NINE + 5 * HOUR_MS };
  const ctx = { schedules, store, me: { team: "T1" }, clock, log: () => undefined } as unknown as HandlerContext;
  const work = createScheduledWork(ctx);
  work.start();
  const kept = async () => readSchedule((await schedules.get("T1", "s1"))?.value);
  await expect.poll(async () => (await kept())?.last?.outcome).toEqual({ kind: "leftOut", why: { kind: "late" } });
  expect((await kept())?.since).toBe(NINE);
  expect((await kept())?.claimed).toBeUndefined();
  await work.close();
});
