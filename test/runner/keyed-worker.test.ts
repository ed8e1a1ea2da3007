import fc from "fast-check";
import { expect, test } from "vitest";
import { createKeyedWorker, type KeyedWork, type KeyedWorker, type Look, type Worked } from "../../src/runner/keyed-worker.ts";
import { manualClock, type ManualClock } from "../support/clock.ts";
import { runsOf } from "../support/chance.ts";

const DONE: Worked = { kind: "done" };
const FAILED: Worked = { kind: "failed" };

/** Looks wait at a gate until they are let through; `seen` has every look that began. */
function gated(more: Partial<KeyedWork<string[]>> = {}) {
  const clock = manualClock();
  const seen: string[] = [];
  const errors: string[] = [];
  const gates: ((worked: Worked | Error) => void)[] = [];
  const worker = createKeyedWorker<string[]>({
    clock,
    begin: () => [],
    look: (key) =>
      new Promise<Worked>((resolve, reject) => {
        seen.push(key);
        gates.push((worked) => (worked instanceof Error ? reject(worked) : resolve(worked)));
      }),
    onError: (key, error) => void errors.push(`${key}: ${String(error)}`),
    retryDelayMs: 100,
    retryDelayMsMax: 400,
    ...more,
  });
  const step = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const end = async (worked: Worked | Error) => {
    gates.shift()?.(worked);
    await step();
  };
  return { clock, worker, seen, errors, step, end };
}

test("one look at a time for a key, many keys at once; what is poked meanwhile is one more look", async () => {
  const { worker, seen, step, end } = gated();
  for (const key of ["a", "a", "b"]) worker.poke(key);
  await step();
  expect(seen).toEqual(["a", "b"]);
  for (let time = 0; time < 5; time++) worker.poke("a");
  await step();
  expect(seen).toEqual(["a", "b"]);
  await end(DONE);
  expect(seen).toEqual(["a", "b", "a"]);
  await end(DONE);
  await end(DONE);
  expect(worker.stateOf("a")).toBeUndefined();
  expect(seen).toEqual(["a", "b", "a"]);
});

test("what is put into the state right after a poke is seen by the look, and is forgotten with the key", async () => {
  const looks: string[][] = [];
  const { worker } = gated({
    look: async (_, { state }: Look<string[]>) => {
      looks.push(state.splice(0));
      return DONE;
    },
  });
  worker.poke("a")?.push("one");
  worker.poke("a")?.push("two");
  await worker.rest("a");
  worker.poke("a")?.push("three");
  await worker.idle();
  expect(looks).toEqual([["one", "two"], ["three"]]);
});

test("a failure is tried again, further and further apart up to the longest, and pokes do not shorten that", async () => {
  const { worker, clock, seen, step, end } = gated();
  worker.poke("a");
  await step();
  const waits: number[] = [];
  for (const after of [100, 200, 400, 400]) {
    await end(FAILED);
    worker.poke("a");
    const before = seen.length;
    await clock.advance(after - 1);
    await step();
    expect(seen).toHaveLength(before);
    await clock.advance(1);
    await step();
    waits.push(seen.length - before);
  }
  expect(waits).toEqual([1, 1, 1, 1]);
  await end(DONE);
  worker.poke("a");
  await step();
  await end(FAILED);
  await clock.advance(100);
  await step();
  expect(seen).toHaveLength(7);
});

test("after the last try a key is left to its next poke, which begins anew; one that came during it counts", async () => {
  const { worker, clock, seen, step, end } = gated({ triesMax: 2 });
  worker.poke("a");
  await step();
  await end(FAILED);
  await clock.advance(100);
  await step();
  await end(FAILED);
  await clock.advance(10_000);
  expect([seen.length, worker.stateOf("a")]).toEqual([2, undefined]);
  worker.poke("a");
  await step();
  await end({ kind: "failed", triesMax: 1 });
  expect([seen.length, worker.stateOf("a")]).toEqual([3, undefined]);
  worker.poke("a");
  await step();
  worker.poke("a");
  await end({ kind: "failed", triesMax: 1 });
  expect(seen).toHaveLength(5);
});

test("a look that throws is told and tried again, and holds nobody else up", async () => {
  const { worker, clock, seen, errors, step, end } = gated();
  worker.poke("a");
  worker.poke("b");
  await step();
  await end(new Error("broken"));
  await end(DONE);
  expect([errors, worker.stateOf("b")]).toEqual([["a: Error: broken"], undefined]);
  await clock.advance(100);
  await step();
  expect(seen).toEqual(["a", "b", "a"]);
});

