import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DECISION_CHARS_MAX, SETTING_BYTES_MAX } from "../../../src/store/settings.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

let directory: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-settings-"));
});
afterAll(() => rm(directory, { recursive: true }));

const ADA = { id: "U1", name: "Ada" };
const by = (deed: string, workspace = "T1") => ({ workspace, person: ADA, deed, subject: "channel/C1", allowed: true });

test("what is set is there after the next opening, and the decision with it", async () => {
  const path = join(directory, `${files++}.db`);
  const first = openSqlite({ path, now: () => 0 });
  expect(await first.settings.get("T1", "channel/C1")).toBeUndefined();
  expect(await first.settings.put({ name: "channel/C1", value: { quiet: true }, revision: 0, decision: by("set channel") })).toBe(true);
  await first.store.close();
  const again = openSqlite({ path });
  expect(await again.settings.get("T1", "channel/C1")).toEqual({ name: "channel/C1", value: { quiet: true }, revision: 1 });
  expect(await again.settings.decisions("T1", { limit: 5 })).toEqual([{ id: 1, at: "1970-01-01T00:00:00.000Z", ...by("set channel") }]);
  await again.store.close();
});

test("of two people who change the same thing, the second is told, and nothing of it is written", async () => {
  const { settings, store } = openSqlite({ path: ":memory:" });
  const put = (value: unknown, revision: number) => settings.put({ name: "team/a", value, revision, decision: by("set") });
  expect(await put("one", 0)).toBe(true);
  expect(await put("other", 0)).toBe(false);
  expect(await put("two", 1)).toBe(true);
  expect(await put(undefined, 1)).toBe(false);
  expect(await settings.get("T1", "team/a")).toMatchObject({ value: "two", revision: 2 });
  expect(await put(undefined, 2)).toBe(true);
  expect(await settings.get("T1", "team/a")).toBeUndefined();
  expect(await settings.decisions("T1", { limit: 9 })).toHaveLength(3);
  await store.close();
});

test("a workspace sees its own settings and decisions alone, and a name holds no wildcard", async () => {
  const { settings, store } = openSqlite({ path: ":memory:" });
  for (const [workspace, name] of [
    ["T1", "team/100%"],
    ["T1", "team/100_x"],
    ["T1", "teams"],
    ["T2", "team/100%"],
  ] as const)
    await settings.put({ name, value: workspace, revision: 0, decision: by("set", workspace) });
  expect((await settings.list("T1", "team/")).map(({ name, value }) => [name, value])).toEqual([
    ["team/100%", "T1"],
    ["team/100_x", "T1"],
  ]);
  expect(await settings.list("T1", "team/100%")).toHaveLength(1);
  expect(await settings.decisions("T2", { limit: 9 })).toHaveLength(1);
  expect((await settings.decisions("T1", { limit: 2 })).map(({ id }) => id)).toEqual([3, 2]);
  expect((await settings.decisions("T1", { limit: 2, before: 2 })).map(({ id }) => id)).toEqual([1]);
  await store.close();
});

test("what no person can have made is refused, and a decision's long words are cut", async () => {
  const { settings, store } = openSqlite({ path: ":memory:" });
  const large = settings.put({ name: "team/a", value: "x".repeat(SETTING_BYTES_MAX), revision: 0, decision: by("set") });
  await expect(large).rejects.toThrow(/setting team\/a: has \d+ bytes; at most 262144 are kept\. Shorten it\./);
  await expect(settings.put({ name: "n".repeat(201), value: 1, revision: 0, decision: by("set") })).rejects.toThrow(
    /its name has 201 characters/,
  );
  await settings.record({ ...by("approve"), allowed: false, detail: "y".repeat(9_000) });
  expect(await settings.decisions("T1", { limit: 1 })).toMatchObject([{ allowed: false, detail: "y".repeat(DECISION_CHARS_MAX) }]);
  await store.close();
});

test("a decision that is told again under its key is recorded once, in each workspace", async () => {
  const { settings, store } = openSqlite({ path: ":memory:" });
  for (const workspace of ["T1", "T1", "T2"]) await settings.record({ ...by("stop", workspace), key: "thread#7" });
  for (let times = 0; times < 2; times++) await settings.record(by("stop"));
  expect(await settings.decisions("T1", { limit: 9 })).toHaveLength(3);
  expect(await settings.decisions("T2", { limit: 9 })).toHaveLength(1);
  expect(await settings.workspaces()).toEqual(["T1", "T2"]);
  await store.close();
});
