import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "parley-inbox-"))));
afterEach(() => rm(folder, { recursive: true }));

const AT = "2026-01-05T09:00:00.000Z";
const envelope = (id: string) => ({ id, at: AT, body: "{}" });

test("of a thousand envelopes that come at once each is written down, in order, and one that comes twice is new once", async () => {
  const { store } = openSqlite({ path: join(folder, "parley.db") });
  const ids = Array.from({ length: 1_000 }, (_, index) => `Ev${index}`);
  const areNew = await Promise.all([...ids, "Ev7", "Ev7"].map((id) => store.receive(envelope(id))));
  expect(areNew.filter(Boolean)).toHaveLength(1_000);
  expect(areNew.slice(-2)).toEqual([false, false]);
  expect((await store.unhandled(2_000)).map(({ id }) => id)).toEqual(ids);
  await store.close();
});

test("what is not on the disk when the store is closed was not received, so that it is not acked", async () => {
  const { store } = openSqlite({ path: join(folder, "parley.db") });
  const received = store.receive(envelope("Ev1"));
  await Promise.all([expect(received).rejects.toThrow("the database has been closed"), store.close()]);
  const again = openSqlite({ path: join(folder, "parley.db") });
  expect(await again.store.unhandled(10)).toEqual([]);
  await again.store.close();
});
