import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import type { RunEvent } from "../../../../src/engine/events/events.ts";
import { totalOf } from "../../../../src/engine/limits/spending.ts";
import { readSpending } from "../../../../src/store/spending.ts";
import { openConnection } from "../../../../src/store/sqlite/connection.ts";
import { sqliteRuns } from "../../../../src/store/sqlite/runs/run-index.ts";
import { openSqlite, openSqliteReadOnly } from "../../../../src/store/sqlite/store.ts";
import { StoreError, type Store } from "../../../../src/store/store.ts";
import { ADA, newPath, open, run, tasks, wanted } from "./finished.ts";
import { letNoTimePass } from "../../no-time.ts";

letNoTimePass();

test("what was there before there was an index is entered bit by bit, the newest first", async () => {
  const path = newPath();
  const before = openSqlite({ path });
  for (let nth = 0; nth < 45; nth++) await run(before.store, { thread: `T1/C1/${nth}.1`, minute: nth, task: `task ${nth}` });
  await before.store.close();
  const old = new Database(path);
  old.exec("DROP TABLE runs; DROP TABLE run_words; DROP TABLE runs_due; DROP TABLE logins; PRAGMA user_version = 11");
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

test("an index in which spending stood at length and words by their stems is made anew", async () => {
  const path = newPath();
  const before = openSqlite({ path });
  await run(before.store, { task: "Running figures" });
  await before.runs.enter("T1");
  await before.store.close();
  const old = new Database(path);
  old.exec(`DROP TABLE run_words; DROP TABLE logins; DROP INDEX runs_by_place;
    CREATE VIRTUAL TABLE run_words USING fts5 (
      words, people, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
    );
    INSERT INTO run_words (rowid, words, people) SELECT id, 'Running figures', 'U10' FROM runs;
    UPDATE runs SET spending = '[{"run":"r","team":"pair","person":{"id":"U1","name":"Ada"},"agent":"Ana","day":"2026-01-01","priced":true}]';
    DROP INDEX runs_by_end; ALTER TABLE runs DROP COLUMN outcome; ALTER TABLE runs DROP COLUMN usd;
    ALTER TABLE runs DROP COLUMN opinions;
    PRAGMA user_version = 12`);
  old.close();
  const { runs } = open(path);
  expect(await tasks(runs, { words: ["runn"], person: ADA.id })).toEqual(["Running figures"]);
  const reader = openSqliteReadOnly({ path });
  onTestFinished(() => reader.close());
  const spent = await Array.fromAsync(readSpending(reader, { since: "2026-01-01", by: ["agent"] }));
  expect(spent).toMatchObject([{ agent: "Ana", usage: { usd: 0.5, inputTokens: 10 } }]);
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

test("of a thread with many runs each look enters some, and the next ones the rest", async () => {
  const path = newPath();
  const { store, runs } = open(path);
  for (let nth = 0; nth < 120; nth++) await run(store, { after: nth * 5, minute: nth, task: `task ${nth}`, id: `r${nth}` });
  await run(store, { thread: "T1/C1/0.1", minute: 200, task: "another" });
  const reader = openSqliteReadOnly({ path });
  onTestFinished(() => reader.close());
  const counts: number[] = [];
  const db = new Database(path, { readonly: true });
  const count = db.prepare<[], number>("SELECT count(*) FROM runs").pluck();
  let more = true;
  while (more) {
    // Two at once enter nothing twice.
    [more = false] = await Promise.all([runs.enter("T1"), runs.enter("T1")]);
    counts.push(count.get() ?? 0);
  }
  db.close();
  expect(counts).toEqual([20, 40, 60, 80, 100, 120, 121]);
  expect((await runs.search(wanted({ limit: 200 }))).found).toHaveLength(121);
  expect(totalOf(await Array.fromAsync(readSpending(reader))).usage.usd).toBeCloseTo(60.5);
});

test("a damaged page keeps no other thread from being entered, and a full disk nothing that is entered from being found", async () => {
  const path = newPath();
  const made = openSqlite({ path });
  for (let nth = 0; nth < 30; nth++) await run(made.store, { thread: `T1/C1/${nth}.1`, minute: nth, task: `task ${nth}` });
  const logs = new Map<string, readonly RunEvent[]>();
  for (const { thread } of await made.store.recent(50)) logs.set(thread, await made.store.load(thread, 0));
  await made.store.close();
  const connection = openConnection(path);
  onTestFinished(() => connection.close());
  let trouble = "SQLITE_CORRUPT_VTAB";
  const failing = new Set(Array.from({ length: 25 }, (_, nth) => `T1/C1/${nth + 5}.1`));
  const reads: string[] = [];
  const load: Store["load"] = async (thread) => {
    reads.push(thread);
    if (failing.has(thread)) throw new StoreError("no", { cause: new Database.SqliteError("no", trouble) });
    return [...(logs.get(thread) ?? [])];
  };
  const runs = sqliteRuns(connection, { load });
  expect((await tasks(runs)).toSorted()).toEqual(["task 0", "task 1", "task 2", "task 3", "task 4"]);
  // They are not read again each time, and come when there is a new process.
  reads.length = 0;
  await runs.enter("T1");
  expect(reads).toEqual([]);
  trouble = "SQLITE_FULL";
  const after = sqliteRuns(connection, { load });
  await expect(after.enter("T1")).rejects.toThrow(StoreError);
  expect(await tasks(after)).toHaveLength(5);
  failing.clear();
  expect(await tasks(after, { limit: 50 })).toHaveLength(30);
});
