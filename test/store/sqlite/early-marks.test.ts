import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { append, AT, said } from "../../../src/store/contracts/commits.ts";
import type { Connection } from "../../../src/store/sqlite/connection.ts";
import { takeBackMarks } from "../../../src/store/sqlite/outbox.ts";
import { openSqlite, type SqliteOpened } from "../../../src/store/sqlite/store.ts";

const POST = { posts: [{ event: 0, kind: "turn", part: 0 }] };
const LATER = "2026-01-05T09:00:01.000Z";

let folder: string;
let path: string;
let opened: SqliteOpened;
let file: Database.Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-marks-"));
  path = join(folder, "parley.db");
  opened = openSqlite({ path });
  file = new Database(path, { readonly: true });
});
afterEach(async () => {
  file.close();
  await opened.store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As whoever comes after a crash finds it. */
const inFile = (): readonly (string | null)[] =>
  file.prepare<[], string | null>("SELECT sending_since FROM outbox ORDER BY id").pluck().all();
const here = async () => (await opened.store.duePosts(undefined, 100)).map(({ sendingSince }) => sendingSince);

test("a post is marked by the commit that makes it, and is unsent here until it is sent", async () => {
  const { store } = opened;
  await append(store, "a", [said("one")], POST);
  expect(inFile()).toEqual([AT]);
  const [post] = await store.duePosts("a", 1);
  expect(post?.sendingSince).toBeUndefined();
  await store.markSending(post!.id, LATER);
  expect(await here()).toEqual([LATER]);
  expect(inFile()).toEqual([AT]);
});

test("what was not sent is not marked any more behind the end of the process; what was is", async () => {
  await append(opened.store, "a", [said("one"), said("two")], { posts: [0, 1].map((event) => ({ event, kind: "turn", part: 0 })) });
  const [first] = await opened.store.duePosts("a", 1);
  await opened.store.markSending(first!.id, LATER);
  await opened.store.close();
  opened = openSqlite({ path });
  expect(await here()).toEqual([AT, undefined]);
});

test("of many that are due at once a few are marked early, and the others when they are sent; what was delivered counts no more", async () => {
  const { store } = opened;
  for (let at = 0; at < 25; at++) await append(store, `thread ${at}`, [said("one")], POST);
  expect(inFile().filter((since) => since === AT)).toHaveLength(20);
  expect(await here()).toEqual(Array.from({ length: 25 }, () => undefined));
  const due = await store.duePosts(undefined, 100);
  await store.markSending(due.at(-1)!.id, LATER);
  expect(inFile().at(-1)).toBe(LATER);
  await store.markDelivered(due[0]!.id, { receipt: "1.1" });
  await store.markDelivered(due[1]!.id, { gaveUp: "channel_not_found" });
  for (const thread of ["x", "y", "z"]) await append(store, thread, [said("one")], POST);
  expect(inFile().slice(-3)).toEqual([AT, AT, null]);
});

test("of many that are written in one transaction no more are marked early than otherwise", async () => {
  await Promise.all(Array.from({ length: 60 }, (_, at) => append(opened.store, `thread ${at}`, [said("one")], POST)));
  expect(inFile().filter((since) => since === AT)).toHaveLength(20);
  expect(await here()).toEqual(Array.from({ length: 60 }, () => undefined));
});

test("marks that cannot be taken back keep nobody from closing the database", () => {
  const broken = { db: { prepare: () => expect.fail("disk I/O error") } } as unknown as Connection;
  expect(() => takeBackMarks(broken, { unsent: () => [1] })).not.toThrow();
});

test("where the database is open more than once, each post is marked when it is sent", async () => {
  const other = opened.beside();
  await append(opened.store, "a", [said("one")], POST);
  expect(inFile()).toEqual([null]);
  await other.store.close();
});

test("what becomes of a post whose thread was forgotten befalls no other one", async () => {
  const { store } = opened;
  await append(store, "a", [said("one")], POST);
  const [gone] = await store.duePosts("a", 1);
  const beside = new Database(path);
  beside.exec("DELETE FROM outbox");
  beside.close();
  await append(store, "b", [said("one")], POST);
  await store.markSending(gone!.id, LATER);
  await store.markDelivered(gone!.id, { gaveUp: "nothing is left of it" });
  expect(await here()).toEqual([undefined]);
});
