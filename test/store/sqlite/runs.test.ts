import Database from "better-sqlite3";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { createForgetting } from "../../../src/runner/forgetting.ts";
import type { FinishedRuns, RunsWanted } from "../../../src/store/runs/finished-runs.ts";
import { runsInLogs } from "../../../src/store/runs/runs-in-logs.ts";
import { totalOf } from "../../../src/engine/limits/spending.ts";
import { readSpending } from "../../../src/store/spending.ts";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";

const ADA = { id: "U1", name: "Ada" };
const BOB = { id: "U2", name: "Bob" };

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-runs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "a.db");
}

function open(path = ":memory:") {
  const opened = openSqlite({ path });
  onTestFinished(() => opened.store.close());
  return opened;
}

interface Made {
  readonly thread?: string;
  readonly task?: string;
  readonly result?: string;
  readonly team?: string;
  readonly by?: typeof ADA;
  readonly minute?: number;
  readonly after?: number;
  readonly id?: string;
  readonly more?: readonly EventBody[];
}

const runEvents = ({ task = "Count", result = "Done.", team = "pair", by = ADA, id = "r", more = [] }: Made): readonly EventBody[] => [
  { type: "run.started", run: id, team, startedBy: by },
  { type: "message.posted", person: by, text: task, id: "m1" },
  { type: "speaker.selected", agent: "Ana", by: "policy" },
  { type: "message.posted", agent: "Ana", text: result, model: "m", usage: { inputTokens: 10, outputTokens: 5, usd: 0.5 } },
  ...more,
  { type: "run.stopped", run: id, outcome: "done", reason: "done", reasons: [] },
];

async function run(store: Store, made: Made): Promise<void> {
  const { thread = "T1/C1/1.1", minute = 0, after = 0 } = made;
  const at = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const commit = { thread, workspace: thread.split("/")[0] ?? "", at, posts: [], wake: "none" as const };
  const result = await store.commit({ ...commit, afterSeq: after, events: runEvents(made) });
  expect(result.kind).toBe("ok");
}

const wanted = (more: Partial<RunsWanted> = {}): RunsWanted => ({
  workspace: "T1",
  places: ["T1/C1"],
  reader: ADA.id,
  limit: 10,
  ...more,
});
const tasks = async (runs: FinishedRuns, more: Partial<RunsWanted> = {}) => (await runs.search(wanted(more))).found.map(({ task }) => task);

test.each(["index", "logs"] as const)(
  "runs that are over are found by who may see them, words, team, place and person, newest first: %s",
  async (kind) => {
    const opened = open();
    const { store } = opened;
    const runs = kind === "index" ? opened.runs : runsInLogs(store);
    await run(store, { task: "Look for marmots", result: "They sleep till Ostern; größer geht's kaum." });
    await run(store, {
      thread: "T1/C1/2.1",
      minute: 1,
      task: "Reckon",
      team: "sums",
      by: BOB,
      more: [{ type: "message.posted", person: ADA, text: "And add two" }],
    });
    await run(store, { thread: "T1/C2/3.1", minute: 2, task: "Secret marmots", by: BOB });
    await run(store, { thread: "T1/D9/4.1", minute: 3, task: "My own marmots" });
    await run(store, { thread: "T2/C1/5.1", minute: 4, task: "Another workspace's marmots" });
    const going = { thread: "T1/C1/6.1", workspace: "T1", afterSeq: 0, at: "2026-01-01T01:00:00.000Z", posts: [], wake: "none" as const };
    await store.commit({ ...going, events: runEvents({ task: "Goes on" }).slice(0, 3) });

    expect(await tasks(runs)).toEqual(["My own marmots", "Reckon", "Look for marmots"]);
    expect(await tasks(runs, { reader: BOB.id, places: ["T1/C2"] })).toEqual(["Secret marmots", "Reckon"]);
    expect(await tasks(runs, { words: ["MARMOT"] })).toEqual(["My own marmots", "Look for marmots"]);
    expect(await tasks(runs, { words: ["marmots", "ostern;"] })).toEqual(["Look for marmots"]);
    expect(await tasks(runs, { words: ["grö"] })).toEqual(["Look for marmots"]);
    expect(await tasks(runs, { words: ['"', "marmots"] })).toEqual([]);
    expect(await tasks(runs, { words: ["badgers"] })).toEqual([]);
    expect(await tasks(runs, { team: "sums" })).toEqual(["Reckon"]);
    expect(await tasks(runs, { place: "T1/D9" })).toEqual(["My own marmots"]);
    expect(await tasks(runs, { person: BOB.id })).toEqual(["Reckon"]);
    expect(await tasks(runs, { person: ADA.id, team: "sums", words: ["two"] })).toEqual(["Reckon"]);
    expect((await runs.search(wanted({ team: "sums" }))).found).toEqual([
      {
        thread: "T1/C1/2.1",
        seq: 1,
        startedAt: "2026-01-01T00:01:00.000Z",
        endedAt: "2026-01-01T00:01:00.000Z",
        team: "sums",
        startedBy: BOB,
        outcome: "done",
        task: "Reckon",
        turns: 1,
        usage: { inputTokens: 10, outputTokens: 5, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, usd: 0.5, calls: 1 },
        priced: true,
      },
    ]);
  },
);

