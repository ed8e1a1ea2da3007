import fc from "fast-check";
import { expect, test } from "vitest";
import { lastTime, nextTimes, ruleTrouble } from "../../src/schedules/rule.ts";

const local = (timeZone: string, ms: number): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(ms);

/** Around each change of the clocks: what is said, from when on, the first three times as UTC and on the wall. */
const CHANGES = [
  {
    what: "a time that spring leaves out comes as soon as the clocks have gone on, once",
    rule: { pattern: "30 2 * * *", timeZone: "Europe/Berlin" },
    from: "2026-03-27T12:00:00Z",
    utc: ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"],
    wall: ["2026-03-28 02:30", "2026-03-29 03:00", "2026-03-30 02:30"],
  },
  {
    what: "a time that autumn has twice comes the first time alone",
    rule: { pattern: "30 2 * * *", timeZone: "Europe/Berlin" },
    from: "2026-10-23T12:00:00Z",
    utc: ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"],
    wall: ["2026-10-24 02:30", "2026-10-25 02:30", "2026-10-26 02:30"],
  },
  {
    what: "nine o'clock stays nine o'clock on the wall",
    rule: { pattern: "0 9 * * 1-5", timeZone: "America/New_York" },
    from: "2026-03-06T00:00:00Z",
    utc: ["2026-03-06T14:00", "2026-03-09T13:00", "2026-03-10T13:00"],
    wall: ["2026-03-06 09:00", "2026-03-09 09:00", "2026-03-10 09:00"],
  },
  {
    what: "every half hour goes on by the half hour through the hour that comes twice",
    rule: { pattern: "*/30 * * * *", timeZone: "Europe/Berlin" },
    from: "2026-10-25T00:00:00Z",
    utc: ["2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30"],
    wall: ["2026-10-25 02:30", "2026-10-25 02:00", "2026-10-25 02:30"],
  },
  {
    what: "a midnight that there is not comes with the first minute of the day",
    rule: { pattern: "0 0 * * *", timeZone: "America/Sao_Paulo" },
    from: "2018-11-02T12:00:00Z",
    utc: ["2018-11-03T03:00", "2018-11-04T03:00", "2018-11-05T02:00"],
    wall: ["2018-11-03 00:00", "2018-11-04 01:00", "2018-11-05 00:00"],
  },
  {
    what: "clocks that go on by half an hour",
    rule: { pattern: "45 2 * * *", timeZone: "Australia/Lord_Howe" },
    from: "2026-10-02T12:00:00Z",
    utc: ["2026-10-02T16:15", "2026-10-03T15:45", "2026-10-04T15:45"],
    wall: ["2026-10-03 02:45", "2026-10-04 02:45", "2026-10-05 02:45"],
  },
  {
    what: "a place whose clocks stay",
    rule: { pattern: "0 9 * * *", timeZone: "Asia/Kolkata" },
    from: "2026-10-24T12:00:00Z",
    utc: ["2026-10-25T03:30", "2026-10-26T03:30", "2026-10-27T03:30"],
    wall: ["2026-10-25 09:00", "2026-10-26 09:00", "2026-10-27 09:00"],
  },
] as const;

test.for(CHANGES)("when clocks change: $what", ({ rule, from, utc, wall }) => {
  const times = nextTimes(rule, Date.parse(from), 3);
  expect(times.map((ms) => new Date(ms).toISOString().slice(0, 16))).toEqual(utc);
  expect(times.map((ms) => local(rule.timeZone, ms))).toEqual(wall);
});

test("of the times that were missed the last one is found, and none after the next", () => {
  const rule = { pattern: "0 9 * * *", timeZone: "UTC" };
  const at = (text: string) => Date.parse(`${text}:00Z`);
  expect(lastTime(rule, at("2026-11-20T09:00"), at("2026-11-28T08:59"))).toBe(at("2026-11-27T09:00"));
  expect(lastTime(rule, at("2026-11-27T09:00"), at("2026-11-28T08:59"))).toBeUndefined();
  expect(lastTime(rule, at("2026-11-27T09:00"), at("2026-11-28T09:00"))).toBe(at("2026-11-28T09:00"));
});

test("after many years the last time is found as well, and it is the one that the next ones go on from", () => {
  const often = { pattern: "*/15 * * * *", timeZone: "UTC" };
  const now = Date.parse("2026-11-28T08:59:30Z");
  expect(lastTime(often, 0, now)).toBe(Date.parse("2026-11-28T08:45:00Z"));
  const patterns = ["*/15 * * * *", "30 2 * * *", "0 */2 * * *", "0 9 * * 1-5", "0 9 L * *", "0 9 * * MON#1", "0 0 * * *", "45 2 * * 0"];
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"];
  fc.assert(
    fc.property(
      fc.constantFrom(...patterns),
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 20 * 366 * 24 * 60 }),
      (pattern, timeZone, minute) => {
        const rule = { pattern, timeZone };
        const at = Date.parse("2010-01-01T00:00:00Z") + minute * 60_000;
        const last = lastTime(rule, 0, at) ?? 0;
        expect(last).toBeLessThanOrEqual(at);
        expect(nextTimes(rule, last, 1)[0]).toBeGreaterThan(at);
        expect(nextTimes(rule, last - 1, 1)).toEqual([last]);
      },
    ),
  );
});

test.for([
  ["0 9 * * 1-5", "Europe/Berlin", undefined],
  ["*/15 * * * *", "UTC", undefined],
  ["2026-12-24T18:00:00", "Europe/Berlin", undefined],
  ["*/5 * * * *", "UTC", { kind: "tooOften", minutes: 5 }],
  ["0,5 9 * * *", "UTC", { kind: "tooOften", minutes: 5 }],
  ["* * * * *", "UTC", { kind: "tooOften", minutes: 1 }],
  ["0 9 31 2 *", "UTC", { kind: "noTime" }],
  ["2020-01-01T09:00:00", "UTC", { kind: "noTime" }],
  ["61 9 * * *", "UTC", { kind: "noCron", pattern: "61 9 * * *" }],
  ["0 0 9 * * 1-5", "UTC", { kind: "noCron", pattern: "0 0 9 * * 1-5" }],
  ["@daily; rm", "UTC", { kind: "noCron", pattern: "@daily; rm" }],
  ["0 9 * * *", "Europe/Nowhere", { kind: "noZone", zone: "Europe/Nowhere" }],
  ["0 9 * * *", "+02:00", { kind: "noZone", zone: "+02:00" }],
] as const)("of %s in %s it is said what is wrong with it", ([pattern, timeZone, trouble]) => {
  expect(ruleTrouble({ pattern, timeZone }, Date.parse("2026-11-28T16:00:00Z"))).toEqual(trouble);
});
