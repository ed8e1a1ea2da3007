import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { append, said } from "../../../src/store/contracts/commits.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

const POST = { posts: [{ event: 0, kind: "turn", part: 0 }] };

test("what becomes of a post whose thread was forgotten befalls no other one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-posts-"));
  const path = join(folder, "parley.db");
  const { store } = openSqlite({ path });
  try {
    await append(store, "a", [said("one")], POST);
    const [gone] = await store.duePosts("a", 1);
    const beside = new Database(path);
    beside.exec("DELETE FROM outbox");
    beside.close();
    await append(store, "b", [said("one")], POST);
    await store.markSending(gone!.id, "2026-01-05T09:00:01.000Z");
    await store.markDelivered(gone!.id, { gaveUp: "nothing is left of it" });
    expect((await store.duePosts("b", 1)).map(({ sendingSince }) => sendingSince)).toEqual([undefined]);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
