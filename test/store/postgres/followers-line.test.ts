import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Query } from "../../../src/store/postgres/server/connection.ts";
import { createFollowersLine } from "../../../src/store/postgres/together/followers-line.ts";
import { StoreError } from "../../../src/store/store.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Two commits of another process, heard of one after the other, by somebody for whom nothing can be read `failing` times. */
function heardWhileCut(failing: number) {
  let asked = 0;
  const query = (async (_sql: string, [threads, from]: readonly [readonly string[], readonly number[]]) => {
    if (asked++ < failing) throw new StoreError("the connection was lost");
    return threads.map((thread, index) => ({ thread, from: from[index], body: JSON.stringify({ type: "run.stopped", seq: from[index] }) }));
  }) as unknown as Query;
  const line = createFollowersLine(query);
  const told: unknown[] = [];
  line.follow(({ thread, events, rewritten }) => void told.push([thread, events.map(({ seq }) => seq), rewritten === true]));
  const commit = (id: number, thread: string, from: number) =>
    line.tell({
      id,
      here: false,
      change: { kind: "commit", thread, workspace: "T1", from, events: 1, posts: 0, wakes: false, money: false },
    });
  return { line, told, done: Promise.all([commit(1, "T1/C1/a", 7), commit(2, "T1/C1/b", 3)]) };
}

test("who follows the logs hears of what others have recorded also where it could not be read at once, in its order", async () => {
  const { told, done } = heardWhileCut(3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  await done;
  expect(told).toEqual([
    ["T1/C1/a", [7], false],
    ["T1/C1/b", [3], false],
  ]);
});

test("who follows the logs hears of what was recorded here also where the answer was lost, as nobody else tells of it", async () => {
  const query = (async () => [{ thread: "T1/C1/a", from: 7, body: JSON.stringify({ type: "run.stopped", seq: 7 }) }]) as unknown as Query;
  const line = createFollowersLine(query);
  const told: unknown[] = [];
  line.follow(({ events, here, rewritten }) => void told.push([events.map(({ seq }) => seq), here, rewritten === true]));
  const lost = line.expect("T1/C1/a", 7, [{ type: "run.resumed", run: "r1", seq: 7, at: "" }]);
  lost("doubtful");
  // Tried again from there, with other words.
  line.expect("T1/C1/a", 7, [{ type: "run.resumed", run: "r1", seq: 7, at: "later" }]);
  const change = { kind: "commit", thread: "T1/C1/a", workspace: "T1", from: 7, events: 1, posts: 0, wakes: false, money: false } as const;
  await line.tell({ id: 1, here: true, change });
  expect(told).toEqual([[[7], true, false]]);
});

test("what cannot be read for longer than it takes to be missed is told without its events, and a close waits for none of it", async () => {
  const { told, done } = heardWhileCut(Number.POSITIVE_INFINITY);
  await vi.advanceTimersByTimeAsync(19_000);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(30_000);
  await done;
  expect(told).toEqual([
    ["T1/C1/a", [], true],
    ["T1/C1/b", [], true],
  ]);

  const closed = heardWhileCut(Number.POSITIVE_INFINITY);
  closed.line.close();
  await vi.advanceTimersByTimeAsync(1_000);
  await closed.done;
});
