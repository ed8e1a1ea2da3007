import { once } from "node:events";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import type { Work } from "../../../src/store/dispatch.ts";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { append, commitOf, said, started } from "../../../src/store/contracts/commits.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { addressOf } from "../../../src/store/postgres/server/address.ts";
import { openConnection, type Query } from "../../../src/store/postgres/server/connection.ts";
import { loadDriver } from "../../../src/store/postgres/server/driver.ts";
import { migrate, MIGRATIONS } from "../../../src/store/postgres/schema.ts";
import { explained } from "../../../src/store/postgres/server/trouble.ts";
import { openChanges } from "../../../src/store/postgres/together/changes.ts";
import { workTogether } from "../../../src/store/postgres/together/together.ts";
import { EVERY_THREAD, StoreError } from "../../../src/store/store.ts";
import { forkChild } from "../../support/children.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";

/** Heartbeats and looks come by the real time. */
const SLOW_MS_MAX = 30_000;

test("an address of Postgres is read with its schema, and told without its password", () => {
  expect(addressOf("postgres://ana:secret@db.example:5433/team?schema=two&sslmode=require")).toEqual({
    connectionString: "postgres://ana:secret@db.example:5433/team?sslmode=require",
    schema: "two",
    shown: "postgres://ana:***@db.example:5433/team?sslmode=require (schema two)",
  });
  for (const schema of ["Two", "pg_catalog", "a;b", "x".repeat(41)])
    expect(() => addressOf(`postgres://db/team?schema=${encodeURIComponent(schema)}`)).toThrow(/is no name for a schema/);
  expect(() => addressOf("postgres://a:secret@:b/")).toThrow(StoreError);
  expect(() => addressOf("postgres://a:secret@:b/")).not.toThrow(/secret/);
});

test("what a person can mend is told with the mend, and a bug stays a bug", () => {
  const failed = (code: string) => explained("postgres://db/team", Object.assign(new Error("as it came"), { code }));
  for (const [code, mend] of [
    ["ECONNREFUSED", /Start Postgres, or check host and port/],
    ["28P01", /Check user, password/],
    ["3D000", /Make it \(createdb\)/],
    ["53300", /max_connections/],
    ["53100", /Make room/],
    ["57P01", /made again with the next call/],
    ["57014", /pg_stat_activity/],
    ["25006", /Name the server that is written to/],
  ] as const) {
    expect(failed(code)).toBeInstanceOf(StoreError);
    expect(String(failed(code))).toMatch(mend);
  }
  expect(failed("42601")).not.toBeInstanceOf(StoreError);
});

test("without the driver its name is told, and how to install it", async () => {
  const missing = () => Promise.reject(Object.assign(new Error("Cannot find package 'pg'"), { code: "ERR_MODULE_NOT_FOUND" }));
  await expect(loadDriver(missing)).rejects.toThrow(
    new StoreError('A store on Postgres needs the package pg, which is not installed. Run "npm install pg@8".'),
  );
  await expect(loadDriver(() => Promise.reject(new Error("another trouble")))).rejects.toThrow("another trouble");
});

