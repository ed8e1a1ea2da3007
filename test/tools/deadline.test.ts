import { expect, test } from "vitest";
import { fakeClock } from "../../src/store/contracts/fake-clock.ts";
import { Deadlines, type Outcome, whileItComesOn } from "../../src/tools/deadline.ts";

/** Pieces of work that share their timer: each a second, ten at most. `setBack`: the time of day, by so much; what was slept for is as long as before. */
function begun() {
  const timers = fakeClock();
  let backMs = 0;
  const clock = { now: () => timers.now() - backMs, sleep: timers.sleep };
  const closed = new AbortController();
  const deadlines = new Deadlines(clock, closed.signal);
  const piece = () => {
    const work = Promise.withResolvers<string>();
    const told: Outcome<string>[] = [];
    let cameOn = (): void => undefined;
    let standStill = (_until: Promise<unknown>): void => undefined;
    let signal: AbortSignal | undefined;
    const stop = whileItComesOn(
      { timeoutMs: 1_000, totalMsMax: 10_000, clock, deadlines },
      async (own, ...ways) => {
        signal = own;
        [cameOn, standStill] = ways;
        return await work.promise;
      },
      (outcome) => void told.push(outcome),
    );
    return { ...work, told, stop, cameOn, standStill, isStopped: () => signal?.aborted };
  };
  return { clock: timers, closed, piece, setBack: (ms: number) => void (backMs += ms) };
}

test("however many wait, one timer does for them, and each is given up at its own time", async () => {
  const { clock, closed, piece } = begun();
  const first = piece();
  await clock.advance(400);
  const [second, third] = [piece(), piece()];
  expect(clock.sleepers).toBe(1);
  second.resolve("here");
  await clock.advance(599);
  expect([first.told, second.told, third.told]).toEqual([[], [{ kind: "done", value: "here" }], []]);
  await clock.advance(1);
  expect([first.told, third.told]).toEqual([[{ kind: "timeout" }], []]);
  expect([first.isStopped(), second.isStopped(), third.isStopped()]).toEqual([true, false, false]);
  await clock.advance(400);
  expect(third.told).toEqual([{ kind: "timeout" }]);
  // Nothing is waited for: neither is a timer.
  expect(clock.sleepers).toBe(0);
  piece().reject(new Error("no"));
  closed.abort();
  expect(clock.sleepers).toBe(0);
});

test("what is over is told once, and what comes after is not heard", async () => {
  const { clock, piece } = begun();
  const failing = piece();
  failing.reject(new Error("no"));
  const stopped = piece();
  stopped.stop();
  stopped.resolve("late");
  await clock.advance(60_000);
  failing.stop();
  expect(failing.told).toEqual([{ kind: "threw", error: new Error("no") }]);
  expect(stopped.told).toEqual([{ kind: "aborted" }]);
  expect([failing.isStopped(), stopped.isStopped()]).toEqual([false, true]);
});

test("what comes on is waited for again, as long as it may take in all; while it waits for somebody the time stands still", async () => {
  const { clock, piece } = begun();
  const one = piece();
  for (let step = 0; step < 11; step++) {
    await clock.advance(900);
    one.cameOn();
  }
  const asked = Promise.withResolvers<string>();
  one.standStill(asked.promise);
  await clock.advance(3_600_000);
  expect(one.told).toEqual([]);
  asked.resolve("yes");
  // A tenth of a second was left of the ten.
  await clock.advance(1_099);
  expect(one.told).toEqual([{ kind: "timeout", wasAtWork: true }]);
});

test("a clock that is set back holds up none of them, and none that come after them", async () => {
  const { clock, piece, setBack } = begun();
  const first = piece();
  await clock.advance(500);
  setBack(3_600_000);
  await clock.advance(500);
  const second = piece();
  await clock.advance(1_000);
  expect([first.told, second.told]).toEqual([[{ kind: "timeout" }], [{ kind: "timeout" }]]);
});