test.each(["index", "logs"] as const)(
  "each page goes on behind the one before, also between two runs of one moment and of one thread: %s",
  async (kind) => {
    const opened = open();
    const runs = kind === "index" ? opened.runs : runsInLogs(opened.store);
    for (let nth = 0; nth < 24; nth++)
      await run(opened.store, {
        thread: `T1/C1/${10 + (nth >> 1)}.1`,
        after: nth % 2 === 0 ? 0 : 5,
        minute: nth >> 2,
        task: `task ${nth}`,
      });
    const seen: string[] = [];
    let behind: string | undefined;
    do {
      const page = await runs.search(wanted({ limit: 5, behind }));
      expect(page.found.length).toBeLessThanOrEqual(5);
      seen.push(...page.found.map(({ task }) => task));
      behind = page.older;
    } while (behind !== undefined);
    expect(seen.toSorted()).toEqual(Array.from({ length: 24 }, (_, nth) => `task ${nth}`).toSorted());
  },
);

test("a place in the list that nobody wrote is its beginning", async () => {
  const { store, runs } = open();
  await run(store, {});
  expect(await tasks(runs, { behind: "') OR 1" })).toEqual(["Count"]);
});

test("what was there before there was an index is entered bit by bit, the newest first", async () => {
  const path = newPath();
  const before = openSqlite({ path });
  for (let nth = 0; nth < 45; nth++) await run(before.store, { thread: `T1/C1/${nth}.1`, minute: nth, task: `task ${nth}` });
  await before.store.close();
  const old = new Database(path);
  const { user_version: version } = old.prepare<[], { user_version: number }>("PRAGMA user_version").get() ?? { user_version: 0 };
  old.exec(`DROP TABLE runs; DROP TABLE run_words; DROP TABLE runs_due; PRAGMA user_version = ${version - 1}`);
  old.close();
  const { runs } = open(path);
  const entered = () => {
    const db = new Database(path, { readonly: true });
    const count = db.prepare<[], number>("SELECT count(*) FROM runs").pluck().get();
    db.close();
    return count;
  };
  expect([await runs.enter("T1"), entered()]).toEqual([true, 20]);
  expect([await runs.enter("T1"), entered()]).toEqual([true, 40]);
  expect([await runs.enter("T1"), entered()]).toEqual([false, 45]);
  expect(await tasks(runs, { limit: 2 })).toEqual(["task 44", "task 43"]);
});

test("a log that cannot be read keeps no other from being found", async () => {
  const path = newPath();
  const { store, runs } = open(path);
  await run(store, { task: "Broken" });
  await run(store, { thread: "T1/C1/2.1", minute: 1, task: "Whole" });
  const db = new Database(path);
  db.exec("UPDATE events SET body = '{' WHERE seq = 2 AND thread = (SELECT id FROM threads WHERE name = 'T1/C1/1.1')");
  db.close();
  expect(await tasks(runs)).toEqual(["Whole"]);
});

