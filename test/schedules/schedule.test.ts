import { expect, test } from "vitest";
import { claim, CLAIM_MS, counted, dueAt, ended, readSchedule, runsLeft, switchedOn, type Schedule } from "../../src/schedules/schedule.ts";
import { DAILY } from "./daily.ts";

const at = (text: string) => Date.parse(`${text}:00Z`);

test("it is due at its next time, and not when it is off, paused, over, or begins by what happens", () => {
  expect(dueAt(DAILY)).toBe(at("2026-11-21T09:00"));
  for (const state of [{ kind: "off", by: DAILY.owner }, { kind: "paused", why: "x" }, { kind: "over" }, { kind: "draft" }] as const)
    expect(dueAt({ ...DAILY, state })).toBeUndefined();
  expect(dueAt({ ...DAILY, starts: { kind: "reaction", name: "bug" } })).toBeUndefined();
});

test("of many times that were missed the last one is begun once, and the next one is the next", () => {
  const now = at("2026-11-28T12:00");
  const first = claim(DAILY, now);
  expect(first).toMatchObject({ kind: "begin", due: { at: at("2026-11-28T09:00") } });
  if (first.kind !== "begin") return;
  expect(claim(first.schedule, now + CLAIM_MS - 1)).toEqual({ kind: "not due" });
  expect(dueAt(ended(first.schedule, first.due))).toBe(at("2026-11-29T09:00"));
});

test("who takes over from somebody who is gone begins the same time again, also where another one has come since", () => {
  const taken = claim(DAILY, at("2026-11-21T09:00"));
  if (taken.kind !== "begin") throw new Error("it is due");
  expect(dueAt(taken.schedule)).toBe(at("2026-11-21T09:01"));
  expect(claim(taken.schedule, at("2026-11-22T10:00"))).toMatchObject({ kind: "begin", due: { at: at("2026-11-21T09:00") } });
});

test("what was missed is left out where it is to be, and a run that is a little late is not missed", () => {
  const skips: Schedule = { ...DAILY, missed: "skip" };
  expect(claim(skips, at("2026-11-21T09:09"))).toMatchObject({ kind: "begin" });
  const late = claim(skips, at("2026-11-28T12:00"));
  expect(late).toMatchObject({ kind: "skipped", schedule: { last: { outcome: { kind: "leftOut", why: { kind: "missed" } } } } });
  if (late.kind === "skipped") expect(dueAt(late.schedule)).toBe(at("2026-11-29T09:00"));
});

test("once is over when it was, also where it is switched on after its time, and what is switched on again does not catch up", () => {
  const once: Schedule = { ...DAILY, starts: { kind: "times", rule: { pattern: "2026-11-21T09:00:00", timeZone: "UTC" }, words: "x" } };
  expect(ended(once, { kind: "time", at: at("2026-11-21T09:00") })).toMatchObject({ state: { kind: "over" } });
  for (const state of [{ kind: "draft" }, { kind: "off", by: DAILY.owner }, { kind: "paused", why: "x" }] as const) {
    expect(switchedOn({ ...once, state }, at("2026-11-21T08:59"))).toMatchObject({ state: { kind: "on" } });
    expect(switchedOn({ ...once, state }, at("2026-11-21T09:00"))).toMatchObject({ state: { kind: "over" } });
  }
  const off: Schedule = { ...DAILY, state: { kind: "off", by: DAILY.owner } };
  expect(dueAt(switchedOn(off, at("2026-11-28T12:00")))).toBe(at("2026-11-29T09:00"));
});

test("runs count for their day, and those that bots began until a person does something", () => {
  const now = at("2026-11-28T12:00");
  const one = counted({ ...DAILY, runsPerDay: 2 }, { cause: "m1", byBot: true, nowMs: now });
  const two = counted(one, { cause: "m2", byBot: true, nowMs: now });
  expect([runsLeft(one, now), runsLeft(two, now), runsLeft(two, now + 24 * 3_600_000)]).toEqual([1, 0, 2]);
  expect([two.botRuns, two.recent, counted(two, { cause: "m3", byBot: false, nowMs: now }).botRuns]).toEqual([2, ["m1", "m2"], 0]);
});

test("what is kept is read as it was, and what nobody here has written is not", () => {
  expect(readSchedule(JSON.parse(JSON.stringify(DAILY)))).toEqual(DAILY);
  for (const strange of [undefined, {}, { ...DAILY, starts: { kind: "moon" } }, { ...DAILY, kind: "step" }])
    expect(readSchedule(strange)).toBeUndefined();
});
