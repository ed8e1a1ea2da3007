import { setImmediate } from "node:timers/promises";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import { lookAgainAtBudgets } from "../../src/runner/day-budgets.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { append, started } from "../../src/store/contracts/commits.ts";
import type { Store } from "../../src/store/store.ts";
import { halt, question, START_MS } from "./watching.ts";

const HOUR_MS = 3_600_000;
const RAISED = { workspace: "T1", accounts: ["person/U1"], here: "T1/C1/here" };

let store: Store;
beforeEach(() => {
  ({ store } = openSqlite({ path: ":memory:" }));
  onTestFinished(() => store.close());
});

const waiting = (thread: string, waits: EventBody, hoursAgo: number, workspace = "T1") =>
  append(store, thread, [started("r1"), waits], { at: new Date(START_MS - hoursAgo * HOUR_MS).toISOString(), workspace });

/** Whose logs are read, how many of them at once at most, and who looks again. */
function looking(signal = new AbortController().signal) {
  const seen = { read: [] as string[], atOnce: 0, again: [] as string[] };
  let now = 0;
  const done = lookAgainAtBudgets(RAISED, {
    store,
    clock: { now: () => START_MS },
    async read(thread) {
      seen.read.push(thread);
      seen.atOnce = Math.max(seen.atOnce, ++now);
      await setImmediate();
      now--;
      return { events: await store.load(thread, 0) };
    },
    async lookAgain(thread) {
      seen.again.push(thread);
    },
    signal,
  });
  return { seen, done };
}

test("where a budget is raised, of all that wait those alone are read that can wait for it, some at a time", async () => {
  for (let nth = 0; nth < 60; nth++) await waiting(`T1/C1/question${nth}`, question(), 1);
  for (let nth = 0; nth < 30; nth++) await waiting(`T1/C1/old${nth}`, question(), 48);
  await waiting("T1/C1/budget", halt(30, "budget"), 24);
  await waiting("T1/C1/both", halt(30, "budget", "turns"), 1);
  await waiting("T1/C1/here", halt(30, "budget"), 1);
  await waiting("T2/C1/elsewhere", halt(30, "budget"), 1, "T2");
  const { seen, done } = looking();
  await done;
  expect(seen.again).toEqual(["T1/C1/budget"]);
  expect(seen.read.filter((thread) => !thread.includes("question")).toSorted()).toEqual(["T1/C1/both", "T1/C1/budget"]);
  expect([seen.read.length, seen.atOnce]).toEqual([62, 20]);
});

test("a process that ends looks at no more of them, and whoever asked hears that not all was done", async () => {
  for (let nth = 0; nth < 60; nth++) await waiting(`T1/C1/${nth}`, halt(30, "budget"), 1);
  const ending = new AbortController();
  const { seen, done } = looking(ending.signal);
  await setImmediate();
  ending.abort(new Error("the runner has been closed"));
  await expect(done).rejects.toThrow("the runner has been closed");
  expect(seen.read.length).toBeLessThan(60);
});
