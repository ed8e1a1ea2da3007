import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { groupedWrites } from "../../../src/store/sqlite/grouped-writes.ts";

function grouped() {
  const db = new Database(":memory:");
  onTestFinished(() => void db.close());
  db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT UNIQUE)");
  let transactions = 0;
  let nowMs = 0;
  const writes = groupedWrites(db, {
    transaction(work) {
      transactions++;
      db.transaction(work)();
    },
    explain: (error) => new Error("in words", { cause: error }),
    now: () => nowMs,
  });
  const put = db.prepare("INSERT INTO t (word) VALUES (?)");
  const words = () => db.prepare("SELECT word FROM t ORDER BY id").pluck().all();
  return {
    db,
    writes,
    put: (word: string) => put.run(word).lastInsertRowid,
    words,
    transactions: () => transactions,
    pass: (ms: number) => (nowMs += ms),
  };
}

test("what comes at the same time is one transaction, and each is told in the order of the calls before its promise resolves", async () => {
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

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("who writes alone writes at once, one after the other, and is told of each before the call returns", async () => {
  const { writes, put, words, transactions } = grouped();
  const told: unknown[] = [];
  for (const word of ["a", "b", "c"]) {
    const written = writes.add(
      () => put(word),
      () => told.push(word),
      "T1",
    );
    expect([words().at(-1), told.at(-1)]).toEqual([word, word]);
    await written;
  }
  expect(transactions()).toBe(3);
});

test("who comes right after another waits for others, and so do all who come after it", async () => {
  const { writes, put, words, transactions } = grouped();
  const told: string[] = [];
  const add = (word: string, writer?: string) =>
    writes.add(
      () => put(word),
      () => told.push(word),
      writer,
    );
  const written = [add("first", "T1"), add("other", "T2"), add("again", "T1"), add("nameless")];
  expect([words(), transactions()]).toEqual([["first"], 1]);
  await Promise.all(written);
  expect([told, words(), transactions()]).toEqual([["first", "other", "again", "nameless"], told, 2]);
});

test("after several have written the first one waits too; where it has stayed alone for long enough, it waits no longer", async () => {
  const { writes, put, words, transactions, pass } = grouped();
  const add = (word: string, writer: string) => writes.add(() => put(word), undefined, writer);
  await Promise.all([add("a", "T1"), add("b", "T2")]);
  expect(transactions()).toBe(2);
  await Promise.all([add("c", "T1"), add("d", "T2")]);
  expect([words(), transactions()]).toEqual([["a", "b", "c", "d"], 3]);
  const waiting = add("e", "T1");
  expect(words()).not.toContain("e");
  await waiting;
  pass(200);
  void add("f", "T1");
  expect(words()).toContain("f");
});

test("what comes in turns of the event loop that follow each other closely is one transaction too", async () => {
  const { writes, put, transactions } = grouped();
  await Promise.all(["T1", "T2"].map((thread) => writes.add(() => put(thread), undefined, thread)));
  const before = transactions();
  const written: Promise<unknown>[] = [];
  for (let nth = 0; nth < 10; nth++) {
    written.push(writes.add(() => put(`word ${nth}`), undefined, `T${nth}`));
    await turnOfTheLoop();
  }
  await Promise.all(written);
  expect(transactions() - before).toBeLessThanOrEqual(3);
});

test("who has no name waits, and is written with the next that is alone and has one", async () => {
  const { writes, put, words, transactions } = grouped();
  void writes.add(() => put("nameless"));
  expect(words()).toEqual([]);
  void writes.add(() => put("named"), undefined, "T1");
  expect([words(), transactions()]).toEqual([["nameless", "named"], 1]);
});

test("who has no name waits for one turn of the event loop where one thread alone has written, and for more once several have", async () => {
  const { writes, put, words } = grouped();
  await writes.add(() => put("a"), undefined, "T1");
  const mark = writes.add(() => put("its mark"));
  await turnOfTheLoop();
  expect(words()).toEqual(["a", "its mark"]);
  await mark;
  await Promise.all(["T1", "T2"].map((thread) => writes.add(() => put(thread), undefined, thread)));
  const other = writes.add(() => put("other mark"));
  await turnOfTheLoop();
  expect(words()).not.toContain("other mark");
  await other;
});

test("one that is added by a listener is written after all that were written with what it heard of", async () => {
  const { writes, put, words } = grouped();
  const told: string[] = [];
  const answer: Promise<unknown>[] = [];
  await writes.add(
    () => put("a"),
    () => {
      answer.push(writes.add(() => put("answer"), () => told.push("answer"), "T1")); // prettier-ignore
      told.push("a");
    },
    "T1",
  );
  expect(told).toEqual(["a"]);
  await Promise.all(answer);
  expect([told, words()]).toEqual([["a", "answer"], ["a", "answer"]]); // prettier-ignore
});

test("one that is written at once and throws rejects, in words, with nothing of it there, and the next is written at once", async () => {
  const { writes, put, words } = grouped();
  const failing = writes.add(
    () => {
      put("half");
      throw new Error("no");
    },
    () => expect.unreachable(),
    "T1",
  );
  await expect(failing).rejects.toMatchObject({ message: "in words", cause: { message: "no" } });
  void writes.add(() => put("next"), undefined, "T1");
  expect(words()).toEqual(["next"]);
});

test("one who writes without end lets the event loop go on", async () => {
  const { writes, put } = grouped();
  let turns = 0;
  const count = () => {
    turns++;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  onTestFinished(() => clearImmediate(counting));
  for (let nth = 0; nth < 1_000; nth++) await writes.add(() => put(`${nth}`), undefined, "T1");
  expect(turns).toBeGreaterThan(10);
});
