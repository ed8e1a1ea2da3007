import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import type { Target } from "../../../src/store/forgetting.ts";
import { createKeyRing } from "../../../src/store/key-ring.ts";
import type { Opened } from "../../../src/store/own-store.ts";
import type { RunsWanted } from "../../../src/store/runs/finished-runs.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { AT, append, commitOf, said, started, stopped } from "../../../src/store/contracts/commits.ts";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { writeAuditOut } from "../../../src/runner/upkeep/write-audit-out.ts";
import { documentOf, knowledgeContract, passage } from "../../contracts/knowledge.ts";
import { draft, memoryContract } from "../../contracts/memory.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";
import { CASES_LEFT, casesLeft } from "../cases-forgotten.ts";
import { decision, ELSEWHERE, MINE, plant, SAME_PLACE } from "../sqlite/planted-database.ts";
import { PLANTED } from "../sqlite/planted.ts";

describeOnPostgres("on a server", (server) => {
  const { open, settled, closeAll } = openedStores(server);
  afterEach(closeAll);
  const fresh = (now: () => number = () => Date.parse(AT)) => open(server.address(), { now });

  memoryContract("Postgres", async (at) => {
    const { memory, store } = await fresh(() => at);
    return { memory, close: () => store.close() };
  });

  for (const count of [1, 2])
    knowledgeContract(
      `Postgres, of ${count === 1 ? "one opener" : "two openers"}`,
      async (at) => {
        const address = server.address();
        const opened = [await open(address, { now: () => at })];
        if (count === 2) opened.push(await open(address, { now: () => at }));
        const close = async () => void (await Promise.all(opened.map(({ store }) => store.close())));
        return { openers: opened.map(({ knowledge }) => knowledge), close };
      },
      { fills: count === 1 },
    );

  test("what lay in a channel or a workspace goes with it, and a folder's stays", async () => {
    const { knowledge, store, forgetter } = await fresh();
    for (const source of ["T1/C1/files", "T1/C2/files", "folder/abc"]) await knowledge.put(source, documentOf("F1"), [passage("words")]);
    const { forget } = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "now" });
    const left = async () => (await knowledge.sources()).map(({ source }) => source);
    await forget({ kind: "scope", scope: "T1/C1" }, decision("forget channel"));
    expect(await left()).toEqual(["T1/C2/files", "folder/abc"]);
    await forget({ kind: "workspace", workspace: "T1" }, decision("forget workspace"));
    expect(await left()).toEqual(["folder/abc"]);
  });

  test("of processes that name one audit file one writes it, and the next one goes on where it ended", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-audit-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "audit.jsonl");
    const address = server.address();
    const [one, other] = [await open(address), await open(address)];
    const told: string[] = [];
    const write = ({ store, audit }: Opened) =>
      writeAuditOut({ path, store, audit, clock: systemClock, log: (problem) => void told.push(problem) });
    const ids = (): number[] =>
      readFileSync(path, "utf8")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [(JSON.parse(line) as { id: number }).id]));
    const [first, second] = [write(one), write(other)];
    onTestFinished(() => second.close());
    await one.settings.record(decision("stop"));
    await other.settings.record(decision("go on"));
    await settled();
    await until(() => ids().length >= 2);
    await first.close();
    await one.settings.record(decision("stop"));
    await until(() => ids().length >= 3);
    await settled();
    expect([ids(), told]).toEqual([[1, 2, 3], []]);
    writeFileSync(`${path}.txt`, "shopping list\n");
    expect(() => writeAuditOut({ path: `${path}.txt`, ...one, clock: systemClock, log: () => undefined })).toThrow(/is not an audit log/);
  });

  /** The same, done and looked at in both. */
  async function inBoth<T>(story: (opened: Opened) => Promise<T>): Promise<{ readonly sqlite: T; readonly postgres: T }> {
    const opened = openSqlite({ path: ":memory:", now: () => Date.parse(AT) });
    const sqlite = await story(opened);
    await opened.store.close();
    return { sqlite, postgres: await story(await fresh()) };
  }

  /** A person that was forgotten has another name in each database. Ids count anew. */
  const alike = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll(/forgotten-[0-9a-f]{12}/g, "forgotten-…")
        .replaceAll(/Somebody [0-9a-f]{4}/g, "Somebody …")
        .replaceAll(/"id":\d+/g, '"id":0'),
    );

  test("what was kept as a case goes with the words of its thread, and of the one that it copies", async () => {
    expect(await casesLeft(await fresh())).toEqual(CASES_LEFT);
  });

  test("any log that SQLite holds is held byte by byte, whatever a person or a model wrote, and under whatever name", async () => {
    const { store } = await fresh();
    let seq = 0;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
        await store.commit(commitOf("t", seq, [said(text)]));
        expect(await store.load("t", seq++)).toEqual([{ ...said(text), seq, at: AT }]);
        const key = `${seq} ${text}`.toWellFormed();
        await store.putNote(key, key);
        expect(await store.note(key)).toBe(key);
        await append(store, key, [said(text)]);
        expect((await store.recent(1))[0]?.thread).toBeDefined();
        expect(await store.load(key, 0)).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  test("what is remembered is found by the same words, in the same order", async () => {
    const texts = [
      "We deploy on Tuesdays; deploying on Fridays is forbidden.",
      "The café's naïve resumé is in Köln",
      "研究员喜欢咖啡和茶",
      "don't touch src/store/log.ts or https://example.com/a?b=c",
      "Version 3.14 costs 20 %",
      "the the the and of a",
      "NUL \0 and half \ud800 of a pair, it's 'quoted' \\ & | ! ( ) : *",
      "running runners ran",
      "\u{1f680} launch",
    ];
    const queries = [
      "deploy",
      "DEPLOYMENT friday",
      "cafe",
      "koln naive",
      "咖啡",
      "log.ts",
      "example",
      "3.14",
      "the",
      "of",
      "it's",
      "'",
      "& | !",
      "run",
      "laun",
      "rese",
      "\u{1f680}",
      "quoted pair \0",
      "touch nothing deploy",
    ];
    const { sqlite, postgres } = await inBoth(async ({ memory }) => {
      for (const [index, text] of texts.entries()) await memory.remember(draft(text, { call: `c${index}` }));
      return Promise.all(
        queries.map(async (query) => [query, (await memory.recall("T1/C1", { query, limit: 5 })).map(({ text }) => texts.indexOf(text))]),
      );
    });
    expect(postgres).toEqual(sqlite);
    expect(Object.fromEntries(postgres as [string, number[]][])).toMatchObject({
      cafe: [1],
      "DEPLOYMENT friday": [0],
      咖啡: [2],
      the: [5, 1],
    });
  });

  test("runs that are over are found by the same words, places and people", async () => {
    const person = (id: string) => ({ id, name: id });
    const wanted: readonly Partial<RunsWanted>[] = [
      {},
      { words: ["MARMOT"] },
      { words: ["marmots", "ostern;"] },
      { words: ["grö"] },
      { words: ['"', "marmots"] },
      { words: ["badgers"] },
      { team: "sums" },
      { place: "T1/C2" },
      { person: "U2" },
      { reader: "U2", places: [] },
      { limit: 1 },
      { behind: "') OR 1" },
    ];
    const { sqlite, postgres } = await inBoth(async ({ store, runs, forgetter }) => {
      const run = async (
        thread: string,
        words: string,
        more: { readonly by?: string; readonly team?: string; readonly minute?: number } = {},
      ) => {
        const { by = "U1", team = "coding", minute = 0 } = more;
        await append(
          store,
          thread,
          [
            { ...started(), team, startedBy: person(by) } as never,
            { ...said(words), person: person(by) } as never,
            said("Ostern; größer"),
            stopped(),
          ],
          { at: `2026-01-05T09:0${minute}:00.000Z` },
        );
      };
      await run("T1/C1/1", "Look for marmots");
      await run("T1/C1/2", "Reckon", { by: "U2", team: "sums", minute: 1 });
      await run("T1/C2/3", "Secret marmots", { by: "U2", minute: 2 });
      await run("T2/C1/4", "Another's marmots");
      const look = () =>
        Promise.all(wanted.map((more) => runs.search({ workspace: "T1", places: ["T1/C1", "T1/C2"], reader: "U1", limit: 10, ...more })));
      const before = await look();
      const forgetting = await forgetter.begin({ kind: "thread", thread: "T1/C1/1" }, decision("forget"));
      await forgetter.rewrite(forgetting, "T1/C1/1");
      await forgetter.finish(forgetting);
      return alike([before.map(({ found }) => found), (await look()).map(({ found }) => found)]);
    });
    expect(postgres).toEqual(sqlite);
  });

  describe("forgetting", () => {
    const targets: readonly Target[] = [
      { kind: "thread", thread: MINE },
      { kind: "scope", scope: "T1/C1" },
      { kind: "workspace", workspace: "T1" },
      { kind: "person", person: PLANTED.id },
      { kind: "older", before: "2027-01-01T00:00:00.000Z", costs: true, memory: false },
      { kind: "older", before: "2027-01-01T00:00:00.000Z", costs: false, memory: false },
    ];
    test.each(targets)("takes out what it takes out of SQLite: %j", async (target) => {
      const { sqlite, postgres } = await inBoth(async (opened) => {
        const { store, memory, settings, audit, forgetter } = opened;
        const hash = await plant(opened);
        const found = await forgetter.find(target);
        const forgetting = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "now" });
        await forgetting.forget(target, decision("forget"));
        const logs = await Promise.all([MINE, SAME_PLACE, ELSEWHERE].map((thread) => store.load(thread, 0)));
        return alike({
          found,
          logs,
          file: (await store.file(hash)) !== undefined,
          posts: (await store.duePosts(undefined, 10)).map(({ thread }) => thread),
          envelopes: await store.unhandled(10),
          memories: await memory.list("T1/C1", { limit: 10, offset: 0 }),
          settings: await settings.list("T1", ""),
          decisions: await settings.decisions("T1", { limit: 50 }),
          problems: (await audit.check()).problems,
          spent: await store.spentOn("T1", "workspace", "2026-11-23"),
          underWay: await forgetter.underWay(),
          recent: await store.recent(10),
          note: await store.note(`card/${MINE}/1`),
        });
      });
      expect(postgres).toEqual(sqlite);
    });
  });

  test("settings and what starts by itself are put by whoever knows what stands there, and each process is told", async () => {
    const address = server.address();
    const [one, other] = [await open(address), await open(address)];
    const told: string[] = [];
    one.settings.follow(({ name }) => void told.push(`setting ${name}`));
    one.schedules.follow((workspace) => void told.push(`schedule of ${workspace}`));
    one.audit.follow((entry) => void told.push(`${entry.kind} ${entry.id}`));
    const change = { name: "channel/C1", value: { team: "a\0" }, revision: 0, decision: decision("set channel") };
    const puts = await Promise.all([one, other].map(({ settings }) => settings.put(change)));
    expect(puts.toSorted()).toEqual([false, true]);
    expect(await one.settings.get("T1", "channel/C1")).toEqual({ name: "channel/C1", value: { team: "a\0" }, revision: 1 });
    expect(await other.settings.put({ ...change, value: undefined, revision: 1 })).toBe(true);
    expect(await one.settings.list("T1", "channel/")).toEqual([]);
    const schedule = { workspace: "T1", id: "s", owner: "U1", place: "C1", value: { every: "day" }, revision: 0, dueAt: 7 };
    expect(await other.schedules.put(schedule)).toBe(true);
    expect(await one.schedules.put(schedule)).toBe(false);
    expect(await one.schedules.due("T1", 7, 5)).toMatchObject([{ id: "s", revision: 1 }]);
    expect(await one.schedules.nextDue("T1")).toBe(7);
    const refusal = { ...decision("stop"), allowed: false };
    for (let times = 0; times < 3; times++) await other.settings.record(refusal);
    await settled();
    expect(told).toEqual([
      "entry 1",
      "setting channel/C1",
      "entry 2",
      "setting channel/C1",
      "schedule of T1",
      "entry 3",
      "repeat 3",
      "repeat 3",
    ]);
    expect(await one.audit.check()).toMatchObject({ entries: 3, problems: [] });
    await server.sql(`UPDATE ${new URL(address).searchParams.get("schema")}.audit SET deed = 'changed' WHERE id = 2`);
    expect((await one.audit.check()).problems).toEqual(["entry 2 was changed"]);
  });

  test("installations and files of workspaces are kept, and a save that comes second is stale", async () => {
    const { sqlite, postgres } = await inBoth(async ({ installations, workspaces }) => {
      const [old, current] = [randomBytes(32), randomBytes(32)];
      const kept = installations(createKeyRing([old]));
      const one = { id: "T1", isOrg: false, name: "North", app: "A1", bot: "B1", botUser: "U9", scopes: ["chat:write", "users:read"] };
      const installed = { ...one, state: "active" as const, why: "", at: AT, expiresAt: undefined };
      const tokens = { token: "xoxb-1", refresh: { token: "xoxe-1", expiresAt: 9 } };
      await kept.save(installed, tokens);
      const ring = installations(createKeyRing([current, old]));
      const resealed = [await ring.reseal(), await ring.reseal()];
      await ring.putWorkspace("T1", "E1");
      const homes = [await ring.homeOf("E1", "C1", "T1"), await ring.homeOf("E1", "C1", "T2")];
      const found = [
        await ring.find("T1"),
        await ring.tokens("T1"),
        await kept.tokens("T1"),
        await ring.workspacesOf("E1"),
        await ring.orgOf("T1"),
      ];
      await ring.mark("T1", "removed", "gone");
      const file = { path: "a/\u{1f680}.txt", mode: 0o644, modifiedAtMs: 5, content: Buffer.from("one\0") };
      const saved = await workspaces.put("t", undefined, { files: [file], isWhole: true });
      const revision = saved === "stale" ? undefined : saved.revision;
      const again = await workspaces.put("t", revision, { files: [{ ...file, mode: 0o755 }], isWhole: false });
      const stale = await workspaces.put("t", revision, { files: [], isWhole: true });
      const { revision: last, ...loaded } = (await workspaces.load("t"))!;
      const same = await workspaces.put("t", last, { files: loaded.files, isWhole: false });
      return [resealed, homes, found, await ring.list(), loaded, again !== "stale", stale, same !== "stale" && same.revision === last];
    });
    expect(postgres).toEqual(sqlite);
  });
});
