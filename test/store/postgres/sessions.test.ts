import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type pg from "pg";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { append, said } from "../../../src/store/contracts/commits.ts";
import { openStore, readStore } from "../../../src/store/open-store.ts";
import { addressOf } from "../../../src/store/postgres/server/address.ts";
import { openConnection } from "../../../src/store/postgres/server/connection.ts";
import { refuseShared } from "../../../src/store/postgres/server/own-session.ts";
import { explained } from "../../../src/store/postgres/server/trouble.ts";
import { openChanges } from "../../../src/store/postgres/together/changes.ts";
import { StoreError } from "../../../src/store/store.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";

test("what the way to a server lacks is told with the mend", () => {
  const told = (message: string, more: object = {}) => explained("postgres://db/team", Object.assign(new Error(message), more));
  const unread = { code: "ENOENT", syscall: "open", path: "/no/ca.pem" };
  for (const [error, mend] of [
    [told("certificate has expired", { code: "CERT_HAS_EXPIRED" }), /certificate has expired.*sslrootcert/],
    [told("self-signed certificate", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }), /sslrootcert/],
    [told("The server does not support SSL connections"), /sslmode/],
    [told("ENOENT: no such file or directory, open '/no/ca.pem'", unread), /a file that the address names.*\/no\/ca\.pem/],
    [told("SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string"), /Check the password/],
    [told("Connection terminated due to connection timeout"), /check host and port/],
    [told("timeout expired"), /check host and port/],
    [told("unsupported startup parameter: options", { code: "08P01" }), /not Postgres alone \(unsupported.*pool_mode = session/],
    [told('prepared statement "parley_1" does not exist', { code: "26000" }), /pool_mode = session/],
    [told("canceling statement due to conflict with recovery", { code: "40001" }), /conflict with recovery.*Try again/],
    [told("permission denied for schema parley", { code: "42501" }), /\(permission denied for schema parley\).*owner of the schema/],
    [told("the server closed the connection", { code: "08006" }), /made again with the next call/],
  ] as const) {
    expect(error).toBeInstanceOf(StoreError);
    expect(String(error)).toMatch(mend);
  }
});

test("one that lets a process in and is gone then, without a word, is not waited for without an end", async () => {
  const asked = Promise.withResolvers<void>();
  let socket: Socket | undefined;
  const mute = createServer((come) => {
    socket = come.on("error", () => undefined);
    come.once("data", () => {
      come.write("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"); // AuthenticationOk, ReadyForQuery
      come.on("data", () => asked.resolve());
    });
  });
  await once(mute.listen(0, "127.0.0.1"), "listening");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
    socket?.destroy();
    mute.close();
  });
  const { own, close } = await openConnection(addressOf(`postgres://ana:secret@127.0.0.1:${(mute.address() as AddressInfo).port}/team`));
  onTestFinished(close);
  const refused = own().catch(String);
  await asked.promise;
  vi.advanceTimersByTime(5_000);
  expect(await refused).toMatch(/the connection was lost/);
});

