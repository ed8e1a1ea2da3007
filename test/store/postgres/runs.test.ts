import fc from "fast-check";
import { afterEach, expect, onTestFinished, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { AT, append, commitOf, said, started, stopped } from "../../../src/store/contracts/commits.ts";
import type { Opened } from "../../../src/store/own-store.ts";
import type { RunsWanted } from "../../../src/store/runs/finished-runs.ts";
import { openConnection } from "../../../src/store/postgres/server/connection.ts";
import { addressOf } from "../../../src/store/postgres/server/address.ts";
import { postgresRuns } from "../../../src/store/postgres/runs/run-index.ts";
import { runsRewritten } from "../../../src/store/postgres/runs/run-rows.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { StoreError, type Store } from "../../../src/store/store.ts";
import { ALIKE, alikeRuns } from "../alike.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";
import { letNoTimePass } from "../no-time.ts";

letNoTimePass();

const run = (task: string): readonly EventBody[] => [started(), said(task), stopped()];
const schemaOf = (address: string): string => new URL(address).searchParams.get("schema") ?? "";

const STARTED = { type: "run.started", run: "r2", team: "coding", startedBy: { id: "U0MARIA", name: "Maria" } } as const;
/** A later run of a thread, entered. */
const ONE_MORE = `INSERT INTO runs OVERRIDING SYSTEM VALUE
  SELECT (jsonb_populate_record(runs, jsonb_build_object('id', id + 1000, 'seq', seq + 10, 'until', until + 10))).* FROM runs WHERE thread = $1`;

describeOnPostgres("runs on a server", (server) => {
  const { open, closeAll } = openedStores(server);
  afterEach(closeAll);
  const fresh = () => open(server.address(), { now: () => Date.parse(AT) });
  const search = (opened: Pick<Opened, "runs">, more: Partial<RunsWanted> = {}) =>
    opened.runs.search({ workspace: "T1", places: ["T1/C1"], reader: "U0", limit: 200, ...more });
  const tasks = async (opened: Pick<Opened, "runs">, more: Partial<RunsWanted> = {}) =>
    (await search(opened, more)).found.map(({ task }) => task);
  const entered = async (address: string): Promise<number> => {
    const [row] = (await server.sql(`SELECT count(*)::integer AS n FROM ${schemaOf(address)}.runs`)) as readonly { n: number }[];
    return row?.n ?? 0;
  };

  test("any words, whole or by their beginnings, find the same runs as in SQLite, in English, German and Chinese", async () => {
    const both = [await fresh(), openSqlite({ path: ":memory:", now: () => Date.parse(AT) })];
    const words = fc.constantFrom(
      ..."running runs runner Run heating heat heated heats happiness happy scheduling schedules generously general generate universe university".split(
        " ",
      ),
      ..."Heizung heizen geheizt Häuser Haus Hauses größer groß Straße laufen läuft laufend café naïve".split(" "),
      ..."don't src/store/log.ts parley-agent 3.14 foo_bar a.b@c.de 研究员喜欢咖啡 咖啡".split(" "),
    );
    const wanted = fc.tuple(words, fc.nat({ max: 12 })).map(([word, chars]) => (chars === 0 ? word : word.slice(0, chars)));
    let nth = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(words, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.array(wanted, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 6 }),
        async (texts, searches) => {
          const workspace = `W${nth++}`;
          const [postgres, sqlite] = await Promise.all(
            both.map(async (opened) => {
              for (const [index, text] of texts.entries())
                await append(opened.store, `${workspace}/C1/${index}`, run(text.join(" ")), { workspace });
              const found = [];
              for (const asked of searches) found.push(await tasks(opened, { workspace, places: [`${workspace}/C1`], words: asked }));
              return found;
            }),
          );
          expect(postgres).toEqual(sqlite);
        },
      ),
      { numRuns: 60 },
    );
    await both[1]?.store.close();
  });

  test("runs about what is asked are found by their words, of one team and workspace, and behind them the newest", async () => {
    expect(await alikeRuns(await fresh())).toEqual(ALIKE);
  });

  test("a word's beginning finds it also where its stem is another: each of them", async () => {
    const opened = await fresh();
    await append(opened.store, "T1/C1/1", run("Running happiness scheduling"));
    for (const word of ["running", "happiness", "scheduling"])
      for (let chars = 1; chars <= word.length; chars++)
        expect([word.slice(0, chars), await tasks(opened, { words: [word.slice(0, chars)] })]).toEqual([
          word.slice(0, chars),
          ["Running happiness scheduling"],
        ]);
  });

  test("what a fork copied is the other thread's, also where it was entered before the copy was whole", async () => {
    const stories = [await fresh(), openSqlite({ path: ":memory:", now: () => Date.parse(AT) })].map(async (opened) => {
      const copied = run("Copied");
      await append(opened.store, "T1/C1/1", copied);
      await append(opened.store, "T1/C1/2", copied);
      const before = await tasks(opened);
      const own = { ...started("r2"), forkedFrom: { run: "T1/C1/1#1", seq: 3, team: "coding" } } as EventBody;
      await append(opened.store, "T1/C1/2", [own, said("Own"), stopped("r2")]);
      const after = await tasks(opened);
      await opened.store.close();
      return { before, after: after.toSorted() };
    });
    const [postgres, sqlite] = await Promise.all(stories);
    expect(postgres).toEqual({ before: ["Copied", "Copied"], after: ["Copied", "Own"] });
    expect(postgres).toEqual(sqlite);
  });

  test("of a thread with many runs each look enters some, and the next ones the rest; two at once enter nothing twice", async () => {
    const address = server.address();
    const opened = await open(address);
    for (let nth = 0; nth < 45; nth++) await opened.store.commit(commitOf("T1/C1/1", nth * 3, run(`task ${nth}`)));
    const reading: (() => void)[] = [];
    // Both have read the log before either enters what it has read.
    const load: Store["load"] = async (...asked) => {
      const events = await opened.store.load(...asked);
      await new Promise<void>((go) => {
        if (reading.push(go) === 2) reading.splice(0).forEach((both) => both());
      });
      return events;
    };
    const connection = await openConnection(addressOf(address));
    try {
      const [one, other] = [postgresRuns(connection, { load }), postgresRuns(connection, { load })];
      const counts: number[] = [];
      for (let more = true; more;) {
        [more = false] = await Promise.all([one.enter("T1"), other.enter("T1")]);
        counts.push(await entered(address));
      }
      expect(counts).toEqual([20, 40, 45]);
      expect(await tasks(opened)).toHaveLength(45);
    } finally {
      await connection.close();
    }
  });

  test("what an older version has entered is found as it is until it is entered anew, by whoever enters beside the work", async () => {
    const address = server.address();
    const opened = await open(address);
    for (let nth = 0; nth < 25; nth++) await append(opened.store, `T1/C1/${nth}`, run(`task ${nth}`));
    while (await opened.runs.enter("T1"));
    const schema = schemaOf(address);
    await server.sql(`UPDATE ${schema}.runs SET index_version = 0, opinions = 'of before'`);
    const ofBefore = async () =>
      ((await server.sql(`SELECT count(*)::integer AS n FROM ${schema}.runs WHERE opinions = 'of before'`)) as readonly { n: number }[])[0]
        ?.n;
    expect([(await tasks(opened)).length, await ofBefore()]).toEqual([25, 25]);
    const left: unknown[] = [];
    while (await opened.runs.enter("T1")) left.push(await ofBefore(), await entered(address));
    expect(left).toEqual([5, 25, 0, 25]);
  });

  test("what somebody was about to enter goes too where the log is put anew, and where a fork's runs before are another thread's", async () => {
    const address = server.address();
    const { store, runs } = await open(address);
    const connection = await openConnection(addressOf(address));
    onTestFinished(() => connection.close());
    const lockWaits = () => server.sql("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    const fork: EventBody = { ...STARTED, forkedFrom: { run: "r1", seq: 3, team: "coding" } };
    const ways = [
      (id: number) => connection.transaction((within) => runsRewritten(within, id, "T1")),
      () => store.commit(commitOf("T1/C1/1", 3, [fork])),
    ];
    for (const [nth, putAnew] of ways.entries()) {
      await append(store, `T1/C1/${nth}`, run("task"));
      while (await runs.enter("T1"));
      const [thread] = await connection.query<{ id: number }>("SELECT id FROM threads WHERE name = $1", [`T1/C1/${nth}`]);
      const id = thread?.id ?? 0;
      const left = async () => (await connection.query("SELECT 1 FROM runs WHERE thread = $1", [id])).length;
      await connection.query("INSERT INTO runs_due (thread, workspace, mark) VALUES ($1, 'T1', 'as read')", [id]);
      const entering = await connection.transaction(async (within) => {
        await within("DELETE FROM runs_due WHERE thread = $1 AND mark = 'as read'", [id]);
        await within(ONE_MORE, [id]);
        const done = putAnew(id);
        await expect.poll(lockWaits, { timeout: PATIENCE_MS }).toHaveLength(1);
        return { done, before: await left() };
      });
      await entering.done;
      expect([entering.before, await left()]).toEqual([1, 0]);
      expect(await connection.query("SELECT 1 FROM runs_due WHERE thread = $1 AND mark <> 'as read'", [id])).toHaveLength(1);
    }
  });

  test("only the first page enters what has ended", async () => {
    const opened = await fresh();
    for (const nth of [0, 1]) await append(opened.store, `T1/C1/${nth}`, run(`task ${nth}`), { at: `2026-01-05T09:0${nth}:00.000Z` });
    const { older } = await search(opened, { limit: 1 });
    await append(opened.store, "T1/C1/3", run("later"), { at: "2026-01-05T08:00:00.000Z" });
    expect(await tasks(opened, { behind: older })).toEqual(["task 0"]);
    expect(await tasks(opened)).toContain("later");
  });

  test("a log that cannot be read keeps no other from being found, a damaged one is left alone, and trouble hides nothing that is entered", async () => {
    const address = server.address();
    const { store } = await open(address);
    for (let nth = 0; nth < 30; nth++) await append(store, `T1/C1/${nth}`, run(`task ${nth}`));
    const connection = await openConnection(addressOf(address));
    try {
      let code = "XX001";
      const failing = new Set(Array.from({ length: 25 }, (_, nth) => `T1/C1/${nth + 5}`));
      const reads: string[] = [];
      const load: Store["load"] = async (thread, after) => {
        reads.push(thread);
        if (failing.has(thread)) throw new StoreError("no", { cause: Object.assign(new Error("no"), { code }) });
        if (thread === "T1/C1/0") throw new SyntaxError("no JSON");
        return store.load(thread, after);
      };
      const opened = { runs: postgresRuns(connection, { load }) };
      while (await opened.runs.enter("T1"));
      expect((await tasks(opened)).toSorted()).toEqual(["task 1", "task 2", "task 3", "task 4"]);
      reads.length = 0;
      await opened.runs.enter("T1");
      expect(reads).toEqual([]);
      code = "53100";
      const after = { runs: postgresRuns(connection, { load }) };
      await expect(after.runs.enter("T1")).rejects.toThrow(StoreError);
      expect(await tasks(after)).toHaveLength(4);
      failing.clear();
      // A search enters for a little while; this one comes after all of it.
      while (await after.runs.enter("T1"));
      expect(await tasks(after)).toHaveLength(29);
    } finally {
      await connection.close();
    }
  });

  test("runs that were entered by their stems are entered anew as they stand", async () => {
    const address = server.address();
    const before = await open(address);
    await append(before.store, "T1/C1/1", run("Heating"));
    expect(await tasks(before)).toEqual(["Heating"]);
    await before.store.close();
    const schema = schemaOf(address);
    // As it was before the second step, and so without what the later ones make.
    await server.sql(`ALTER TABLE ${schema}.openers DROP COLUMN role; DROP TABLE ${schema}.logins`);
    await server.sql(`UPDATE ${schema}.runs SET words = '''heat'':1'; UPDATE ${schema}.parley_version SET version = 1`);
    const after = await open(address);
    expect(await tasks(after, { words: ["heating"] })).toEqual(["Heating"]);
    expect(await entered(address)).toBe(1);
  });
});
