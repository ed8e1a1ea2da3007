import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { migrate } from "../../../src/store/sqlite/schema.ts";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { type Store, StoreError } from "../../../src/store/store.ts";
import { commitOf, said } from "../../../src/store/contracts/commits.ts";
import { runChild } from "../../support/children.ts";

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-open-"));
  path = join(directory, "parley.db");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

/** A database with `count` events of 1 KB in thread `t`. */
async function filled(count = 1): Promise<void> {
  const { store } = openSqlite({ path });
  for (let seq = 0; seq < count; seq++) await store.commit(commitOf("t", seq, [said("x".repeat(1_000))]));
  await store.close();
}

/** Runs SQL as another program would. */
function elsewhere(sql: string): Database.Database {
  const db = new Database(path, { timeout: 0 });
  db.exec(sql);
  return db;
}

/** What another process hears that wants a lock on a file of SQLite: `taken`, or the code of an error. */
async function takenElsewhere(file: string): Promise<string> {
  const script = `const db = new (require(process.argv[1]))(process.argv[2], { timeout: 0 });
try { db.exec("BEGIN EXCLUSIVE"); console.log("taken"); } catch ({ code }) { console.log(code); }`;
  return (await runChild(process.execPath, ["-e", script, createRequire(import.meta.url).resolve("better-sqlite3"), file])).out.trim();
}

/** What both ways to open answer; fails unless both refuse the file with the same words and leave its bytes alone. */
async function refusal(): Promise<string> {
  const before = await readFile(path);
  const [writing, reading] = [openSqlite, openSqliteReadOnly].map((open) => refusalOf(() => open({ path })));
  expect(writing).toContain(path);
  expect(reading).toBe(writing);
  expect((await readFile(path)).equals(before)).toBe(true);
  return writing ?? "";
}

function refusalOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
  throw new Error(`${path} was opened`);
}