describeOnPostgres("on a server", (server) => {
  const { open, settled, closeAll } = openedStores(server);
  afterEach(closeAll);
  const schemaOf = (address: string) => new URL(address).searchParams.get("schema");

  test("one that has looked at nothing for longer than changes are kept reads all anew, once", async () => {
    const address = server.address();
    const other = await open(address);
    const connection = await openConnection(addressOf(address));
    onTestFinished(() => connection.close());
    let cutOffMs = 0;
    const query: Query = async <Row extends object>(sql: string, values?: readonly unknown[]) => {
      const rows = await connection.query<Row>(sql, values);
      return rows.map((row) => ("looked_at" in row ? { ...row, looked_at: Number(row.looked_at) + cutOffMs } : row));
    };
    const together = await workTogether({ ...connection, query }, { clock: systemClock, role: "door", known: MIGRATIONS.length });
    onTestFinished(() => together.leave());
    await until(() => other.store.openers() === 2);
    expect(other.store.openers("turns")).toBe(1);
    // Nothing is parted with one that looks on.
    const reader = await openStore(address, { role: "reader" });
    onTestFinished(() => reader.store.close());
    expect([reader.store.openers(), reader.store.openers("turns")]).toEqual([2, 1]);
    const told: string[] = [];
    together.notes((key) => void told.push(`note ${key}`));
    together.settings(({ name }) => void told.push(`setting ${name ?? "any"}`));
    together.schedules((workspace) => void told.push(`schedule of ${workspace}`));
    together.followers.follow(
      ({ thread, rewritten }) => void told.push(`${thread === EVERY_THREAD ? "any" : thread} ${String(rewritten)}`),
    );
    await other.store.putNote("heard", "1");
    await until(() => told.length > 0);
    // As by others meanwhile, and told of by nothing that is still kept.
    const schema = schemaOf(address);
    await server.sql(`INSERT INTO ${schema}.notes VALUES ('closed/T', '{}'), ('installation/T', 'active')`);
    await server.sql(`INSERT INTO ${schema}.schedules (workspace, id, owner, place, value, revision) VALUES ('T', 's', 'U', 'C', '{}', 1)`);
    await together.changes.poll();
    expect(told).toEqual(["note heard"]);
    // One of its own, of before, that is kept no more.
    const own = together.changes.heard(1_000_000_000);
    cutOffMs = 11 * 60_000;
    await together.changes.poll();
    const all = ["note closed/T", "note heard", "note installation/T", "setting any", "schedule of T", "any true"];
    await until(() => told.length >= all.length + 1);
    expect(
      told
        .slice(1)
        .filter((one) => one !== "note instance")
        .toSorted(),
    ).toEqual(all.toSorted());
    await own;
    await together.changes.poll();
    expect(told.filter((one) => one === "setting any")).toHaveLength(1);
  });

  test("an address opens a store, and nothing that is not there is opened", async () => {
    const address = server.address();
    await server.prepare(address);
    const { store, instance } = await openStore(address);
    await append(store, "t", [said("kept")]);
    await store.close();
    const again = await openStore(address);
    expect([await again.store.load("t", 0), again.instance()]).toMatchObject([[{ text: "kept" }], instance()]);
    await again.store.close();
    await expect(openStore(address.replace("/postgres?", "/nowhere?"))).rejects.toThrow(/there is no such database\. Make it/);
    await expect(openStore("postgres://nobody:secret@127.0.0.1:1/x")).rejects.toThrow(
      /nothing answers there \(ECONNREFUSED\)\. Start Postgres/,
    );
  });

  test("of several that start at once on an empty database one makes the tables, and the others wait for it", async () => {
    await server.sql("DROP SCHEMA IF EXISTS young CASCADE");
    const address = `${server.address().split("?")[0]}?schema=young`;
    const opened = await Promise.all([1, 2, 3, 4].map(() => open(address)));
    await Promise.all(opened.map(({ store }, index) => append(store, `t${index}`, [said("kept")])));
    expect(await opened[0]?.store.recent(10)).toHaveLength(4);
    await until(() => opened.every(({ store }) => store.openers() === 4));
  });

  test("a step that takes long has all the time it takes, and waits for no table without an end", async () => {
    await server.sql("DROP SCHEMA IF EXISTS long CASCADE");
    const connection = await openConnection(addressOf(`${server.address().split("?")[0]}?schema=long`));
    onTestFinished(() => connection.close());
    await migrate(connection, [
      "CREATE TABLE limits AS SELECT current_setting('statement_timeout') AS step, current_setting('lock_timeout') AS lock;",
    ]);
    expect(await connection.query("SELECT step, lock FROM limits")).toEqual([{ step: "0", lock: "10s" }]);
  });

  test("a schema of a newer Parley, or of another program, is left alone", async () => {
    const address = server.address().split("?")[0] ?? "";
    await server.sql(
      "DROP SCHEMA IF EXISTS newer CASCADE; CREATE SCHEMA newer; CREATE TABLE newer.parley_version AS SELECT 1 AS one, 999 AS version",
    );
    await expect(open(`${address}?schema=newer`)).rejects.toThrow(
      /was written by a newer Parley \(its schema is 999, this one knows \d+\)/,
    );
    await server.sql("DROP SCHEMA IF EXISTS theirs CASCADE; CREATE SCHEMA theirs; CREATE TABLE theirs.things (id integer)");
    await expect(open(`${address}?schema=theirs`)).rejects.toThrow(/has tables of another program.*\?schema=/);
    expect(await server.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'theirs'")).toEqual([{ tablename: "things" }]);
  });

  test(
    "what is done while the connection that listens is cut is heard once, in order, and a claim is not lost with it",
    async () => {
      const address = server.address();
      const [one, other] = [await open(address), await open(address)];
      const seqs: number[] = [];
      other.store.follow(({ events }) => void seqs.push(...events.map(({ seq }) => seq)));
      const signals: string[] = [];
      const ending = Promise.withResolvers<void>();
      other.dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: () => undefined }, ({ onSignal }) => {
        onSignal((what) => void signals.push(what));
        return ending.promise;
      });
      await append(one.store, "t", [started()], { wake: "now" });
      for (let seq = 2; seq <= 30; seq++) {
        if (seq % 10 === 0) await server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
        await append(one.store, "t", [said(`${seq}`)]);
      }
      await until(() => seqs.length >= 30);
      await other.dispatch.signal("t", "stop");
      await settled();
      expect(seqs).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
      expect(signals).toEqual(["stop"]);
      ending.resolve();
    },
    SLOW_MS_MAX,
  );

  test(
    "one that was taken for gone hears it, and what it still writes is fenced; what it had another has",
    async () => {
      const address = server.address();
      const [one, other] = [await open(address), await open(address)];
      const begun: (Work & { readonly by: string; readonly signals: string[] })[] = [];
      const serve = (by: "one" | "other") =>
        (by === "one" ? one : other).dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: () => undefined }, (work) => {
          const signals: string[] = [];
          work.onSignal((what) => void signals.push(what));
          begun.push({ ...work, by, signals });
          return new Promise(() => undefined);
        });
      serve("one");
      await append(one.store, "t", [started()], { wake: "now" });
      await until(() => begun.length === 1);
      serve("other");
      let isLost = false;
      const led = one.store.exclusively(
        "lead",
        (lost) => new Promise<void>((resolve) => lost.addEventListener("abort", () => ((isLost = true), resolve()))),
      );
      await settled();
      // As if nothing had been heard of the first for a minute, until it was taken for gone.
      const openers = `${schemaOf(address)}.openers`;
      const [first] = (await server.sql(`SELECT min(id) AS id FROM ${openers}`)) as readonly { id: string }[];
      const silent = `UPDATE ${openers} SET seen = seen - interval '1 minute' WHERE id = ${first?.id} RETURNING 1`;
      while ((await server.sql(silent)).length > 0);
      await other.store.exclusively("lead", async () => undefined);
      await until(() => begun.length === 2 && isLost && begun[0]?.signals.length === 1);
      await led;
      expect(begun.map(({ by, signals }) => [by, signals])).toEqual([
        ["one", ["lost"]],
        ["other", []],
      ]);
      expect(await one.store.commit(commitOf("t", 1, [said("late")], { claim: begun[0]!.claim }))).toEqual({ kind: "fenced" });
      expect(await other.store.commit(commitOf("t", 1, [said("mine")], { claim: begun[1]!.claim }))).toMatchObject({ kind: "ok" });
    },
    SLOW_MS_MAX,
  );

  test(
    "what a process that was killed had in hand another has, within 20 s",
    async () => {
      const address = server.address();
      const { store, dispatch } = await open(address);
      await append(store, "t", [started()], { wake: "now" });
      const child = forkChild(new URL("child.ts", import.meta.url).pathname, [address]);
      await once(child, "message");
      child.kill("SIGKILL");
      const begun = performance.now();
      const taken = Promise.withResolvers<string>();
      dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: () => undefined }, async ({ key }) => taken.resolve(key));
      expect(await taken.promise).toBe("t");
      expect(performance.now() - begun).toBeLessThan(20_000);
    },
    SLOW_MS_MAX,
  );

  test("a connection that was to listen and cannot is closed", async () => {
    const connection = await openConnection(addressOf(server.address()));
    onTestFinished(() => connection.close());
    const ended = Promise.withResolvers<void>();
    const own = async () => {
      const client = await connection.own();
      client.once("end", () => ended.resolve());
      return Object.assign(client, { query: () => Promise.reject(new Error("no answer")) });
    };
    const never = { hear: () => undefined, missed: () => Promise.resolve() };
    await expect(openChanges({ ...connection, own }, never)).rejects.toThrow("no answer");
    await ended.promise;
  });

  test("who could not learn that it is alone holds up nobody, and what cannot be read keeps nobody from being told of the rest", async () => {
    const address = server.address();
    const other = await open(address);
    const connection = await openConnection(addressOf(address));
    onTestFinished(() => connection.close());
    let isCut = false;
    const query: Query = async <Row extends object>(sql: string, values?: readonly unknown[]) => {
      if (isCut && sql.includes("FROM locks WHERE key")) throw new StoreError("no connection was to be had in time");
      const rows = await connection.query<Row>(sql, values);
      return rows.map((row) => ("body" in row && "from" in row && row.from === 1 ? { ...row, body: "{" } : row));
    };
    const together = await workTogether({ ...connection, query }, { clock: systemClock, role: "door", known: MIGRATIONS.length });
    onTestFinished(() => together.leave());
    const heard: (number | undefined)[] = [];
    together.followers.follow(
      ({ thread, events, rewritten }) => void (thread === "t" && heard.push(rewritten ? undefined : events[0]?.seq)),
    );
    await append(other.store, "t", [said("damaged")]);
    await append(other.store, "t", [said("whole")]);
    await until(() => heard.length === 2);
    expect(heard).toEqual([undefined, 2]);
    isCut = true;
    await expect(together.locks.exclusively("k", () => Promise.resolve("alone"))).rejects.toThrow(/in time/);
    expect(await other.store.exclusively("k", () => Promise.resolve("next"))).toBe("next");
    isCut = false;
    expect(await together.locks.exclusively("k", () => Promise.resolve("again"))).toBe("again");
  });
});

describeOnPostgres("on a server that crashes", (server) => {
  const { open, settled, closeAll } = openedStores(server);
  afterEach(closeAll);

  test(
    "a server that has crashed is named with the mend; once it is back the next call works, and who follows hears what was done since",
    async () => {
      const address = server.address();
      const [one, other] = [await open(address), await open(address)];
      const heard: string[] = [];
      other.store.follow(({ thread, events, here }) => void heard.push(`${thread} ${events.length} ${here}`));
      await append(one.store, "t", [said("before")]);
      await settled();
      await server.crash();
      const failed: unknown = await one.store.load("t", 0).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(StoreError);
      expect(String(failed)).toMatch(/the connection was lost|nothing answers there/);
      await server.start();
      await untilItIs(async () => (await one.store.load("t", 0)).length === 1);
      await append(one.store, "t", [said("after")]);
      await until(() => heard.length === 2);
      expect(heard).toEqual(["t 1 false", "t 1 false"]);
    },
    SLOW_MS_MAX,
  );
});

async function untilItIs(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false)));
}