test("what is forgotten is not found, and stands in no part of the file", async () => {
  const path = newPath();
  const { store, runs, forgetter } = open(path);
  const more = [{ type: "message.posted" as const, person: BOB, text: "Pangolins are nicer", id: "m2" }];
  await run(store, { task: "Zebrafinches", more });
  await run(store, { thread: "T1/C2/2.1", minute: 1, task: "Quokkas" });
  await run(store, { thread: "T1/C1/3.1", minute: 2, task: "Wombats" });
  const here = { places: ["T1/C1", "T1/C2"] };
  expect(await tasks(runs, here)).toEqual(["Wombats", "Quokkas", "Zebrafinches"]);

  expect(await forgetter.message("T1/C1/1.1", { id: "m2", receipt: "" })).toBe(1);
  expect(await tasks(runs, { words: ["pangolins"] })).toEqual([]);
  expect(await tasks(runs, { words: ["zebrafinches"] })).toEqual(["Zebrafinches"]);

  const forgetting = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "now" });
  const by = { workspace: "T1", person: ADA, deed: "forget", subject: "x", allowed: true };
  await forgetting.forget({ kind: "thread", thread: "T1/C1/3.1" }, by);
  expect(await tasks(runs, { words: ["wombats"] })).toEqual([]);
  expect(await tasks(runs, { person: BOB.id })).toEqual(["Zebrafinches"]);
  await forgetting.forget({ kind: "person", person: BOB.id }, { ...by, subject: BOB.id });
  expect(await tasks(runs, { person: BOB.id })).toEqual([]);
  await forgetting.forget({ kind: "older", before: "2026-01-01T00:01:30.000Z", costs: false, memory: false }, by);
  expect(await tasks(runs, here)).toEqual(["(forgotten)"]);
  const db = new Database(path, { readonly: true });
  const parts = db.prepare<[], Buffer>("SELECT block FROM run_words_data").pluck().all();
  db.close();
  for (const word of ["pangolin", "wombat", "zebrafinch", "quokka"]) expect(parts.some((part) => part.includes(word))).toBe(false);
});

test("what was read before a forgetting is not entered after it", async () => {
  const opened = open();
  const { store, forgetter } = opened;
  await run(store, { more: [{ type: "message.posted", person: BOB, text: "Pangolins", id: "m2" }] });
  const [entering] = [opened.runs.enter("T1"), forgetter.message("T1/C1/1.1", { id: "m2", receipt: "" })];
  await entering;
  expect(await tasks(opened.runs, { words: ["pangolins"] })).toEqual([]);
  expect(await tasks(opened.runs)).toEqual(["Count"]);
});

test("what was spent is the same off the index as off the logs, whatever of it is entered", async () => {
  const path = newPath();
  const { store, runs, forgetter } = open(path);
  const paid = {
    type: "message.posted" as const,
    agent: "Ben",
    text: "x",
    model: "m",
    usage: { inputTokens: 7, outputTokens: 1, usd: 0.25 },
  };
  await run(store, { more: [paid] });
  await run(store, { thread: "T1/C1/2.1", minute: 1, by: BOB });
  const later = { thread: "T1/C1/1.1", workspace: "T1", at: "2026-01-02T00:00:00.000Z", posts: [], wake: "none" as const };
  const summary = {
    type: "run.summarized" as const,
    run: "r",
    agent: "Ana",
    upToSeq: 5,
    text: "In short",
    usage: { inputTokens: 3, outputTokens: 1 },
  };
  const told = async (since?: string) => {
    const reader = openSqliteReadOnly({ path });
    const { spending, ...plain } = reader;
    const sums = async (from: Parameters<typeof readSpending>[0]) => {
      const all = await Array.fromAsync(readSpending(from, { since }));
      const keys = [...new Set(all.map(({ thread, run: id, agent, day, person }) => [thread, id, agent, day, person.id].join(" ")))];
      const sum = (key: string) =>
        totalOf(all.filter(({ thread, run: id, agent, day, person }) => [thread, id, agent, day, person.id].join(" ") === key));
      return Object.fromEntries(keys.toSorted().map((key) => [key, sum(key)]));
    };
    const both = [await sums({ ...plain, spending }), await sums(plain)] as const;
    await reader.close();
    expect(both[0]).toEqual(both[1]);
    return Object.keys(both[0]).length;
  };
  expect(await told()).toBe(3);
  await runs.enter("T1");
  expect(await told()).toBe(3);
  await store.commit({ ...later, afterSeq: 6, events: [summary, ...runEvents({ id: "r2", by: BOB, more: [paid] }).slice(0, -1)] });
  expect(await told()).toBe(6);
  expect(await told("2026-01-02")).toBe(3);
  await forgetter.message("T1/C1/1.1", { id: "m1", receipt: "" });
  expect(await told()).toBe(6);
  await store.commit({ ...later, afterSeq: 12, events: runEvents({ id: "r2" }).slice(-1) });
  await runs.enter("T1");
  expect(await told()).toBe(6);
});
