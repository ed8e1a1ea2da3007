import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { findForkPoint, writeForkHere } from "../../../src/cli/run/fork.ts";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { parley, terminal } from "../here.ts";
import { eventsIn, folder, QUESTION, TALK } from "../stories.ts";

const run = (cwd: string, args: readonly string[], typed?: string) =>
  parley(["run", "--json", "--db", "log.db", ...args], { cwd, ...(typed === undefined ? {} : { typed }) });
const started = (events: readonly RunEvent[]) => events.find((event) => event.type === "run.started");
const said = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "message.posted" ? [`${"agent" in event ? event.agent : "person"}: ${event.text}`] : []));

describe("a fork", () => {
  test("begins with a copy of the log, and another team goes on; the run itself stays as it is", async () => {
    const cwd = folder(TALK);
    const first = eventsIn((await run(cwd, ["Talk"])).out);
    expect(said(first)).toEqual(["person: Talk", "Ana: Hello Ben.", "Ben: How are you?", "Ana: Fine. DONE"]);
    const { code, out, err } = await run(cwd, ["--fork", "last@4", "--team", "swarm"]);
    expect(err).toBe("");
    expect(code).toBe(0);
    const fork = eventsIn(out);
    expect(said(fork)).toEqual(["person: Talk", "Ana: Hello Ben.", "Ana: Fine. DONE"]); // A swarm leaves the floor where it is.
    expect(fork.slice(1, 4)).toEqual(first.slice(1, 4));
    const before = started(first);
    expect(started(fork)).toMatchObject({ seq: 1, at: before?.at, team: "swarm", forkedFrom: { run: before?.run, seq: 4, team: "pair" } });
    expect(started(fork)?.run).not.toBe(before?.run);
    expect(started(fork)?.teamHash).not.toBe(before?.teamHash);
    expect(fork.map((event) => event.seq)).toEqual(fork.map((_, index) => index + 1));

    const kept = await parley(["export", before?.run ?? "", "--json", "--db", "log.db"], { cwd });
    expect(eventsIn(kept.out)).toEqual(first);
    expect(await parley(["replay", started(fork)?.run ?? "", "--db", "log.db"], { cwd })).toMatchObject({ code: 0 });
  });

  test("at a question asks it again, and another answer makes another story", async () => {
    const cwd = folder(QUESTION);
    const first = eventsIn((await run(cwd, ["Drink"], "tea\n")).out);
    expect(said(first)).toContain("Ana: tea it is.");
    const asked = first.find((event) => event.type === "handoff.made")?.seq ?? 0;
    const here = terminal({ cwd, typed: "2\n" });
    expect(await main(["run", "--db", "log.db", "--fork", `last@${asked}`], here.io)).toBe(0);
    expect(here.err()).toMatch(/^Forked \S+ \(pair\) after its event \d+; pair goes on\.\n/);
    expect(here.out()).toContain("? Which?\n  1. tea\n  2. coffee\n");
    expect(here.out()).toContain("coffee it is.");
    const words = await run(cwd, ["--fork", `${started(first)?.run}@${asked}`, "milk"]);
    expect(said(eventsIn(words.out))).toContain("Ana: milk it is.");
  });

  test("of a run that had ended needs a new task, and is a new run in the copy", async () => {
    const cwd = folder('{ Ana: ["One. DONE", "Two. DONE"], Ben: [Here. DONE] }');
    await run(cwd, ["Talk"]);
    const without = await run(cwd, ["--fork", "last"]);
    expect(without).toMatchObject({
      code: 2,
      err: expect.stringContaining("Give the fork a new task, or fork at an earlier event.") as string,
    });
    const { out, code } = await run(cwd, ["--fork", "last", "And", "then?"]);
    expect(code).toBe(0);
    expect(said(eventsIn(out))).toEqual(["person: Talk", "Ana: One. DONE", "person: And then?", "Ben: Here. DONE"]);
  });

  test("without --db reads where the run is and keeps the fork in memory", async () => {
    const cwd = folder(TALK);
    const first = eventsIn((await run(cwd, ["Talk"])).out);
    const { code, out } = await parley(["run", "--json", "--fork", "last@4"], { cwd, env: { PARLEY_DB: "log.db" } });
    expect(code).toBe(0);
    expect(said(eventsIn(out))).toEqual(said(first));
    expect(eventsIn((await parley(["export", "last", "--json", "--db", "log.db"], { cwd })).out)).toEqual(first);
  });

  test("has no word that was forgotten while it was begun", async () => {
    const cwd = folder(TALK);
    await run(cwd, ["Talk"]);
    const path = join(cwd, "log.db");
    const reader = openSqliteReadOnly({ path });
    const point = await findForkPoint(reader, "last@4");
    await reader.close();
    const written = async () => {
      const { store } = openSqlite({ path });
      try {
        return JSON.stringify(await writeForkHere({ store, teams: {} }, point, { team: "swarm", isKept: true }));
      } finally {
        await store.close();
      }
    };
    expect(await written()).toContain("Hello Ben.");
    expect(await parley(["forget", "thread", point.thread, "--db", "log.db"], { cwd })).toMatchObject({ code: 0 });
    await expect(written().then((text) => text.includes("Hello Ben."))).resolves.toBe(false);
  });

  test.each([
    ["nobody@3", 'There is no run or thread "nobody"'],
    ["last@99", "there is no event 99 in it"],
    ["last@0", "there is no event 0 in it"],
  ])("%s is told to be bad usage", async (point, message) => {
    const cwd = folder(TALK);
    await run(cwd, ["Talk"]);
    const { code, err } = await run(cwd, ["--fork", point]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test("whose team is gone from the file says so", async () => {
    const cwd = folder(TALK);
    await run(cwd, ["Talk"]);
    writeFileSync(
      join(cwd, "other.yml"),
      "models: { m: { provider: replay, file: replies.yml } }\nteams: { solo: { description: One., speakers: { policy: round-robin }, agents: [{ name: Ana, description: Talks., model: m }] } }\n",
    );
    const { code, err } = await run(cwd, ["--fork", "last@4", "--file", "other.yml"]);
    expect(code).toBe(2);
    expect(err).toContain('other.yml has no team "pair"; it has solo.');
  });
});

test("a database in which a run of Slack is unfinished is left to parley start: nobody here would post it", async () => {
  const cwd = folder(TALK);
  const { store } = openSqlite({ path: join(cwd, "log.db") });
  const event = { type: "run.started", run: "r", team: "pair", startedBy: { id: "U1", name: "Maria" } } as const;
  await store.commit({
    thread: "T/C/1",
    workspace: "T",
    afterSeq: 0,
    at: "2026-01-05T09:00:00.000Z",
    events: [event],
    posts: [],
    wake: "now",
  });
  await store.close();
  const { code, err, out } = await run(cwd, ["Talk"]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/a run of Slack is unfinished in .*log\.db, which parley start goes on with\. Name another database with --db\./);
});
