import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { groupedWrites } from "../../../src/store/sqlite/grouped-writes.ts";

function grouped() {
  const db = new Database(":memory:");
  onTestFinished(() => void db.close());
  db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT UNIQUE)");
  let transactions = 0;
  const writes = groupedWrites(db, {
    transaction(work) {
      transactions++;
      db.transaction(work)();
    },
    explain: (error) => new Error("in words", { cause: error }),
  });
  const put = db.prepare("INSERT INTO t (word) VALUES (?)");
  const words = () => db.prepare("SELECT word FROM t ORDER BY id").pluck().all();
  return { db, writes, put: (word: string) => put.run(word).lastInsertRowid, words, transactions: () => transactions };
}

test("what comes in one turn of the event loop is one transaction, and each is told in the order of the calls before its promise resolves", async () => {
  const { writes, put, words, transactions } = grouped();
  const told: string[] = [];
  const add = (word: string) =>
    writes
      .add(
        () => put(word),
        (id) => told.push(`${word} made as ${id}`),
      )
      .then(() => told.push(`${word} resolved`));
  await Promise.all(["a", "b", "c"].map(add));
  expect([words(), transactions()]).toEqual([["a", "b", "c"], 1]);
  expect(told).toEqual(["a made as 1", "b made as 2", "c made as 3", "a resolved", "b resolved", "c resolved"]);
  await add("d");
  expect(transactions()).toBe(2);
});

test("one that throws takes back only what it has written itself", async () => {
  const { writes, put, words } = grouped();
  const made: unknown[] = [];
  const results = await Promise.allSettled([
    writes.add(() => put("a"), made.push.bind(made)),
    writes.add(
      () => {
        put("half");
        return put("a");
      },
      () => made.push("never"),
    ),
    writes.add(() => put("b"), made.push.bind(made)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(results[1]).toMatchObject({ reason: { message: "in words", cause: { code: "SQLITE_CONSTRAINT_UNIQUE" } } });
  expect(words()).toEqual(["a", "b"]);
  expect(made).not.toContain("never");
});

test("where the transaction cannot be made, all of them reject, nothing of it is there, and the next one is tried by itself", async () => {
  const { db, writes, put, words } = grouped();
  db.exec("CREATE TRIGGER full BEFORE INSERT ON t WHEN new.word = 'full' BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END");
  const failing = ["a", "full", "b"].map((word) => writes.add(() => put(word)));
  const results = await Promise.allSettled(failing);
  expect(results).toMatchObject(["a", "full", "b"].map(() => ({ status: "rejected", reason: { message: "in words" } })));
  await writes.add(() => put("c"));
  expect(words()).toEqual(["c"]);
});

test("what is still to be written can be written at once, as before the database is closed", async () => {
  const { writes, put, words } = grouped();
  const waiting = writes.add(() => put("a"));
  writes.writeNow();
  expect(words()).toEqual(["a"]);
  await waiting;
});

test("where one that is told breaks, the others are told all the same, and nothing that was written is taken back", async () => {
  const { writes, put, words } = grouped();
  const told: string[] = [];
  const results = await Promise.allSettled([
    writes.add(
      () => put("a"),
      () => {
        throw new Error("cannot hear");
      },
    ),
    writes.add(
      () => put("b"),
      () => told.push("b"),
    ),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  expect([told, words()]).toEqual([["b"], ["a", "b"]]);
});
