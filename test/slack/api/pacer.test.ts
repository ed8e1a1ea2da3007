import { expect, test, vi } from "vitest";
import { createBucket } from "../../../src/slack/api/pacer.ts";
import { createSharedBucket } from "../../../src/slack/api/shared-bucket.ts";
import { manualClock } from "../../support/clock.ts";

const never = new AbortController().signal;

test("a bucket lets a burst through, and then one in each gap, first come first served", async () => {
  const clock = manualClock(0);
  const bucket = createBucket({ perMinute: 60, burst: 2, clock });
  const through: string[] = [];
  const all = Promise.all(["a", "b", "c", "d"].map(async (name) => (await bucket.take(never)) && through.push(`${name} ${clock.now()}`)));
  await clock.run(all);
  expect(through).toEqual(["a 0", "b 0", "c 1000", "d 2000"]);
});

test("what was not used in a pause is there for a burst, and no more than that", async () => {
  const clock = manualClock(0);
  const bucket = createBucket({ perMinute: 60, burst: 2, clock });
  await clock.run(bucket.take(never));
  await clock.advance(600_000);
  const times: number[] = [];
  await clock.run(Promise.all([1, 2, 3].map(async () => (await bucket.take(never)) && times.push(clock.now()))));
  expect(times).toEqual([600_000, 600_000, 601_000]);
});

test("a delay holds those who wait already", async () => {
  const clock = manualClock(0);
  const bucket = createBucket({ perMinute: 60, burst: 1, clock });
  await bucket.take(never);
  const waiting = bucket.take(never).then(() => clock.now());
  await clock.untilSleeping();
  bucket.delay(30_000);
  expect(await clock.run(waiting)).toBe(30_000);
});

test("who gives up waiting is told so and takes nothing", async () => {
  const clock = manualClock(0);
  const bucket = createBucket({ perMinute: 60, burst: 1, clock });
  await bucket.take(never);
  const gaveUp = new AbortController();
  const first = bucket.take(gaveUp.signal);
  const second = bucket.take(never).then(() => clock.now());
  gaveUp.abort();
  expect(await first).toBe(false);
  expect(await clock.run(second)).toBe(1_000);
});

test("how long a call would wait counts those in line before it", async () => {
  const clock = manualClock(0);
  const bucket = createBucket({ perMinute: 60, burst: 2, clock });
  const waits: number[] = [];
  const gaveUp = new AbortController();
  const all = [never, never, never, gaveUp.signal].map((signal) => {
    waits.push(bucket.waitMs());
    return bucket.take(signal);
  });
  expect(waits).toEqual([0, 0, 1_000, 2_000]);
  gaveUp.abort();
  await clock.run(Promise.all(all));
  expect(clock.now()).toBe(1_000);
  expect(bucket.waitMs()).toBe(1_000);
  bucket.delay(5_000);
  expect(bucket.waitMs()).toBe(5_000);
  await clock.advance(60_000);
  expect(bucket.waitMs()).toBe(0);
});

test("when the clock is set back, nobody waits for longer than before", async () => {
  let backMs = 0;
  const clock = manualClock(10_000_000);
  const bucket = createBucket({ perMinute: 60, burst: 1, clock: { ...clock, now: () => clock.now() - backMs } });
  await bucket.take(never);
  bucket.delay(5_000);
  backMs = 3_600_000;
  expect(bucket.waitMs()).toBe(5_000);
  await clock.run(bucket.take(never));
  expect(clock.now()).toBe(10_005_000);
});

test("a delay that is told after the clock was set back holds for no longer than was asked for", () => {
  const clock = manualClock(0);
  let backMs = 0;
  const bucket = createBucket({ perMinute: 60, burst: 1, clock: { ...clock, now: () => clock.now() - backMs } });
  bucket.delay(30_000);
  backMs = 3_600_000;
  bucket.delay(5_000);
  expect(bucket.shutMs()).toBe(30_000);
});

test("keys that share a bucket take turns, so that one with a long line holds up no other", async () => {
  const clock = manualClock(0);
  const shared = createSharedBucket(createBucket({ perMinute: 60, burst: 1, clock }), { clock });
  const through: string[] = [];
  const take = async (key: string, name: string) => (await shared.take(key, never)) && through.push(`${name} ${clock.now()}`);
  const all = Promise.all([
    take("busy", "b1"),
    take("busy", "b2"),
    take("busy", "b3"),
    take("busy", "b4"),
    take("quiet", "q1"),
    take("other", "o1"),
  ]);
  await clock.run(all);
  expect(through).toEqual(["b1 0", "q1 1000", "o1 2000", "b2 3000", "b3 4000", "b4 5000"]);
});

test("when all is over, whoever waits in a shared bucket is told so", async () => {
  const clock = manualClock(0);
  const shared = createSharedBucket(createBucket({ perMinute: 60, burst: 1, clock }), { clock });
  const ending = new AbortController();
  await shared.take("a", ending.signal);
  const waiting = Promise.all([shared.take("a", ending.signal), shared.take("b", ending.signal)]);
  await clock.untilSleeping();
  ending.abort();
  expect(await waiting).toEqual([false, false]);
});

