import { expect, test } from "vitest";
import { createLearntRate } from "../../../src/slack/api/learnt-rate.ts";
import { manualClock } from "../../support/clock.ts";

function learning() {
  const clock = manualClock(0);
  return { clock, rate: createLearntRate({ most: 1_200, least: 60, burst: 100, burstLearnt: 10, clock }) };
}

test("one channel that is refused slows down no other", () => {
  const { rate } = learning();
  expect([rate.refused("C1", 3_000), rate.refused("C1", 3_000), rate.perMinute(), rate.burst()]).toEqual([0, 0, 1_200, 100]);
});

test("two that are refused at the same time mean the workspace: all wait as long as Slack says, and then go at half the rate", async () => {
  const { clock, rate } = learning();
  rate.refused("C1", 3_000);
  expect([rate.refused("C2", 3_000), rate.perMinute(), rate.burst()]).toEqual([3_000, 600, 10]);
  // What was under way says the same once more.
  await clock.advance(1_000);
  expect([rate.refused("C3", 3_000), rate.perMinute()]).toEqual([3_000, 600]);
  await clock.advance(3_000);
  rate.refused("C1", 3_000);
  rate.refused("C2", 3_000);
  expect(Math.round(rate.perMinute())).toBe(300);
});

test("it grows again while nothing is refused, up to where it began, and never falls below the least", async () => {
  const { clock, rate } = learning();
  for (let time = 0; time < 10; time++) {
    rate.refused("C1", 1_000);
    rate.refused("C2", 1_000);
    await clock.advance(1_000);
  }
  expect(rate.perMinute()).toBe(60);
  await clock.advance(60_000);
  expect(Math.round(rate.perMinute())).toBe(75);
  await clock.advance(60 * 60_000);
  expect([rate.perMinute(), rate.burst()]).toEqual([1_200, 100]);
});

test("a refusal of one channel long after that of another means that channel alone", async () => {
  const { clock, rate } = learning();
  rate.refused("C1", 1_000);
  await clock.advance(2_000);
  expect([rate.refused("C2", 1_000), rate.perMinute()]).toEqual([0, 1_200]);
});

test("when the clock is set back, the workspace waits no longer than Slack has asked for, and the rate grows on", async () => {
  const clock = manualClock(0);
  let backMs = 0;
  const rate = createLearntRate({ most: 1_200, least: 60, burst: 100, burstLearnt: 10, clock: { now: () => clock.now() - backMs } });
  rate.refused("C1", 3_000);
  rate.refused("C2", 3_000);
  backMs = 3_600_000;
  expect([rate.refused("C3", 2_000), rate.perMinute()]).toEqual([3_000, 600]);
  await clock.advance(63_000);
  expect(Math.round(rate.perMinute())).toBe(750);
  // What was limited before is not for ever.
  expect(rate.refused("C1", 1_000)).toBe(0);
});
