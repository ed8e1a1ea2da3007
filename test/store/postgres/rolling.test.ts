import { afterEach, expect, test } from "vitest";
import { addressOf } from "../../../src/store/postgres/server/address.ts";
import { openConnection } from "../../../src/store/postgres/server/connection.ts";
import { migrate, MIGRATIONS } from "../../../src/store/postgres/schema.ts";
import { openPostgres, type PostgresOpened } from "../../../src/store/postgres/store.ts";
import { openPostgresReadOnly } from "../../../src/store/postgres/upkeep/reader.ts";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { createLeader } from "../../../src/runner/leader.ts";
import { append, AT, commitOf, said, started } from "../../../src/store/contracts/commits.ts";
import type { Work } from "../../../src/store/dispatch.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { describeOnPostgres } from "../../support/postgres.ts";
import { decision } from "../sqlite/planted-database.ts";

/** The next version: it has a type of event more, a column and a note of its own. */
const NEXT = [...MIGRATIONS, "ALTER TABLE threads ADD COLUMN mood text NOT NULL DEFAULT 'calm';"];
const felt = { type: "mood.felt", mood: "glad" } as unknown as EventBody;

describeOnPostgres("a version and the one after it on one server", (server) => {
  let opened: PostgresOpened[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.store.close();
  });

  async function nowhere(): Promise<string> {
    const address = server.address();
    const schema = new URL(address).searchParams.get("schema") ?? "";
    await server.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    return address;
  }
  const open = async (address: string, steps: readonly string[]) => {
    const one = await openPostgres({ address, steps, updates: "beside others" });
    opened.push(one);
    return one;
  };
  const settled = async () => {
    for (let round = 0; round < 2; round++) for (const one of opened) await one.settled();
  };

  interface Begun extends Work {
    readonly by: string;
    end(): void;
  }
  /** Both serve; what each has begun, and what the older one says. */
  async function side(address: string) {
    const begun: Begun[] = [];
    const told: string[] = [];
    const serve = (by: string, { dispatch }: PostgresOpened, slots: number) =>
      (["turn", "envelope"] as const).map((kind) =>
        dispatch.serve(
          kind,
          { slots, perWorkspace: slots, onBug: (error) => void told.push(`${by}: ${String(error)}`) },
          (work) => new Promise((resolve) => void begun.push({ ...work, by, end: resolve })),
        ),
      );
    const older = await open(address, MIGRATIONS);
    serve("older", older, 2);
    await append(older.store, "T1/C1/a", [started("a"), said("a")], { wake: "now" });
    await append(older.store, "T1/C1/b", [started("b"), said("b")], { wake: "now" });
    await until(() => begun.length === 2);
    const newer = await open(address, NEXT);
    serve("newer", newer, 8);
    await settled();
    return { older, newer, begun, told };
  }

  test("the older one ends what it has, takes nothing more, says so once, and leaves a thread in which the newer one has written to it", async () => {
    const address = await nowhere();
    const { older, newer, begun, told } = await side(address);
    const [a, b] = begun as [Begun, Begun];
    expect(begun.map(({ by }) => by)).toEqual(["older", "older"]);

    // Nobody else has written there: its turn goes on to its end.
    expect(await older.store.commit(commitOf(a.key, 2, [said("mine")], { claim: a.claim }))).toMatchObject({ kind: "ok" });
    // Here somebody has, with what the older one does not know.
    await append(newer.store, b.key, [felt]);
    expect(await older.store.commit(commitOf(b.key, 2, [said("mine")], { claim: b.claim }))).toEqual({ kind: "fenced" });
    b.end();
    await until(() => begun.length === 3);
    expect(begun[2]).toMatchObject({ by: "newer", key: b.key, failures: 0 });
    a.end();
    await settled();

    for (const thread of ["T1/C1/c", "T1/C1/d", "T1/C1/e"]) await append(older.store, thread, [started(thread)], { wake: "now" });
    await older.store.receive({ id: "e1", at: AT, body: "{}", lane: "T1/C1/f" });
    await until(() => begun.length === 7);
    await settled();
    expect(begun.slice(3).map(({ by }) => by)).toEqual(["newer", "newer", "newer", "newer"]);
    expect(told).toEqual([
      expect.stringMatching(
        /^older: StoreError: postgres:.*: a newer Parley works on this database \(its schema is \d+ by now, this one knows \d+\)\. This process ends what it has in hand and takes nothing more; update it\.$/,
      ),
    ]);
    for (const { end } of begun.slice(2)) end();
  });

  test("a turn of the older one that has read what the newer one wrote there is left to that one, too", async () => {
    const address = await nowhere();
    const { older, newer, begun } = await side(address);
    const [a, b] = begun as [Begun, Begun];
    // What others write is told, and read: nothing is stale then.
    await append(newer.store, a.key, [felt]);
    await settled();
    expect(await older.store.commit(commitOf(a.key, 3, [said("mine")], { claim: a.claim }))).toEqual({ kind: "fenced" });
    // A word of the older one's own door is none that it does not know, but who wrote it is not told.
    expect(await older.store.commit(commitOf(b.key, 2, [said("mine")], { claim: b.claim }))).toMatchObject({ kind: "ok" });
    expect(await older.store.commit(commitOf(b.key, 3, [said("more")], { claim: b.claim }))).toMatchObject({ kind: "ok" });
    await append(newer.store, b.key, [felt]);
    expect(await older.store.commit(commitOf(b.key, 5, [], { claim: b.claim, wake: "none" }))).toEqual({ kind: "fenced" });
    expect(await older.store.load(b.key, 3)).toMatchObject([{ text: "more" }, felt]);
    await until(() => begun.length === 4);
    expect(begun.slice(2).map(({ by }) => by)).toEqual(["newer", "newer"]);
    for (const { end } of begun) end();
  });

  test("before a newer one is there, words that came meanwhile are no reason to give a turn up", async () => {
    const address = await nowhere();
    const begun: Begun[] = [];
    const one = await open(address, MIGRATIONS);
    one.dispatch.serve(
      "turn",
      { slots: 1, perWorkspace: 1, onBug: () => undefined },
      (work) => new Promise((resolve) => void begun.push({ ...work, by: "one", end: resolve })),
    );
    await append(one.store, "T1/C1/a", [started("a"), said("a")], { wake: "now" });
    await until(() => begun.length === 1);
    const [{ key, claim, end }] = begun as [Begun];
    await append(one.store, key, [said("and this")]);
    expect(await one.store.commit(commitOf(key, 3, [said("mine")], { claim }))).toMatchObject({ kind: "ok" });
    end();
  });

  test("what the newer one has recorded is posted by it, also in a channel that the older one is posting in", async () => {
    const address = await nowhere();
    const older = await open(address, MIGRATIONS);
    const begun: Begun[] = [];
    const serve = (by: string, { dispatch }: PostgresOpened) =>
      dispatch.serve(
        "post",
        { slots: 4, perWorkspace: 4, onBug: () => undefined },
        (work) => new Promise((resolve) => void begun.push({ ...work, by, end: resolve })),
      );
    serve("older", older);
    await append(older.store, "T1/C1/a", [said("a")], { posts: [{ event: 0, kind: "turn", part: 0 }] });
    await until(() => begun.length === 1);
    expect(await older.store.duePosts("T1/C1/a", 10)).toMatchObject([{ seq: 1, part: 0 }]);
    const newer = await open(address, NEXT);
    serve("newer", newer);
    await append(newer.store, "T1/C1/a", [felt], { posts: [{ event: 0, kind: "mood" as never, part: 0 }] });
    // It would find nothing to show for it, and give it up.
    expect(await older.store.duePosts("T1/C1/a", 10)).toEqual([]);
    expect(await older.store.duePosts(undefined, 10)).toEqual([]);
    begun[0]?.end();
    await until(() => begun.length === 2);
    expect(begun[1]).toMatchObject({ by: "newer", key: "T1/C1" });
    expect(await newer.store.duePosts("T1/C1/a", 10)).toMatchObject([{ seq: 1 }, { seq: 2, kind: "mood" }]);
    begun[1]?.end();
  });

  test("what the older one does for all it lets go of, and the newer one that stands in line for it does it", async () => {
    const address = await nowhere();
    const older = await open(address, MIGRATIONS);
    const told: string[] = [];
    const lead = (by: string, { store }: PostgresOpened) => {
      const create = () => ({ start: () => void told.push(`${by} leads`), close: async () => void told.push(`${by} ends`) });
      const leader = createLeader({ store, key: "all", create, clock: systemClock, log: (problem) => void told.push(problem) });
      leader.start();
      return leader;
    };
    const first = lead("older", older);
    await until(() => told.length === 1);
    const newer = await open(address, NEXT);
    const last = lead("newer", newer);
    // It looks with each heartbeat, and whenever it is asked for something that it must not do any more.
    await expect(older.forgetter.sweepFiles()).rejects.toThrow(/a newer Parley works on this database/);
    await until(() => told.length === 3);
    expect(told).toEqual(["older leads", "older ends", "newer leads"]);
    await Promise.all([first.close(), last.close()]);
  });

  test("what the newer one wrote stands as it wrote it, whatever the older one does", async () => {
    const address = await nowhere();
    const { older, newer, begun } = await side(address);
    const [a] = begun as [Begun];
    await append(newer.store, a.key, [felt]);
    await newer.store.putNote("mood/T1", "glad");
    await server.sql(`UPDATE ${new URL(address).searchParams.get("schema") ?? ""}.threads SET mood = 'glad' WHERE name = '${a.key}'`);
    const kept = await newer.store.load(a.key, 0);

    expect(await older.store.load(a.key, 0)).toEqual(kept);
    await append(older.store, a.key, [said("a word more")]);
    expect(await older.store.swapNote("mood/T1", undefined, "sad")).toBe(false);
    const target = { kind: "thread", thread: a.key } as const;
    await expect(older.forgetter.begin(target, decision("forget"))).rejects.toThrow(/a newer Parley works on this database/);
    // One that was under way is left to the newer one.
    const forgetting = await newer.forgetter.begin({ kind: "thread", thread: "T1/C1/b" }, decision("forget"));
    for (const step of [
      () => older.forgetter.rewrite(forgetting, "T1/C1/b"),
      () => older.forgetter.finish(forgetting),
      () => older.forgetter.message(a.key, { id: "m", receipt: "1.1" }),
      () => older.forgetter.sweepFiles(),
    ])
      await expect(step()).rejects.toThrow(/a newer Parley works on this database/);
    expect(await newer.forgetter.underWay()).toHaveLength(1);

    expect(await newer.store.load(a.key, 0)).toEqual([...kept, { ...said("a word more"), seq: 4, at: AT }]);
    expect(await newer.store.note("mood/T1")).toBe("glad");
    const rows = await server.sql(`SELECT mood FROM ${new URL(address).searchParams.get("schema") ?? ""}.threads WHERE name = '${a.key}'`);
    expect(rows).toEqual([{ mood: "glad" }]);
    for (const { end } of begun) end();
  });

  test("a command of the newer version that looks, or leaves something, does not have the older one stand back: it waits for a start", async () => {
    const address = await nowhere();
    const older = await open(address, MIGRATIONS);
    const begun: string[] = [];
    older.dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: (error) => void begun.push(String(error)) }, async ({ key }) => {
      begun.push(key);
    });
    await expect(openPostgres({ address, steps: NEXT, role: "reader" })).rejects.toThrow(
      /was written by an older Parley .*Run `parley start` once, which updates it/,
    );
    await append(older.store, "T1/C1/a", [started("a")], { wake: "now" });
    await until(() => begun.length === 1);
    expect(begun).toEqual(["T1/C1/a"]);
    // Nor does one that works on something of its own, such as an evaluation; and what such a one would have changed is as it was.
    const atWork =
      /an older Parley is at work on this database \(one process\), .*Run `parley start` of this version first, .*or end the older processes/;
    await expect(openPostgres({ address, steps: NEXT })).rejects.toThrow(atWork);
    expect(begun).toEqual(["T1/C1/a"]);
    // Of one's own version, and where there is nothing yet, it is there at once.
    opened.push(await openPostgres({ address, role: "reader" }));
    const other = await nowhere();
    opened.push(await openPostgres({ address: other, role: "reader" }));
    // Where nobody is at work it is brought up to date, also where one has gone without a word.
    for (const one of opened.splice(0)) await one.store.close();
    const schema = new URL(address).searchParams.get("schema") ?? "";
    await server.sql(`INSERT INTO ${schema}.openers (name, seen) VALUES ('gone', clock_timestamp() - interval '1 minute')`);
    opened.push(await openPostgres({ address, steps: NEXT }));
  });

  test("an older one that starts behind it says that it is too old, and so does a command that looks", async () => {
    const address = await nowhere();
    await open(address, NEXT);
    const tooOld = /was written by a newer Parley \(its schema is \d+, this one knows \d+\)\. Update Parley/;
    await expect(openPostgres({ address })).rejects.toThrow(tooOld);
    const connection = await openConnection(addressOf(address));
    await expect(migrate(connection)).rejects.toThrow(tooOld);
    await connection.close();
    await expect(openPostgresReadOnly({ address })).rejects.toThrow(tooOld);
    // The next one has not started yet: who looks with it says who brings it up to date.
    const other = await nowhere();
    const earlier = await openConnection(addressOf(other));
    await migrate(earlier, MIGRATIONS.slice(0, -1));
    await earlier.close();
    await expect(openPostgresReadOnly({ address: other })).rejects.toThrow(
      /was written by an older Parley .*Run `parley start` once, which updates it/,
    );
  });
});
