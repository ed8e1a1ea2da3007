import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkSqlite } from "../../../src/store/sqlite/upkeep/check.ts";
import { openConnection } from "../../../src/store/sqlite/connection.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { commitOf, said, started, stopped } from "../../../src/store/contracts/commits.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-check-"));
  path = join(folder, "parley.db");
});
afterEach(() => rm(folder, { recursive: true }));

/** A thread with a finished run, one with a run that is due, and a file. */
async function filled(): Promise<void> {
  const { store } = openSqlite({ path });
  const posts = [{ event: 0, kind: "turn", part: 0 }];
  await store.commit(commitOf("done", 0, [started("r1"), said("task")], { posts }));
  await store.commit(commitOf("done", 2, [stopped("r1")], { posts, wake: "none" }));
  await store.commit(commitOf("going", 0, [started("r2"), said("task")], { posts, wake: "now" }));
  await store.putFile(new TextEncoder().encode("name,value\n"));
  for (let seq = 0; seq < 30; seq++) await store.commit(commitOf("long", seq, [said("x".repeat(1_000))]));
  await store.close();
}

/** What a hand at the file does to it. */
function edit(sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

const problems = async () => (await checkSqlite({ path, troubleOf: () => undefined })).problems;

test("a database that is well is read through and counted, also while it is open elsewhere", async () => {
  await filled();
  const { store } = openSqlite({ path });
  const read: unknown[][] = [];
  const check = await checkSqlite({ path, troubleOf: (events) => void read.push([...events]) });
  expect(check).toEqual({ threads: 3, events: 35, posts: 3, files: 1, forgotten: { events: 0, threads: 0 }, problems: [] });
  expect(read.map((events) => events.length)).toEqual([3, 2, 30]);
  expect(read[0]?.[2]).toMatchObject({ seq: 3, type: "run.stopped" });
  await store.close();
});

describe("what is wrong is told, with the thread that it is about", () => {
  const IN = (name: string) => `(SELECT id FROM threads WHERE name = '${name}')`;

  test.each<[string, string, string]>([
    [
      "an event in the middle is gone",
      `DELETE FROM events WHERE thread = ${IN("long")} AND seq = 7`,
      "the log of long has a gap: event 7 is missing, 8 is there",
    ],
    [
      "the end of a log is gone",
      `DELETE FROM events WHERE thread = ${IN("long")} AND seq > 28`,
      "the log of long has 28 events, and should have 30: its end is missing",
    ],
    [
      "a post without its event",
      `UPDATE outbox SET seq = 9 WHERE thread = ${IN("done")} AND seq = 3`,
      "a post is for an event that is not there: post 2 (turn of event 9 in done)",
    ],
    [
      "a run that the list of runs has forgotten",
      "UPDATE threads SET running = 0 WHERE name = 'going'",
      "the log of going says that its run goes on, and the list of runs says the opposite",
    ],
    [
      "a run that nothing wakes",
      "DELETE FROM ready",
      "the log of going has a run that waits for nobody and that nothing wakes; a word in its thread does",
    ],
    ["a wake-up for nobody", "INSERT INTO ready VALUES (99, 1)", "a wake-up is for no thread: number 99"],
    ["a file that was changed", "UPDATE files SET content = CAST('other' AS BLOB)", "… is not what it was when it was kept"],
  ])("%s", async (_, sql, told) => {
    await filled();
    edit(sql);
    const found = await problems();
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(told);
  });

  test("a log that its reader refuses", async () => {
    await filled();
    const { problems: found } = await checkSqlite({ path, troubleOf: (events) => (events.length === 30 ? "line 3: is odd" : undefined) });
    expect(found).toEqual(["the log of long cannot be read: line 3: is odd"]);
  });

  test("an event that is not JSON", async () => {
    await filled();
    edit(`UPDATE events SET body = 'half a' WHERE thread = ${IN("long")} AND seq = 7`);
    expect(await problems()).toEqual(["the log of long cannot be read: event 7 is not JSON"]);
  });

  test("a thousand gaps are told with the first twenty", async () => {
    await filled();
    const { store } = openSqlite({ path });
    for (let thread = 0; thread < 40; thread++) await store.commit(commitOf(`t${thread}`, 0, [said("one"), said("two")]));
    await store.close();
    edit("DELETE FROM events WHERE seq = 1");
    expect(await problems()).toHaveLength(20);
  });

  test("a damaged page", async () => {
    await filled();
    const bytes = await readFile(path);
    bytes.fill(0x5a, 8_192, 12_288);
    await writeFile(path, bytes);
    const found = await problems();
    expect(found.length).toBeGreaterThan(0);
    expect(found.join("\n")).toMatch(/damaged/);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });
});

test("a disk that fills up in the middle of a commit takes nothing of it, and with room again the next one goes through", async () => {
  const connection = openConnection(path);
  const { db, write } = connection;
  db.pragma(`max_page_count = ${Number(db.pragma("page_count", { simple: true })) + 4}`);
  const note = db.prepare("INSERT INTO notes (key, value) VALUES (?, ?)");
  write("full", () => note.run("before", "kept"));
  expect(() =>
    write("full", () => {
      for (let row = 0; row < 20; row++) note.run(`row ${row}`, "x".repeat(3_000));
    }),
  ).toThrow(`${path}: the disk is full. Make room; what was recorded so far is safe.`);
  expect(db.inTransaction).toBe(false);
  db.pragma("max_page_count = 1000");
  write("full", () => note.run("after", "kept too"));
  expect(db.prepare("SELECT key FROM notes ORDER BY key").pluck().all()).toEqual(["after", "before"]);
  connection.close();
  expect(await problems()).toEqual([]);
});
