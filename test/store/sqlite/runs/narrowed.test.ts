import { expect, onTestFinished, test } from "vitest";
import { runsInLogs } from "../../../../src/store/runs/runs-in-logs.ts";
import { openSqlite, openSqliteLogs } from "../../../../src/store/sqlite/store.ts";
import { ADA, BOB, newPath, open, run, tasks, wanted } from "./finished.ts";

test.each(["index", "logs"] as const)(
  "a list is narrowed by outcome, cost and day, and told what it can be narrowed to: %s",
  async (kind) => {
    const opened = open();
    const { store } = opened;
    const runs = kind === "index" ? opened.runs : runsInLogs(store);
    const dear = {
      type: "message.posted",
      agent: "Ana",
      text: "…",
      model: "m",
      usage: { inputTokens: 1, outputTokens: 1, usd: 2 },
    } as const;
    await run(store, { task: "Cheap" });
    await run(store, { thread: "T1/C2/2.1", minute: 60 * 24, task: "Dear", team: "sums", by: BOB, more: [dear] });
    await run(store, { thread: "T2/C1/3.1", minute: 3, task: "Another workspace's" });
    const all = { places: "all", reader: "" } as const;
    expect(await tasks(runs, all)).toEqual(["Dear", "Cheap"]);
    expect(await tasks(runs, { ...all, usdMin: 1 })).toEqual(["Dear"]);
    expect(await tasks(runs, { ...all, usdMax: 1 })).toEqual(["Cheap"]);
    expect(await tasks(runs, { ...all, outcome: "done" })).toEqual(["Dear", "Cheap"]);
    expect(await tasks(runs, { ...all, outcome: "failed" })).toEqual([]);
    expect(await tasks(runs, { ...all, endedFrom: "2026-01-02" })).toEqual(["Dear"]);
    expect(await tasks(runs, { ...all, endedBefore: "2026-01-02", words: ["cheap"], usdMin: 0.5 })).toEqual(["Cheap"]);
    expect(await runs.workspaces()).toEqual(["T1", "T2"]);
    const filters = await runs.filters({ workspace: "T1", places: "all" });
    expect(filters).toEqual({ teams: ["pair", "sums"], places: ["T1/C1", "T1/C2"], starters: [ADA, BOB] });
    expect(await runs.filters({ workspace: "T1", places: ["T1/C2"] })).toEqual({ teams: ["sums"], places: ["T1/C2"], starters: [BOB] });
  },
);

test("who looks beside a running Parley hears of its commits, enters its runs, and keeps nobody out", async () => {
  const path = newPath();
  const parley = openSqlite({ path });
  onTestFinished(() => parley.store.close());
  await run(parley.store, { task: "Before" });
  const tick = Promise.withResolvers<void>();
  let asked = 0;
  const logs = openSqliteLogs({ path, sleep: async () => (asked++ === 0 ? tick.promise : new Promise(() => undefined)) });
  onTestFinished(() => logs.close());
  const heard = new Promise<string | undefined>((resolve) => void logs.follow(resolve));
  await run(parley.store, { thread: "T1/C1/2.1", minute: 1, task: "After" });
  tick.resolve();
  expect(await heard).toBeUndefined();
  expect(await tasks(logs.runs)).toEqual(["After", "Before"]);
  // What it has entered is entered for Parley too, once.
  expect(await parley.runs.enter("T1")).toBe(false);
  expect((await parley.runs.search(wanted())).found).toHaveLength(2);
  expect(await logs.load("T1/C1/2.1", 4)).toMatchObject([{ seq: 5, type: "run.stopped" }]);
});
