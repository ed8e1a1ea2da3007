import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupSqlite } from "../../../src/store/sqlite/upkeep/backup.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-instance-"));
  path = join(folder, "parley.db");
});
afterEach(() => rm(folder, { recursive: true }));

async function instanceOn(database: string): Promise<string> {
  const { instance, store } = openSqlite({ path: database });
  const ids = [instance(), instance()];
  await store.close();
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  return ids[0] ?? "";
}

test("a database has one instance, the same at every start, and it says nothing of where the database is", async () => {
  const first = await instanceOn(path);
  expect(await instanceOn(path)).toBe(first);
  await rename(path, `${path}.old`);
  expect(await instanceOn(path)).not.toBe(first);
});

test("a copy beside the original, and a backup, are instances of their own; the original stays what it was", async () => {
  const original = await instanceOn(path);
  await copyFile(path, join(folder, "copy.db"));
  await backupSqlite({ path, to: join(folder, "backup.db") });
  const ids = [original, await instanceOn(join(folder, "copy.db")), await instanceOn(join(folder, "backup.db")), await instanceOn(path)];
  expect(ids[3]).toBe(original);
  expect(new Set(ids).size).toBe(3);
});

test("a copy at the same path, as on another machine, is an instance of its own; one that is written over the original is the original", async () => {
  const original = await instanceOn(path);
  const bytes = await readFile(path);
  await writeFile(path, bytes);
  expect(await instanceOn(path)).toBe(original);
  await writeFile(`${path}.restored`, bytes);
  await rename(`${path}.restored`, path);
  expect(await instanceOn(path)).not.toBe(original);
});

test("databases in memory are each an instance", async () => {
  expect(await instanceOn(":memory:")).not.toBe(await instanceOn(":memory:"));
});
