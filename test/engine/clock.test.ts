import { expect, test } from "vitest";
import { systemClock, withinMs } from "../../src/engine/clock.ts";
import { ALONE, partOf } from "../../src/engine/share.ts";
import { manualClock } from "../support/clock.ts";

test("a job that is done in time gives what it comes to, one that fails fails, and no timer is left", async () => {
  const clock = manualClock();
  expect(await withinMs(clock, 1_000, Promise.resolve("done"))).toBe("done");
  await expect(withinMs(clock, 1_000, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(clock.sleeping()).toBe(0);
});

test("a job that takes longer gives nothing, at that time", async () => {
  const clock = manualClock();
  let came: unknown = "not yet";
  const waited = withinMs(clock, 1_000, new Promise<string>(() => undefined)).then((value) => (came = value));
  await clock.advance(999);
  expect(came).toBe("not yet");
  await clock.advance(1);
  await waited;
  expect(came).toBeUndefined();
});

test("the machine's clock tells its time, and sleeps until the time has come or the signal", async () => {
  const before = Date.now();
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  await systemClock.sleep(5);
  expect(Date.now() - before).toBeGreaterThanOrEqual(4);
  const aborting = new AbortController();
  const long = systemClock.sleep(3_600_000, aborting.signal);
  aborting.abort();
  await long;
  await systemClock.sleep(3_600_000, aborting.signal);
  await systemClock.sleep(1, new AbortController().signal);
});

test("of what is whole each process has its part, rounded down, and at least one", () => {
  expect(ALONE()).toBe(1);
  expect([partOf(8, ALONE), partOf(8, () => 1 / 3), partOf(2, () => 0.1)]).toEqual([8, 2, 1]);
});
