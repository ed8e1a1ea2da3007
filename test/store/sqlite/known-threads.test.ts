import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Commit } from "../../../src/store/store.ts";

const said = (thread: string, afterSeq: number): Commit => ({
  thread,
  workspace: "w",
  afterSeq,
  at: "2026-01-01T00:00:00.000Z",
  events: [{ type: "message.posted", agent: "Ada", text: `${thread} ${afterSeq + 1}`, model: "m" }],
  posts: [],
  wake: "keep",
});

test("a thread that is gone is not taken for the one that has its number by now, although as much was said there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-known-"));
  const path = join(folder, "parley.db");
  const { store } = openSqlite({ path });
  const beside = new Database(path);
  try {
    for (const afterSeq of [0, 1, 2]) expect(await store.commit(said("one", afterSeq))).toMatchObject({ kind: "ok" });
    expect(await store.commit(said("one", 1))).toEqual({ kind: "stale", lastSeq: 3 });
    beside.exec("DELETE FROM events; UPDATE threads SET name = 'other'");
    expect(await store.commit(said("one", 3))).toEqual({ kind: "stale", lastSeq: 0 });
    expect(await store.commit(said("one", 0))).toMatchObject({ kind: "ok" });
    expect(await store.commit(said("one", 1))).toMatchObject({ kind: "ok" });
    expect((await store.load("one", 0)).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await store.load("other", 0)).toEqual([]);
  } finally {
    beside.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
