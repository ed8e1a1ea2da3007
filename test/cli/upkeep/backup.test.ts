import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { eventsIn, folder, TALK } from "../stories.ts";
import { parley } from "../here.ts";

/** A folder in which one run has been had, kept in `data/parley.db`. */
async function talked(): Promise<string> {
  const cwd = folder(TALK);
  expect((await parley(["run", "--team", "pair", "--db", "data/parley.db", "Say hello"], { cwd })).code).toBe(0);
  return cwd;
}

test("parley backup copies the database, says how much, and parley export reads the copy", async () => {
  const cwd = await talked();
  const { code, out } = await parley(["backup", "copy.db"], { cwd });
  expect(out).toMatch(/^Backed up \d+ events of 1 threads to copy\.db \(0\.\d MiB\), and read it through\.$/m);
  expect(code).toBe(0);
  const logs = await Promise.all(
    ["data/parley.db", "copy.db"].map(async (db) => eventsIn((await parley(["export", "last", "--json", "--db", db], { cwd })).out)),
  );
  expect(logs[1]).toEqual(logs[0]);
});

test("parley backup overwrites nothing, and leaves nothing where it fails", async () => {
  const cwd = await talked();
  await parley(["backup", "copy.db"], { cwd });
  const again = await parley(["backup", "copy.db"], { cwd });
  expect(again).toMatchObject({ code: 1, out: "" });
  expect(again.err).toMatch(/copy\.db: is there already, and a backup overwrites nothing/);
  expect(again.err).not.toContain("    at ");
  expect((await parley(["backup", "other.db", "--db", "gone.db"], { cwd })).err).toContain("there is no database");
  expect(existsSync(join(cwd, "other.db"))).toBe(false);
});

test("parley doctor --db reads the logs through, with a path or without one", async () => {
  const cwd = await talked();
  for (const args of [
    ["doctor", "--db"],
    ["doctor", "--db", "data/parley.db"],
  ]) {
    const { code, out } = await parley(args, { cwd });
    expect(out).toMatch(/^ok {3}logs: \d+ events of 1 threads have no gap and can be read; 0 posts and \d+ files belong to them$/m);
    expect(out).not.toContain("SLACK");
    expect(code).toBe(0);
  }
});

test("parley doctor --db says which thread is wrong, how, and what to do, and exits with 1", async () => {
  const cwd = await talked();
  const db = new Database(join(cwd, "data/parley.db"));
  db.prepare("UPDATE events SET body = json_set(body, '$.type', 'run.begun') WHERE seq = 1").run();
  db.close();
  const { code, out } = await parley(["doctor", "--db"], { cwd });
  expect(out).toMatch(/^fail logs: the log of \S+ cannot be read: line 1: /m);
  expect(out).toMatch(/^warn logs: what to do: end Parley, keep a copy of .*parley backup/m);
  expect(code).toBe(1);
});
