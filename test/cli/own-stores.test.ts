import { join, resolve } from "node:path";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { folderWith } from "../config/team-files.ts";
import { draft } from "../contracts/memory.ts";
import { databaseOf } from "../../src/cli/own-stores.ts";
import { parley, terminal } from "./here.ts";
import { eventsIn } from "./stories.ts";

const SQLITE = resolve(import.meta.dirname, "../../src/store/sqlite/store.ts");

const TEAM = `extensions: [./ours.ts]
models: { m: { provider: replay, file: replies.yml } }
sandbox: { executor: off }
database: trips:north
teams:
  solo:
    description: One.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Talks., model: m }]
    stop: { textMention: DONE }
`;
/** A store of a team's own: what it keeps is in a file that only it knows. */
const OURS = `import { defineStore } from "@parley-team/parley";
import { openSqlite } from ${JSON.stringify(SQLITE)};

export const trips = defineStore({ name: "trips", open: (address, clock) => openSqlite({ path: process.env.TRIPS_FOLDER + "/" + address.slice(6), ...clock }) });
`;

test("what is kept in a store of an extension is brought in, looked at and forgotten there, by the file's address and by --db", async () => {
  const cwd = folderWith({ "parley.yml": TEAM, "replies.yml": "replies: { Ana: [Two boats. DONE] }", "ours.ts": OURS });
  process.env["TRIPS_FOLDER"] = cwd;
  const { out } = await parley(["run", "--json", "How many boats?"], { cwd });
  writeFileSync(join(cwd, "log.jsonl"), eventsIn(out).map((event) => JSON.stringify(event)).join("\n")); // prettier-ignore

  expect(await parley(["import", "log.jsonl", "--thread", "boats"], { cwd })).toMatchObject({ code: 0, err: "" });
  expect(await parley(["import", "log.jsonl", "--thread", "boats", "--db", "trips:south"], { cwd })).toMatchObject({ code: 0 });
  const kept = async () => {
    const { store, memory } = openSqlite({ path: join(cwd, "north") });
    const words = JSON.stringify(await store.load("boats", 0));
    await memory.remember(draft("Boats are blue.", { scope: "terminal" }));
    await store.close();
    return words;
  };
  expect(await kept()).toContain("Two boats.");

  expect((await parley(["memory", "list"], { cwd })).out).toContain("Boats are blue.");
  expect((await parley(["memory", "list", "--db", "trips:south"], { cwd })).out).toBe("Nothing is remembered.\n");
  expect(await parley(["memory", "forget", "1"], { cwd })).toMatchObject({ code: 0, out: expect.stringContaining("Boats are blue.") });

  const dry = await parley(["forget", "thread", "boats", "--dry-run"], { cwd });
  expect(dry).toMatchObject({ code: 0, out: expect.stringContaining("1 thread") });
  expect(await kept()).toContain("Two boats.");
  expect(await parley(["forget", "thread", "boats"], { cwd })).toMatchObject({ code: 0, err: "" });
  expect(await kept()).not.toContain("Two boats.");
});

test("blanks around the address in the environment are none of it, and blanks alone are no address", () => {
  const cwd = folderWith({ "parley.yml": TEAM, "replies.yml": "replies: {}", "ours.ts": OURS });
  const kept = (PARLEY_DB: string) => databaseOf(terminal({ cwd, env: { PARLEY_DB } }).io, undefined);
  expect([kept(" trips:south "), kept("  ")]).toEqual(["trips:south", "trips:north"]);
});

test("of a store that no extension defines is said what is missing", async () => {
  const cwd = folderWith({ "parley.yml": TEAM, "replies.yml": "replies: {}", "ours.ts": OURS, "log.jsonl": "" });
  for (const command of [
    ["memory", "list"],
    ["memory", "forget", "1"],
    ["forget", "thread", "t"],
  ]) {
    const { code, err } = await parley([...command, "--db", "boats:north"], { cwd });
    expect([code, err]).toEqual([1, expect.stringContaining('knows no store "boats"')]);
  }
});