test("behind a gap comes one look for all that was poked in it; a look that is wanted later comes then, or at the next poke", async () => {
  const { worker, clock, seen, step, end } = gated();
  worker.poke("a");
  await step();
  await end({ kind: "done", gapMs: 50 });
  worker.poke("a");
  worker.poke("a");
  await clock.advance(49);
  await step();
  expect(seen).toHaveLength(1);
  await clock.advance(1);
  await step();
  expect(seen).toHaveLength(2);
  await end({ kind: "done", againMs: 1_000 });
  await clock.advance(999);
  await step();
  expect(seen).toHaveLength(2);
  await clock.advance(1);
  await step();
  expect(seen).toHaveLength(3);
  await end({ kind: "done", againMs: 1_000 });
  worker.poke("a");
  await step();
  expect(seen).toHaveLength(4);
});

test("more keys than may be are not begun, and those there are stay", async () => {
  const { worker, seen, step, end } = gated({ keysMax: 1 });
  expect([worker.poke("a"), worker.poke("b"), worker.poke("a")]).toEqual([[], undefined, []]);
  await step();
  await end(DONE);
  await end(DONE);
  expect(worker.poke("b")).toEqual([]);
  await step();
  expect(seen).toEqual(["a", "b"]);
});

test("closing ends every wait, takes no more, waits for the looks under way, and tells nothing of what they end with", async () => {
  const { worker, seen, errors, step, end } = gated();
  for (const key of ["waits", "fails", "busy"]) worker.poke(key);
  await step();
  await end({ kind: "done", againMs: 1_000_000 });
  await end(FAILED);
  const closed = worker.close();
  let isClosed = false;
  void closed.then(() => (isClosed = true));
  await step();
  expect([isClosed, worker.poke("new")]).toEqual([false, undefined]);
  await end(new Error("the store is closed"));
  await closed;
  expect([seen, errors]).toEqual([["waits", "fails", "busy"], []]);
});

test("whatever the looks come to: never two at once for a key, and what was poked last is looked at after it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat({ max: 300 })), { maxLength: 30 }),
      fc.array(fc.constantFrom<Worked>(DONE, FAILED, { kind: "done", gapMs: 30 }, { kind: "failed", triesMax: 2 }), { maxLength: 40 }),
      async (pokes, outcomes) => {
        const clock = manualClock();
        const { overlaps, lastPoke, lastLook, worker } = watched(clock, [...outcomes]);
        for (const [key, afterMs] of pokes) {
          worker.poke(key);
          lastPoke.set(key, ++clockless.tick);
          await clock.advance(afterMs);
        }
        for (let round = 0; round < 60; round++) await clock.advance(400);
        await worker.idle();
        expect(overlaps).toEqual([]);
        for (const [key, poked] of lastPoke) expect(lastLook.get(key)).toBeGreaterThan(poked);
      },
    ),
    { numRuns: runsOf(60) },
  );
});

/** An order of what happens that no clock gives. */
const clockless = { tick: 0 };

function watched(clock: ManualClock, outcomes: Worked[]) {
  const open = new Set<string>();
  const overlaps: string[] = [];
  const lastPoke = new Map<string, number>();
  const lastLook = new Map<string, number>();
  const worker: KeyedWorker<undefined> = createKeyedWorker({
    clock,
    begin: () => undefined,
    async look(key, { signal }) {
      if (open.has(key)) overlaps.push(key);
      open.add(key);
      lastLook.set(key, ++clockless.tick);
      await clock.sleep(20, signal);
      open.delete(key);
      return outcomes.shift() ?? DONE;
    },
    onError: (key, error) => void overlaps.push(`${key} ${String(error)}`),
    retryDelayMs: 50,
    retryDelayMsMax: 200,
  });
  return { overlaps, lastPoke, lastLook, worker };
}

test("settled waits for what is looked after now, and not for what is poked later; and says whether a key was left after too many failures", async () => {
  const { clock, worker, step, end } = gated({ triesMax: 2 });
  expect(await worker.settled()).toBe(true);
  worker.poke("a");
  await step();
  let said: boolean | undefined;
  void worker.settled().then((all) => (said = all));
  worker.poke("b");
  await step();
  await end({ ...DONE, gapMs: 50 });
  expect(said).toBeUndefined();
  await clock.advance(50);
  expect(said).toBe(true);
  await end({ kind: "failed", triesMax: 1 });
  expect(await worker.settled()).toBe(true);
  worker.poke("c");
  await step();
  await end(FAILED);
  const left = worker.settled();
  await clock.advance(100);
  await end(FAILED);
  expect(await left).toBe(false);
  await worker.close();
});