describeOnPostgres("a session", (server) => {
  const { open, closeAll } = openedStores(server);
  afterEach(closeAll);
  const base = () => server.address().split("?")[0] ?? "";
  const as = (user: string, schema: string) => `${base().replace("parley@", `${user}@`)}?schema=${schema}`;

  test("is as it is wanted, whatever server, database, role and address are set to", async () => {
    await server.sql(`CREATE ROLE odd LOGIN; GRANT CREATE ON DATABASE postgres TO odd; ALTER ROLE odd SET search_path = public;
      ALTER ROLE odd SET default_transaction_isolation = serializable; ALTER ROLE odd SET timezone = 'Asia/Kolkata';
      ALTER ROLE odd SET statement_timeout = '7s'; ALTER ROLE odd SET idle_session_timeout = '9s'; ALTER ROLE odd SET extra_float_digits = 0;
      ALTER ROLE odd SET idle_in_transaction_session_timeout = '8s'`);
    const address = `${as("odd", "odd")}&options=${encodeURIComponent("-c search_path=pg_catalog -c lock_timeout=6s")}`;
    const { store } = await open(address);
    await append(store, "t", [said("kept")]);
    expect(await server.sql("SELECT count(*)::int AS n FROM odd.events")).toEqual([{ n: 1 }]);
    const connection = await openConnection(addressOf(address));
    onTestFinished(() => connection.close());
    const wanted = [
      "search_path",
      "default_transaction_isolation",
      "TimeZone",
      "statement_timeout",
      "lock_timeout",
      "idle_session_timeout",
    ];
    const settings = `SELECT ${wanted.map((name, index) => `current_setting('${name}') AS s${index}`).join(", ")}`;
    expect(Object.values((await connection.query(settings))[0] ?? {})).toEqual(["odd", "read committed", "UTC", "30s", "10s", "0"]);
    const own = await connection.own();
    onTestFinished(() => own.end());
    const { rows } = await own.query<Record<string, string>>(settings);
    expect(Object.values(rows[0] ?? {})).toEqual(["odd", "read committed", "UTC", "0", "0", "0"]);
  });

  test("does with a schema that somebody else has made for its user, who may make none", async () => {
    await server.sql("CREATE ROLE small LOGIN; CREATE SCHEMA made AUTHORIZATION small");
    const { store } = await open(as("small", "made"));
    await append(store, "t", [said("kept")]);
    expect(await store.load("t", 0)).toMatchObject([{ text: "kept" }]);
    // One that is called like a word of the language does, too.
    const { store: other } = await open(as("parley", "user"));
    await append(other, "t", [said("also")]);
    expect(await other.load("t", 0)).toMatchObject([{ text: "also" }]);
  });

  test("who may do too little is told what is missing; who may look alone may look", async () => {
    await append((await open(as("parley", "theirs"))).store, "t", [said("kept")]);
    await server.sql("CREATE ROLE stranger LOGIN; CREATE ROLE guest LOGIN");
    const mend = /permission denied.*owner of the schema.*To look alone it needs USAGE/;
    await expect(openStore(as("stranger", "none_yet"))).rejects.toThrow(mend);
    await expect(openStore(as("stranger", "theirs"))).rejects.toThrow(mend);
    await expect(readStore(as("stranger", "theirs"))).rejects.toThrow(mend);
    await server.sql(`GRANT USAGE ON SCHEMA theirs TO guest; GRANT SELECT ON ALL TABLES IN SCHEMA theirs TO guest;
      GRANT SELECT ON ALL SEQUENCES IN SCHEMA theirs TO guest; ALTER ROLE guest SET default_transaction_read_only = on`);
    const reader = await readStore(as("guest", "theirs"));
    onTestFinished(() => reader.close());
    expect(await reader.load("t", 0)).toMatchObject([{ text: "kept" }]);
    await expect(openStore(as("guest", "theirs"))).rejects.toThrow(/default_transaction_read_only/);
  });

  test("that is not one's own, as behind a pooler that gives it to others between transactions, is refused", async () => {
    const connection = await openConnection(addressOf(base()));
    onTestFinished(() => connection.close());
    // Each statement is had in a session of its own.
    const apart = async (...given: readonly unknown[]) => {
      const session = await connection.own();
      try {
        return await (session.query as (...args: readonly unknown[]) => Promise<unknown>)(...given);
      } finally {
        await session.end();
      }
    };
    const own = async () => Object.assign(await connection.own(), { query: apart }) as unknown as pg.Client;
    const never = { hear: () => undefined, missed: () => Promise.resolve() };
    await expect(openChanges({ ...connection, own }, never)).rejects.toThrow(
      /does not reach another one that listens.*pool_mode = session/,
    );
    await (await openChanges(connection, never)).close();
    await expect(refuseShared({ ...connection, own })).rejects.toThrow(/one session there.*pool_mode = session/);
    const same = { query: async (sql: string) => ({ rows: await connection.query(sql) }), end: () => Promise.resolve() };
    await expect(refuseShared({ ...connection, own: async () => same as unknown as pg.Client })).rejects.toThrow(/one session there/);
    await refuseShared(connection);
  });
});
