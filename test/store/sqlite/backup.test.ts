import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupSqlite } from "../../../src/store/sqlite/upkeep/backup.ts";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { commitOf, said } from "../../../src/store/contracts/commits.ts";
import { leaveTest, startChild } from "../../support/children.ts";

let folder: string;
let path: string;
let to: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-backup-"));
  [path, to] = [join(folder, "parley.db"), join(folder, "copy.db")];
});
afterEach(async () => {
  await leaveTest();
  await rm(folder, { recursive: true });
});

async function filled(count = 3): Promise<void> {
  const { store } = openSqlite({ path });
  for (let seq = 0; seq < count; seq++)
    await store.commit(commitOf("t", seq, [said("x".repeat(1_000))], { posts: [{ event: 0, kind: "turn", part: 0 }] }));
  await store.close();
}

test("a backup made while another process writes holds every thread up to one instant, without a gap, and is one file", async () => {
  const reached = new Map<string, number>();
  const writer = startChild(process.execPath, [join(import.meta.dirname, "child.ts"), "write", path, "5"]);
  const lines = createInterface(writer.stdout);
  lines.on("line", (line) => {
    const [thread = "", seq] = line.split(" ");
    reached.set(thread, Number(seq));
  });
  for (let count = 0; count < 60; count++) await once(lines, "line");

  const before = new Map(reached);
  const { threads, events, bytes } = await backupSqlite({ path, to });
  // It went on writing.
  await once(lines, "line");

  expect(threads).toBeGreaterThan(0);
  expect(bytes).toBeGreaterThan(4_096);
  const copy = openSqliteReadOnly({ path: to });
  let counted = 0;
  for (const { thread, lastSeq } of await copy.recent(100)) {
    const log = await copy.load(thread, 0);
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    expect(lastSeq).toBeGreaterThanOrEqual(before.get(thread) ?? 0);
    counted += lastSeq;
  }
  expect(counted).toBe(events);
  await copy.close();
  expect((await readdir(folder)).filter((name) => name.startsWith("copy.db"))).toEqual(["copy.db"]);
});

test("a backup in the place of the database is the database: what follows is appended to it", async () => {
  await filled(4);
  await backupSqlite({ path, to });
  const { store } = openSqlite({ path: to });
  expect(await store.load("t", 0)).toHaveLength(4);
  expect(await store.duePosts("t", 10)).toHaveLength(4);
  expect((await store.commit(commitOf("t", 4, [said("next")]))).kind).toBe("ok");
  await store.close();
});

test("a file that is there is not overwritten, be it a backup, another file or the database itself", async () => {
  await filled();
  await writeFile(to, "last week's");
  await expect(backupSqlite({ path, to })).rejects.toThrow(`${to}: is there already, and a backup overwrites nothing. Name another file.`);
  expect(await readFile(to, "utf8")).toBe("last week's");
  await expect(backupSqlite({ path, to: path })).rejects.toThrow("is there already");
});

test.each(["events", "knowledge_words_data", "knowledge_words_config"])(
  "a database that is damaged in %s is not backed up as if it were whole, and leaves no half of a file",
  async (table) => {
    await filled(200);
    const db = new Database(path, { readonly: true });
    const page = db.prepare<[string], number>("SELECT rootpage FROM sqlite_master WHERE name = ?").pluck().get(table)!;
    db.close();
    const bytes = await readFile(path);
    bytes.fill(0x5a, (page - 1) * 4_096, page * 4_096);
    await writeFile(path, bytes);
    await expect(backupSqlite({ path, to })).rejects.toThrow(/parley\.db: what was copied is damaged .*no backup was made/);
    expect((await readdir(folder)).filter((name) => name.startsWith("copy"))).toEqual([]);
  },
);

test("where no file can be made, that is said, and nothing is left", async () => {
  await filled();
  await expect(backupSqlite({ path, to: join(folder, "gone", "copy.db") })).rejects.toThrow(/gone\/copy\.db: cannot be opened \(ENOENT\)/);
  await expect(backupSqlite({ path: join(folder, "none.db"), to })).rejects.toThrow("there is no database");
  expect((await readdir(folder)).filter((name) => name.startsWith("copy"))).toEqual([]);
});
