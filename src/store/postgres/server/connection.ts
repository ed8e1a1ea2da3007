import type pg from "pg";
import { StoreError } from "../../store.ts";
import { type Address } from "./address.ts";
import { loadDriver } from "./driver.ts";
import { type Limits, settle } from "./session.ts";
import { fromKept, toKept } from "./text.ts";
import { explained, isToTryAgain } from "./trouble.ts";

/** Runs one statement, prepared; its rows. */
export type Query = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** A database, by several connections. Every error that a person can mend leaves here as a `StoreError`. */
export interface Connection {
  /** As people are told of it: without a password. */
  readonly shown: string;
  readonly schema: string;
  /** One statement by itself; made anew where it was sent back because two waited for each other. */
  readonly query: Query;
  /** All of it or nothing; begun anew where two waited for each other, so `work` changes nothing but by `query`. */
  readonly transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  /** As `transaction`, with no limit of time: for what changes whole tables. */
  readonly unhurried: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  /** Reads as everything is now, for as long as it takes, beside those who go on writing. Nothing can be written in it. */
  readonly atOneInstant: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  /** A connection of its own without limits of time, for what lasts; it is not made again by itself. */
  readonly own: () => Promise<pg.Client>;
  /** How many statements and transactions are under way, and how many there have been. */
  readonly load: () => { readonly underWay: number; readonly done: number };
  /** From here on each call is refused; resolves when those under way have ended. */
  readonly close: () => Promise<void>;
}

/** Beside them each process has one that listens. Postgres allows 100 by itself. */
const CONNECTIONS_MAX = 10;
const CONNECT_MS_MAX = 5_000;
const IDLE_MS_MAX = 60_000;
const STATEMENT_MS_MAX = 30_000;
const HURRIED: Limits = { statementMsMax: STATEMENT_MS_MAX, lockMsMax: 10_000, idleInTransactionMsMax: 5_000 };
const UNHURRIED: Limits = { statementMsMax: 0, lockMsMax: 0, idleInTransactionMsMax: 0 };
/** Behind the server's own limit: a server that is gone without a word says nothing at all. */
const ANSWER_MS_MAX = STATEMENT_MS_MAX + 5_000;
const TRIES_MAX = 5;

const TEXT = 25;
const TEXTS = 1009;
const INT8 = 20;

/** `only read`: Postgres refuses all that would write. */
export async function openConnection({ connectionString, schema, shown }: Address, only?: "only read"): Promise<Connection> {
  const driver = await loadDriver();
  const textsOf = driver.types.getTypeParser(TEXTS as never) as (text: string) => string[];
  const types = {
    getTypeParser(oid: number, format?: string): unknown {
      if (oid === TEXT) return fromKept;
      if (oid === TEXTS) return (text: string) => textsOf(text).map(fromKept);
      // Ids and times in ms: far below 2^53.
      if (oid === INT8) return Number;
      return driver.types.getTypeParser(oid as never, format as never) as unknown;
    },
  } as pg.CustomTypesConfig;
  const config: pg.ClientConfig = {
    connectionString,
    types,
    application_name: "parley",
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: ANSWER_MS_MAX,
  };
  const session = { schema, onlyReads: only !== undefined };
  const settled = new WeakSet<pg.ClientBase>();
  const pool = new driver.Pool({ ...config, max: CONNECTIONS_MAX, idleTimeoutMillis: IDLE_MS_MAX, allowExitOnIdle: true });
  // One that breaks while nobody uses it leaves the pool; the next call has another.
  pool.on("error", () => undefined);
  // One that leaves it while it is in use may say something once more when nobody listens, which would end the process.
  pool.on("connect", (client) => void client.on("error", () => undefined));

  let isOpen = true;
  let underWay = 0;
  let done = 0;
  const names = new Map<string, string>();
  const nameOf = (sql: string): string => {
    let name = names.get(sql);
    if (name === undefined) names.set(sql, (name = `parley_${names.size}`));
    return name;
  };
  const queryOn =
    (client: pg.ClientBase): Query =>
    async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      (await client.query({ name: nameOf(sql), text: sql, values: values.map(kept) })).rows as Row[];

  /** A client that broke is not given to anybody else. */
  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (!isOpen) throw new StoreError(`${shown}: the database has been closed.`);
    underWay++;
    try {
      const client = await pool.connect();
      const broken: Error[] = [];
      const breaks = (error: Error) => void broken.push(error);
      client.on("error", breaks);
      let failed: unknown;
      try {
        if (!settled.has(client)) {
          await settle(client, { ...session, limits: HURRIED });
          settled.add(client);
        }
        return await work(client);
      } catch (error) {
        failed = error;
        throw error;
      } finally {
        client.off("error", breaks);
        client.release(broken.length > 0 || (failed !== undefined && !isOfServer(failed)));
      }
    } catch (error) {
      throw explained(shown, error);
    } finally {
      underWay--;
      done++;
    }
  }

  async function once<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return withClient(async (client) => {
      await client.query("BEGIN");
      try {
        const result = await work(queryOn(client));
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK").catch(() => undefined);
        throw error;
      }
    });
  }

  async function own(): Promise<pg.Client> {
    // It may be silent for hours, or take as long as it takes.
    const client = new driver.Client({ ...config, query_timeout: 0 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await settle(client, { ...session, limits: UNHURRIED });
      return client;
    } catch (error) {
      void client.end().catch(() => undefined);
      throw explained(shown, error);
    }
  }

  async function again<T>(transaction: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await transaction();
      } catch (error) {
        if (tries >= TRIES_MAX || !isToTryAgain(error)) throw error;
      }
    }
  }

  /** What ends before its COMMIT is rolled back with its connection. */
  async function onOwn<T>(begin: string, work: (query: Query) => Promise<T>): Promise<T> {
    const client = await own();
    try {
      await client.query(begin);
      const result = await work(queryOn(client));
      await client.query("COMMIT");
      return result;
    } catch (error) {
      throw explained(shown, error);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  return {
    shown,
    schema,
    own,
    unhurried: (work) => again(() => onOwn("BEGIN", work)),
    atOneInstant: (work) => onOwn("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", work),
    query: (sql, values) => again(() => withClient((client) => queryOn(client)(sql, values))),
    transaction: (work) => again(() => once(work)),
    load: () => ({ underWay, done }),
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await pool.end();
    },
  };
}

/** Postgres has said it, so that the connection is as good as before, or what threw was no statement at all. */
function isOfServer(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("severity" in error) return error.severity === "ERROR";
  return !("syscall" in error) && !/connection|timeout/i.test(error.message);
}

const kept = (value: unknown): unknown => {
  if (typeof value === "string") return toKept(value);
  return Array.isArray(value) ? value.map(kept) : value;
};
