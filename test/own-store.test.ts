import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openParley } from "../src/open-parley.ts";
import { runChild } from "./support/children.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** A store of a stranger's, whose log is seen on the disk; what it is made of is not the point. */
const STORE = `import { defineStore } from "@parley-team/parley";
import { openSqlite } from "${pathToFileURL(join(ROOT, "src/store/sqlite/store.ts")).href}";

export const trips = defineStore({
  name: "trips",
  open(address, clock) {
    const { store, dispatch } = openSqlite({ path: address.replace("trips:", "") + ".trips", ...clock });
    return { store, dispatch };
  },
});
`;

const TEAM = `extensions: [./our-store.ts]
models:
  smart: { provider: replay, file: replies.yml }
teams:
  trip:
    description: Plans a trip.
    agents: [{ name: Guide, model: smart, description: Plans., handoffs: [human] }]
    speakers: { policy: round-robin }
    stop: { textMention: DONE }
`;

const REPLIES = `replies:
  Guide:
    - { toolCalls: [{ name: transfer_to_human, args: { question: "How many are you?" } }] }
    - "A boat for four, then. DONE"
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-own-store-"));
  writeFileSync(join(folder, "our-store.ts"), STORE);
  writeFileSync(join(folder, "parley.yml"), TEAM);
  writeFileSync(join(folder, "replies.yml"), REPLIES);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a program keeps its conversations in the store that an extension of the team file defines, and goes on from it", async () => {
  const database = `trips:${join(folder, "north")}`;
  const said = async (words: string) => {
    const parley = await openParley({ cwd: folder, env: {}, database });
    try {
      const events = await Array.fromAsync(parley.run(words, { thread: "trip-1" }));
      return events.flatMap((event) =>
        event.type === "handoff.made" ? [event.text] : event.type === "message.posted" && "agent" in event ? [event.text] : [],
      );
    } finally {
      await parley.close();
    }
  };
  expect(await said("We want to see fjords.")).toContain("How many are you?");
  expect(existsSync(join(folder, "north.trips"))).toBe(true);
  expect(await said("Four.")).toEqual(["A boat for four, then. DONE"]);
});

test("parley run opens it by --db; a store that nobody defines is named, with those that there are", async () => {
  const run = (db: string) =>
    runChild(process.execPath, [join(ROOT, "src/cli/main.ts"), "run", "--db", db, "We want to see fjords."], { cwd: folder });
  const ran = await run(`trips:${join(folder, "south")}`);
  expect(ran.out + ran.err).toContain("How many are you?");
  expect(existsSync(join(folder, "south.trips"))).toBe(true);
  expect((await run("tips:south")).err).toMatch(/knows no store "tips".*\(trips\)/);
});