describe("opening", () => {
  test("the directory is made when it is missing, and the next opening finds what was written", async () => {
    path = join(directory, "data", "deep", "parley.db");
    await filled(3);
    const { store } = openSqlite({ path });
    expect(await store.load("t", 0)).toHaveLength(3);
    await store.close();
  });

  test("the same file cannot be opened twice for writing, also not under another name", async () => {
    const { store } = openSqlite({ path });
    await symlink(path, join(directory, "alias.db"));
    expect(() => openSqlite({ path })).toThrow(/another Parley is running/);
    expect(() => openSqlite({ path: join(directory, "alias.db") })).toThrow(/alias\.db: another Parley is running/);
    expect((await store.commit(commitOf("t", 0, [said("not disturbed")]))).kind).toBe("ok");
    // Nor did the tries let go of what keeps other processes out.
    expect(await takenElsewhere(`${path}-lock`)).toBe("SQLITE_BUSY");
    await store.close();
    const again = openSqlite({ path });
    expect(await again.store.load("t", 0)).toHaveLength(1);
    await again.store.close();
  });

  test("nor by a link that was made before there was a file, and the file is made where the link says", async () => {
    const link = join(directory, "link.db");
    await symlink(path, link);
    const { store } = openSqlite({ path: link });
    await store.commit(commitOf("t", 0, [said("one")]));
    for (const name of [path, link]) expect(() => openSqlite({ path: name })).toThrow(/another Parley is running/);
    await store.close();
    const { store: again } = openSqlite({ path });
    expect(await again.load("t", 0)).toHaveLength(1);
    await again.close();
  });

  test("a reader sees what was written before and while it reads, and writes nothing", async () => {
    await filled(2);
    const { store } = openSqlite({ path });
    const reader = openSqliteReadOnly({ path });
    await store.commit(commitOf("t", 2, [said("three")], { posts: [{ event: 0, kind: "turn", part: 0 }] }));
    await store.receive({ id: "Ev1", at: "2026-01-05T09:00:00.000Z", body: "{}" });
    expect(await reader.load("t", 0)).toEqual(await store.load("t", 0));
    expect(await reader.duePosts(undefined, 10)).toHaveLength(1);
    expect(await reader.unhandled(10)).toHaveLength(1);
    await expect((reader as unknown as Store).commit(commitOf("t", 3, [said("four")]))).rejects.toThrow(
      /cannot be opened or written \(SQLITE_READONLY/,
    );
    await reader.close();
    await store.close();
  });
});

describe("a file that cannot be used is refused with its name and the mend, and nothing is overwritten", () => {
  test("a database of a newer Parley", async () => {
    await filled();
    elsewhere("PRAGMA user_version = 99").close();
    expect(await refusal()).toMatch(/was written by a newer Parley \(its schema is 99, this one knows \d+\)\. Update Parley/);
  });

  test("a database of a newer Parley that was killed: its write-ahead log is left as it is, too", async () => {
    await filled();
    const newer = elsewhere("PRAGMA user_version = 99; CREATE TABLE future (x); INSERT INTO future VALUES (1)");
    const copy = join(directory, "copy.db");
    for (const suffix of ["", "-wal"]) await copyFile(`${path}${suffix}`, `${copy}${suffix}`);
    newer.close();
    path = copy;
    const log = await readFile(`${path}-wal`);
    expect(log.byteLength).toBeGreaterThan(0);
    expect(await refusal()).toMatch(/newer Parley/);
    expect((await readFile(`${path}-wal`)).equals(log)).toBe(true);
  });

  test("a database of another program", async () => {
    elsewhere("CREATE TABLE invoices (id); PRAGMA journal_mode = DELETE").close();
    expect(await refusal()).toMatch(/is a database of another program\. Name another file/);
  });

  test("a text file", async () => {
    await writeFile(path, "agents:\n  - name: Coder\n".repeat(200));
    expect(await refusal()).toMatch(/is damaged or not a SQLite database/);
  });

  test("a database that was cut short", async () => {
    await filled(50);
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, 8_192));
    expect(await refusal()).toMatch(/is damaged.*Move it away with its -wal and -shm, and restore a backup/);
  });

  test("a database with garbage in the middle is found out by reading it", async () => {
    await filled(1_000);
    const bytes = await readFile(path);
    bytes.fill(0x5a, bytes.byteLength / 2);
    await writeFile(path, bytes);
    const { store } = openSqlite({ path });
    await expect(store.load("t", 0)).rejects.toThrow(StoreError);
    await expect(store.load("t", 0)).rejects.toThrow(/parley\.db: is damaged/);
    await store.close();
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  test("a directory", async () => {
    await mkdir(path);
    for (const open of [openSqlite, openSqliteReadOnly])
      expect(() => open({ path })).toThrow(`${path}: is not a file, but a directory or a device. Name a file in it`);
    expect(await readdir(path)).toEqual([]);
  });

  test("a path through a file", async () => {
    await writeFile(path, "not a directory");
    path = join(path, "parley.db");
    expect(() => openSqlite({ path })).toThrow(StoreError);
    expect(() => openSqlite({ path })).toThrow(`${path}: cannot be opened (`);
  });

  test("no database at all, for a reader, which does not make one", async () => {
    expect(() => openSqliteReadOnly({ path })).toThrow(`${path}: there is no database.`);
    expect(await readdir(directory)).toEqual([]);
  });

  test("a database that another program has locked", async () => {
    await filled();
    const other = elsewhere("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
    const before = await readFile(path);
    expect(() => openSqlite({ path })).toThrow(StoreError);
    expect(() => openSqlite({ path })).toThrow(`${path}: another program holds a lock on it. Close that program`);
    expect((await readFile(path)).equals(before)).toBe(true);
    other.close();
    const { store } = openSqlite({ path });
    expect(await store.load("t", 0)).toHaveLength(1);
    await store.close();
  });

  test("a database that another program locks later: the commit fails, and the next one goes through", async () => {
    const { store } = openSqlite({ path });
    const other = elsewhere("BEGIN IMMEDIATE");
    await expect(store.commit(commitOf("t", 0, [said("kept out")]))).rejects.toThrow(/parley\.db: another program holds a lock on it/);
    other.exec("ROLLBACK");
    other.close();
    expect((await store.commit(commitOf("t", 0, [said("let in")]))).kind).toBe("ok");
    expect(await store.load("t", 0)).toHaveLength(1);
    await store.close();
  });

  test("a database that is taken away, or replaced, while it is open: nothing is written that would be lost, until it is back", async () => {
    const { store } = openSqlite({ path });
    expect((await store.commit(commitOf("t", 0, [said("one")]))).kind).toBe("ok");
    const away = join(directory, "away.db");
    await rename(path, away);
    // The look before the first commit is good for a tenth of a second.
    const nowMs = performance.now();
    vi.spyOn(performance, "now").mockImplementation(() => nowMs + 100);
    const kept = () => store.commit(commitOf("t", 1, [said("two")]));
    await expect(kept()).rejects.toThrow(/parley\.db: the file is gone.*start Parley again/);
    await expect(store.receive({ id: "Ev1", at: "2026-01-05T09:00:00.000Z", body: "{}" })).rejects.toThrow(StoreError);
    await copyFile(away, path);
    await expect(kept()).rejects.toThrow(/parley\.db: another file stands in its place/);
    await rename(away, path);
    expect((await kept()).kind).toBe("ok");
    await store.close();
    const { store: again } = openSqlite({ path });
    expect(await again.load("t", 0)).toHaveLength(2);
    await again.close();
  });

  test("a database, or a directory, that may not be written", async () => {
    await filled();
    const before = await readFile(path);
    const open = async () => (await runChild(process.execPath, [join(import.meta.dirname, "child.ts"), "open", path])).out.trim();
    await chmod(directory, 0o777);
    await chmod(`${path}-lock`, 0o666);
    await chmod(path, 0o444);
    expect(await open()).toBe(
      `${path}: cannot be opened (EACCES). Check that the user who runs Parley may write this file and its directory.`,
    );
    await chmod(path, 0o666);
    expect(await open()).toBe("opened");
    await chmod(`${path}-lock`, 0o444);
    expect(await open()).toMatch(/cannot be opened \(EACCES\)/);
    await chmod(`${path}-lock`, 0o666);
    await chmod(directory, 0o555);
    expect(await open()).toMatch(/cannot be opened \(EACCES\)/);
    await chmod(directory, 0o755);
    expect((await readFile(path)).equals(before)).toBe(true);
  });
});

describe("migrations", () => {
  const first = "CREATE TABLE a (x); INSERT INTO a VALUES (1);";

  test("each runs once, in order", () => {
    const db = new Database(path);
    migrate(db, [first]);
    migrate(db, [first, "ALTER TABLE a ADD COLUMN y DEFAULT 2;"]);
    migrate(db, [first, "ALTER TABLE a ADD COLUMN y DEFAULT 2;"]);
    expect(db.prepare("SELECT x, y FROM a").all()).toEqual([{ x: 1, y: 2 }]);
    expect(db.pragma("user_version", { simple: true })).toBe(2);
    db.close();
  });

  test("one that fails leaves the version before it, whole", () => {
    const db = new Database(path);
    expect(() => migrate(db, [first, "CREATE TABLE b (x); DELETE FROM a; INSERT INTO nowhere VALUES (1);"])).toThrow(
      /no such table: nowhere/,
    );
    expect(db.pragma("user_version", { simple: true })).toBe(1);
    expect(db.prepare("SELECT name FROM sqlite_schema").pluck().all()).toEqual(["a"]);
    expect(db.prepare("SELECT x FROM a").all()).toEqual([{ x: 1 }]);
    db.close();
  });
});
