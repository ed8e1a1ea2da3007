import fc from "fast-check";
import { expect, test } from "vitest";
import { createKeyedQueue, createQueue } from "../src/keyed-queue.ts";

test("jobs of a key take turns, those of another go on beside them, and one that fails holds nobody up", async () => {
  const queue = createKeyedQueue();
  const told: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = queue.run("a", async () => {
    told.push("a1 begins");
    await gate.promise;
    told.push("a1 fails");
    throw new Error("lost");
  });
  const second = queue.run("a", async () => void told.push("a2"));
  await queue.run("b", async () => void told.push("b1"));
  expect(told).toEqual(["a1 begins", "b1"]);
  gate.resolve();
  await expect(first).rejects.toThrow("lost");
  await second;
  expect(told).toEqual(["a1 begins", "b1", "a1 fails", "a2"]);
});

test("it is idle when nothing is left, what came while it was waited for included", async () => {
  const queue = createKeyedQueue();
  let late = false;
  void queue.run("a", async () => {
    void queue.run("b", async () => void (await Promise.resolve().then(() => (late = true))));
  });
  await queue.idle();
  expect(late).toBe(true);
  await queue.idle();
});

test("nothing begins within the call, and what a job gives back is given back", async () => {
  const inTurn = createQueue();
  let begun = false;
  const job = inTurn(async () => {
    begun = true;
    return 7;
  });
  expect(begun).toBe(false);
  expect(await job).toBe(7);
});

test("property: whatever jobs come for whatever keys, those of a key never overlap, and run in the order in which they came", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ key: fc.constantFrom("a", "b", "c"), ticks: fc.nat(5), fails: fc.boolean() }), { maxLength: 30 }),
      async (jobs) => {
        const queue = createKeyedQueue();
        const inWork = new Set<string>();
        const ran: number[] = [];
        const all = jobs.map(({ key, ticks, fails }, nth) =>
          queue.run(key, async () => {
            expect(inWork.has(key)).toBe(false);
            inWork.add(key);
            for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
            inWork.delete(key);
            ran.push(nth);
            if (fails) throw new Error("as told");
          }),
        );
        const ended = await Promise.allSettled(all);
        expect(ended.map(({ status }) => status === "rejected")).toEqual(jobs.map(({ fails }) => fails));
        for (const key of ["a", "b", "c"])
          expect(ran.filter((nth) => jobs[nth]?.key === key)).toEqual(jobs.flatMap((job, nth) => (job.key === key ? [nth] : [])));
      },
    ),
  ));
