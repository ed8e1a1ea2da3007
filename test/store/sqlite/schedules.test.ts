import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import { SCHEDULE_BYTES_MAX } from "../../../src/store/schedules/schedules.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { StoreError } from "../../../src/store/store.ts";

function open(path = ":memory:") {
  const opened = openSqlite({ path });
  onTestFinished(() => opened.store.close());
  return opened;
}
const row = (id: string, more: object = {}) => ({
  workspace: "T1",
  id,
  owner: "U1",
  place: "C1",
  value: { id },
  revision: 0,
  ...more,
});
const by = { workspace: "T1", person: { id: "U1", name: "Ada" }, deed: "schedule", subject: "a", allowed: true };

test("what is put is there after the next opening, and the decision with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-schedules-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const first = openSqlite({ path: join(folder, "a.db") });
  expect(await first.schedules.put(row("a", { dueAt: 10, decision: by }))).toBe(true);
  await first.store.close();
  const { schedules, settings } = open(join(folder, "a.db"));
  expect(await schedules.get("T1", "a")).toEqual({ ...row("a"), revision: 1 });
  expect(await schedules.nextDue("T1")).toBe(10);
  expect(await settings.decisions("T1", { limit: 5 })).toMatchObject([by]);
});

test("of two who put the same one, also through openers of their own, the second is told, and nothing of it is written", async () => {
  const one = open();
  const other = one.beside();
  await one.schedules.put(row("a", { dueAt: 10 }));
  const [kept] = await other.schedules.due("T1", 10, 5);
  const both = await Promise.all([
    one.schedules.put({ ...row("a"), value: "one", revision: 1 }),
    other.schedules.put({ ...row("a"), value: "other", revision: kept?.revision ?? 0, decision: by }),
  ]);
  expect(both).toEqual([true, false]);
  expect(await other.schedules.get("T1", "a")).toMatchObject({ value: "one", revision: 2 });
  expect(await one.settings.decisions("T1", { limit: 5 })).toEqual([]);
  await other.store.close();
});

test("what is due comes by time, of its workspace alone, and what has no time never", async () => {
  const { schedules } = open();
  for (const [id, dueAt] of [
    ["c", 30],
    ["a", 20],
    ["b", 10],
    ["n", undefined],
  ] as const)
    await schedules.put(row(id, { dueAt }));
  await schedules.put(row("x", { workspace: "T2", dueAt: 1 }));
  expect((await schedules.due("T1", 20, 5)).map(({ id }) => id)).toEqual(["b", "a"]);
  expect((await schedules.due("T1", 99, 1)).map(({ id }) => id)).toEqual(["b"]);
  expect((await schedules.list("T1")).map(({ id }) => id)).toEqual(["a", "b", "c", "n"]);
  await schedules.put({ ...row("b"), value: undefined, revision: 1 });
  expect([await schedules.nextDue("T1"), await schedules.nextDue("T3"), await schedules.get("T1", "b")]).toEqual([
    20,
    undefined,
    undefined,
  ]);
});

test("who follows hears of what others put, and not of what they could not", async () => {
  const one = open();
  const other = one.beside();
  const heard: string[] = [];
  other.schedules.follow((workspace) => void heard.push(workspace));
  await one.schedules.put(row("a"));
  await one.schedules.put(row("a"));
  await other.store.close();
  await one.schedules.put({ ...row("a"), revision: 1 });
  expect(heard).toEqual(["T1"]);
});

test("one that is too large is refused, and says so", async () => {
  const { schedules } = open();
  await expect(schedules.put(row("a", { value: "x".repeat(SCHEDULE_BYTES_MAX) }))).rejects.toThrow(StoreError);
  expect(await schedules.get("T1", "a")).toBeUndefined();
});

test("with a person, a place or a workspace their schedules are forgotten, and others' name the person no more", async () => {
  const { store, schedules, forgetter } = open();
  const forgetting = createForgetting({ store, rewrite: (_thread, rewrite) => rewrite(), forgetter, compacts: "now" });
  const start = async () => {
    for (const { id, revision } of await schedules.list("T1")) await schedules.put({ ...row(id), value: undefined, revision });
    await schedules.put(row("mine", { value: { owner: { id: "U1", name: "Ada" } } }));
    await schedules.put(row("theirs", { owner: "U2", place: "C2", value: { by: { id: "U1", name: "Ada" } } }));
  };
  const left = async () => (await schedules.list("T1")).map(({ id }) => id);
  await start();
  await forgetting.forget({ kind: "person", person: "U1" }, by);
  expect(await left()).toEqual(["theirs"]);
  expect(JSON.stringify(await schedules.list("T1"))).not.toMatch(/U1|Ada/);
  // Who had read it before does not bring the name back.
  const stale = row("theirs", { owner: "U2", place: "C2", value: { by: { id: "U1", name: "Ada" } }, revision: 1 });
  expect(await schedules.put(stale)).toBe(false);
  await start();
  await forgetting.forget({ kind: "scope", scope: "T1/C2" }, by);
  expect(await left()).toEqual(["mine"]);
  await start();
  await forgetting.forget({ kind: "workspace", workspace: "T1" }, by);
  expect(await left()).toEqual([]);
});
