import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { commitOf, said } from "../../../src/store/contracts/commits.ts";
import { draft, memoryContract } from "../../contracts/memory.ts";

let directory: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-memory-"));
});
afterAll(() => rm(directory, { recursive: true }));
const newFile = () => join(directory, `${files++}.db`);

const opened = (path: string, at: number) => {
  const { memory, store } = openSqlite({ path, now: () => at });
  return { memory, close: () => store.close() };
};
memoryContract("SQLite in a file", async (at) => opened(newFile(), at));
memoryContract("SQLite in memory", async (at) => opened(":memory:", at));

test("notes are there after the next opening, and a reader sees them while they are written", async () => {
  const path = newFile();
  const first = openSqlite({ path });
  await first.memory.remember(draft("Blue is the colour."));
  const reader = openSqliteReadOnly({ path });
  expect(await reader.memory.recall("T1/C1", { query: "colour", limit: 1 })).toHaveLength(1);
  await reader.close();
  await first.store.close();
  const again = openSqlite({ path });
  expect(await again.memory.recall("T1/C1", { query: "colour", limit: 1 })).toMatchObject([{ text: "Blue is the colour." }]);
  await again.store.close();
});

test("a database from before there was a memory gets one, and keeps its logs", async () => {
  const path = newFile();
  const before = openSqlite({ path });
  await before.store.commit(commitOf("t", 0, [said("from before")]));
  await before.store.close();
  const old = new Database(path);
  old.exec("DROP INDEX inbox_by_lane; ALTER TABLE inbox DROP COLUMN lane; CREATE INDEX inbox_by_handled ON inbox (handled_at);");
  old.exec(
    "DROP TABLE installations; DROP TABLE org_workspaces; DROP TABLE org_channels; DROP INDEX threads_by_workspace; DROP TABLE spent; DROP TABLE heard; DROP TABLE workspaces; DROP TABLE workspace_files",
  );
  old.exec(
    "DROP TABLE runs; DROP TABLE run_words; DROP TABLE runs_due; DROP TABLE schedules; DROP TABLE logins; DROP TABLE memory_words; DROP TABLE memories; DROP TABLE memory_scopes; DROP TABLE settings; DROP TABLE audit; DROP TABLE audit_ends; DROP TABLE forgettings; ALTER TABLE threads DROP COLUMN forgotten; PRAGMA user_version = 1",
  );
  old.close();

  const bytes = await readFile(path);
  expect(() => openSqliteReadOnly({ path })).toThrow(/was written by an older Parley \(its schema is 1, this one needs \d+\)/);
  expect((await readFile(path)).equals(bytes)).toBe(true);
  const { store, memory } = openSqlite({ path });
  expect(await store.load("t", 0)).toMatchObject([{ text: "from before" }]);
  expect(await memory.remember(draft("from now on"))).toMatchObject({ kind: "kept" });
  expect(await memory.recall("T1/C1", { query: "now", limit: 5 })).toMatchObject([{ text: "from now on" }]);
  await store.close();
});

test("a note that another program deletes by hand leaves the index too", async () => {
  const path = newFile();
  const { memory, store } = openSqlite({ path });
  await memory.remember(draft("Gone by hand."));
  const shell = new Database(path);
  shell.exec("DELETE FROM memories");
  expect(shell.prepare("SELECT count(*) FROM memory_words WHERE memory_words MATCH 'hand'").pluck().get()).toBe(0);
  shell.exec("INSERT INTO memory_words (memory_words) VALUES ('integrity-check')");
  shell.close();
  expect(await memory.recall("T1/C1", { query: "hand", limit: 5 })).toEqual([]);
  await store.close();
});