test("a key that has had few of the last calls goes before those that had many, call after call", async () => {
  const clock = manualClock(0);
  const shared = createSharedBucket(createBucket({ perMinute: 60, burst: 1, clock }), { clock });
  const busy = ["b1", "b2", "b3", "b4", "b5"];
  const calls = busy.flatMap((key) => Array.from({ length: 6 }, () => shared.take(key, never)));
  const thirdOfEach = calls.filter((_, index) => index % 6 === 2);
  await clock.run(Promise.all(thirdOfEach));
  const cameMs = clock.now();
  // A quiet channel's card, its turn and its end: each but one call's time after the one before.
  for (let call = 1; call <= 3; call++) {
    await clock.run(shared.take("quiet", never));
    expect(clock.now() - cameMs).toBe(call * 1_000);
  }
  await clock.run(Promise.all(calls));
});

test("beside twenty keys with long lines, none of which has had a call yet, one with a short line waits for two calls at most", async () => {
  const clock = manualClock(0);
  const linesMs = new Map([["quiet", 0]]);
  const shared = createSharedBucket(createBucket({ perMinute: 60, burst: 1, clock }), {
    backlogMs: (key) => linesMs.get(key) ?? 60_000,
    clock,
  });
  const through: string[] = [];
  const take = async (key: string) => (await shared.take(key, never)) && through.push(key);
  const busy = Array.from({ length: 20 }, (_, index) => `busy-${index}`);
  const calls = busy.flatMap((key) => [take(key), take(key)]);
  await clock.run(Promise.race(calls));
  const cameMs = clock.now();
  for (let call = 1; call <= 3; call++) {
    await clock.run(take("quiet"));
    expect(clock.now() - cameMs).toBeLessThanOrEqual(call * 2_000);
  }
  await clock.run(Promise.all(calls));
  // The others had their round meanwhile.
  expect(new Set(through.slice(0, 30)).size).toBe(21);
});

test("who gives up in a shared bucket takes nobody with them", async () => {
  const clock = manualClock(0);
  const shared = createSharedBucket(createBucket({ perMinute: 60, burst: 1, clock }), { clock });
  const leaving = new AbortController();
  await shared.take("a", leaving.signal);
  const gone = shared.take("a", leaving.signal);
  const staying = shared.take("b", never);
  await clock.untilSleeping();
  leaving.abort();
  expect(await gone).toBe(false);
  await clock.run(staying);
  expect([await staying, clock.now()]).toEqual([true, 1_000]);
});

test("a call of a lower rank goes before those that came earlier, in a bucket and in one that is shared, until they have waited for long", async () => {
  const clock = manualClock(0);
  const bucket = createBucket({ perMinute: 60, burst: 1, clock });
  const shared = createSharedBucket(createBucket({ perMinute: 60, burst: 1, clock }), { clock });
  const through: string[] = [];
  const noted = async (may: Promise<boolean>, name: string) => (await may) && through.push(name);
  for (const take of [
    (_: string, rank: number) => bucket.take(never, rank),
    (key: string, rank: number) => shared.take(key, never, rank),
  ]) {
    through.length = 0;
    await clock.run(take("first", 0));
    const all = [noted(take("C1", 2), "end"), noted(take("C1", 1), "card"), noted(take("C2", 0), "answer"), noted(take("C1", 0), "turn")];
    await clock.run(Promise.all(all));
    expect([through.slice(0, 2).toSorted(), through.slice(2)]).toEqual([
      ["answer", "turn"],
      ["card", "end"],
    ]);
    // Though answers come without an end, at Slack's whole pace.
    through.length = 0;
    let isOver = false;
    const end = noted(take("C1", 2), "end").then(() => (isOver = true));
    const cameMs = clock.now();
    while (!isOver) await clock.run(take("C2", 0));
    await end;
    expect(clock.now() - cameMs).toBeLessThanOrEqual(41_000);
  }
});

test("a call whose time it is asks nothing of its signal, in a bucket and in a shared one", async () => {
  const clock = manualClock(0);
  const { signal } = new AbortController();
  const listens = vi.spyOn(signal, "addEventListener");
  const bucket = createBucket({ perMinute: 60, burst: 2, clock });
  expect(await bucket.take(signal)).toBe(true);
  expect(await createSharedBucket(bucket, { clock }).take("a", signal)).toBe(true);
  expect(listens).not.toHaveBeenCalled();
  const waiting = bucket.take(signal);
  expect(listens).toHaveBeenCalledTimes(1);
  expect(await clock.run(waiting)).toBe(true);
});

test("at once is only where nobody waits, there is a token, and nothing is shut", async () => {
  const clock = manualClock(0);
  const bucket = createBucket({ perMinute: 60, burst: 1, clock });
  expect([bucket.takeNow(), bucket.takeNow()]).toEqual([true, false]);
  const waiting = bucket.take(never).then(() => clock.now());
  await clock.untilSleeping();
  expect(bucket.takeNow()).toBe(false);
  expect(await clock.run(waiting)).toBe(1_000);
  await clock.advance(1_000);
  bucket.delay(500);
  expect(bucket.takeNow()).toBe(false);
  await clock.advance(500);
  expect(bucket.takeNow()).toBe(true);
});

test("the time of a key whose last call has gone in that moment is the next one's", async () => {
  const clock = manualClock(0);
  const bucket = createBucket({ perMinute: 60, burst: 1, clock });
  // The time comes, and the call goes before it has heard of it.
  let gone: AbortController | undefined;
  const shared = createSharedBucket(
    {
      ...bucket,
      take: async (signal) => {
        const isTime = await bucket.take(signal);
        gone?.abort();
        return isTime;
      },
    },
    { clock },
  );
  await shared.take("a", never);
  gone = new AbortController();
  const late = shared.take("a", gone.signal);
  expect(await clock.run(late)).toBe(false);
  gone = undefined;
  await clock.run(shared.take("b", never));
  expect(clock.now()).toBe(1_000);
});
