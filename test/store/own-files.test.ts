import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readableByOthers } from "../../src/store/own-files.ts";
import { backupSqlite } from "../../src/store/sqlite/upkeep/backup.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { commitOf } from "../../src/store/contracts/commits.ts";

let folder: string;
let mask: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-own-"));
  // As most systems have it: what is made can be read by everybody.
  mask = process.umask(0o022);
});
afterEach(() => {
  process.umask(mask);
  rmSync(folder, { recursive: true, force: true });
});

const modeOf = (file: string) => statSync(file).mode & 0o777;
const said = { type: "message.posted", person: { id: "U1", name: "Maria" }, text: "in private", id: "m1" } as const;

test("the database, its write-ahead log, its shared memory, its lock, its folder and its backups are for their owner alone", async () => {
  const path = join(folder, "data", "parley.db");
  const { store } = openSqlite({ path, now: () => 0 });
  await store.commit(commitOf("t", 0, [said]));
  try {
    expect(["", "-wal", "-shm", "-lock"].map((suffix) => modeOf(`${path}${suffix}`))).toEqual([0o600, 0o600, 0o600, 0o600]);
    expect(modeOf(join(folder, "data"))).toBe(0o700);
    const to = join(folder, "copy.db");
    await backupSqlite({ path, to });
    expect(modeOf(to)).toBe(0o600);
  } finally {
    await store.close();
  }
});

test("files that an earlier version has made are taken from others when they are opened", async () => {
  const path = join(folder, "parley.db");
  const first = openSqlite({ path, now: () => 0 });
  await first.store.commit(commitOf("t", 0, [said]));
  await first.store.close();
  for (const suffix of ["", "-lock"]) chmodSync(`${path}${suffix}`, 0o644);
  expect(readableByOthers(path)).toEqual([
    { file: path, mode: 0o644 },
    { file: `${path}-lock`, mode: 0o644 },
  ]);
  const second = openSqlite({ path, now: () => 0 });
  try {
    expect(readableByOthers(path)).toEqual([]);
    expect(await second.store.load("t", 0)).toHaveLength(1);
  } finally {
    await second.store.close();
  }
});
