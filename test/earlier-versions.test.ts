import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadSettings } from "../src/config/load.ts";
import { systemClock, type Clock } from "../src/engine/clock.ts";
import { createParley, currentRun, isWaiting, type Parley, type RunEvent } from "../src/parley.ts";
import { parley as command } from "./cli/here.ts";
import { fakeExecutor, ran } from "./config/fake-executor.ts";

const LOGS = join(import.meta.dirname, "fixtures/logs");
const VERSIONS = readdirSync(LOGS, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const PERSON = { id: "terminal", name: "Maria" };

test("there is a database of each version whose logs must open", () => {
  expect(VERSIONS).toContain("2026-11-28");
});

describe.each(VERSIONS)("a database, a team file and waiting runs of %s", (version) => {
  let cwd: string;
  let here: Parley | undefined;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "parley-earlier-"));
    cpSync(join(LOGS, version), cwd, { recursive: true });
  });
  afterEach(async () => {
    await here?.stop();
    here = undefined;
    rmSync(cwd, { recursive: true, force: true });
  });

  /** Time goes on a moment after what was written last: a question and an approval of long ago would have run out. */
  const open = async () => {
    const behindMs = Date.now() - Date.parse(newest()) - 1_000;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() - behindMs };
    return (here = await createParley({
      settings: loadSettings({ env: {}, cwd }),
      clock,
      env: {},
      dbPath: join(cwd, "log.db"),
      executor: fakeExecutor(() => ran("42\n")),
      log: (line) => expect.fail(line),
    }));
  };

  function newest(): string {
    // Not by Parley, which would bring it up to date first.
    const db = new Database(join(cwd, "log.db"), { readonly: true });
    const at = db.prepare<[], string>("SELECT max(at) FROM threads").pluck().get();
    db.close();
    return at ?? "";
  }

  async function threadOf(parley: Parley, team: string): Promise<string> {
    for (const { thread } of await parley.store.recent(100)) {
      const { events } = await parley.runner.read(thread);
      if (events.some((event) => event.type === "run.started" && event.team === team)) return thread;
    }
    throw new Error(`no run of ${team}`);
  }

  /** The log when its run has stopped. */
  async function stopped(parley: Parley, thread: string): Promise<readonly RunEvent[]> {
    const ended = Promise.withResolvers<void>();
    const look = async () => {
      if (!currentRun(await parley.runner.read(thread)).running) ended.resolve();
    };
    const unfollow = parley.runner.follow((where, item) => {
      if (where === thread && item.type === "run.stopped") ended.resolve();
    });
    await look();
    await ended.promise;
    unfollow();
    return (await parley.runner.read(thread)).events;
  }

  test("open, and each log is folded as it was", async () => {
    const parley = await open();
    const story = await parley.runner.read(await threadOf(parley, "story"));
    expect(currentRun(story)).toMatchObject({ running: false, turns: 4, usage: { calls: 8 }, priced: false });
    expect(story.events.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
    const office = await parley.runner.read(await threadOf(parley, "office"));
    expect(isWaiting(office)).toBe(true);
    expect(currentRun(office).questions).toMatchObject([{ agent: "Ana", participant: "Desk", text: "Which day?" }]);
    const code = await parley.runner.read(await threadOf(parley, "code"));
    expect(isWaiting(code)).toBe(true);
    expect(currentRun(code)).toMatchObject({ openTurns: ["Runner"], turns: 1 });
  });

  test("go on: an answer, and a yes, bring each run to its end with the settings that it began with", async () => {
    const parley = await open();
    await parley.start();
    const office = await threadOf(parley, "office");
    const said = { thread: office, workspace: "terminal", person: PERSON, text: "Friday", id: "answer-1", addressed: false };
    expect(await parley.runner.say(said)).toMatchObject({ kind: "answered", left: 0 });
    const ended = await stopped(parley, office);
    expect(ended.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
    expect(ended.some((event) => event.type === "message.posted" && "agent" in event && event.text === "Friday it is.")).toBe(true);

    const code = await threadOf(parley, "code");
    const asked = (await parley.runner.read(code)).events.find((event) => event.type === "approval.requested");
    if (asked?.type !== "approval.requested") throw new Error("it waits for a yes");
    expect(await parley.runner.approve(code, { call: asked.call, approved: true, person: PERSON })).toBe(true);
    const run = await stopped(parley, code);
    expect(run.find((event) => event.type === "code.ran")).toMatchObject({ outcome: "ok", output: "42\n" });
    expect(run.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
  });

  test("play again as they were recorded, also where they wait", async () => {
    const parley = await open();
    for (const team of ["story", "office", "code"]) {
      const run = (await parley.runner.read(await threadOf(parley, team))).events[0];
      if (run?.type !== "run.started") throw new Error("a log begins with its run");
      const { code, out } = await command(["replay", run.run, "--db", "log.db"], { cwd });
      expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^\d+ events, identical\n$/) as string });
    }
  });
});
