import fc from "fast-check";
import { expect, test } from "vitest";
import { fairQueue } from "../../src/store/fair-queue.ts";

const any = () => true;

test("workspaces take turns, and in each of them its places; within a place it is first come first served", () => {
  const line = fairQueue();
  for (const key of ["b1", "b2", "b3"]) line.add(key, { workspace: "T1", place: "busy" });
  line.add("q1", { workspace: "T1", place: "quiet" });
  for (const key of ["o1", "o2"]) line.add(key, { workspace: "T2", place: "other" });
  line.add("b1", { workspace: "T2", place: "twice in line is once" });
  expect([line.size(), line.size("T1"), line.size("T3")]).toEqual([6, 4, 0]);
  const taken = Array.from({ length: 7 }, () => line.take(any)?.key);
  expect(taken).toEqual(["b1", "o1", "q1", "o2", "b2", "b3", undefined]);
});

test("who may not be taken yet keeps the place in line", () => {
  const line = fairQueue();
  line.add("b1", { workspace: "T1", place: "busy" });
  line.add("q1", { workspace: "T1", place: "quiet" });
  expect(line.take(({ place }) => place !== "busy")?.key).toBe("q1");
  expect(line.take(({ place }) => place !== "busy")).toBeUndefined();
  expect(line.take(any)?.key).toBe("b1");
});

test("whatever is added, taken and deleted, each key comes out at most once, in order within its place, and nobody waits longer than a round", () => {
  const whose = fc.record({ workspace: fc.constantFrom("T1", "T2"), place: fc.constantFrom("a", "b", "c", "d") });
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ add: whose }) },
    { weight: 3, arbitrary: fc.constant({ take: true as const }) },
    { weight: 1, arbitrary: fc.record({ delete: fc.nat(30) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const line = fairQueue();
      const inLine = new Map<string, { workspace: string; place: string; overtaken: number }>();
      let next = 0;
      for (const one of steps) {
        if ("add" in one) {
          const key = String(next++).padStart(3, "0");
          line.add(key, one.add);
          inLine.set(key, { ...one.add, overtaken: 0 });
        } else if ("delete" in one) {
          const key = String(one.delete).padStart(3, "0");
          line.delete(key);
          inLine.delete(key);
        } else {
          const taken = line.take(any);
          const first = [...inLine].filter(([, at]) => at.workspace === taken?.workspace && at.place === taken.place)[0]?.[0];
          expect(taken?.key).toBe(first);
          if (taken) inLine.delete(taken.key);
          for (const [key, waiting] of inLine) {
            const isFirst = [...inLine].find(([, at]) => at.workspace === waiting.workspace && at.place === waiting.place)?.[0] === key;
            if (isFirst) expect(++waiting.overtaken).toBeLessThanOrEqual(8);
          }
        }
        expect(line.size()).toBe(inLine.size);
      }
    }),
  );
});
