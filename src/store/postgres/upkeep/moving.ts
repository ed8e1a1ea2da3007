import type { Draft, Reached, Source } from "../../moving/move.ts";
import { type Key, type Row, type Table, type Value } from "../../moving/tables.ts";
import { StoreError } from "../../store.ts";
import { checkedIn } from "../audit/audit.ts";
import { migrate } from "../schema.ts";
import { addressOf } from "../server/address.ts";
import { openConnection, type Connection, type Query } from "../server/connection.ts";
import { refuseShared } from "../server/own-session.ts";
import { GONE_MS } from "../together/membership.ts";
import { textStemsOf, vectorOf } from "../words.ts";
import { openToRead } from "./reader.ts";

/**
 * A schema as it is now. `alone`: which nobody else may have open, neither now nor before it is read.
 * @throws StoreError when there is none, or somebody has it open that may not.
 */
export async function fromPostgres<T>(address: string, how: "alone" | "beside others", work: (source: Source) => Promise<T>): Promise<T> {
  const connection = await openToRead(address);
  const { shown, query } = connection;
  try {
    const last = await lastOpener(query);
    if (how === "alone") await refuseOpened(connection);
    return await connection.atOneInstant(async (at) =>
      work({
        shown,
        id: `${shown} ${(await at<{ value: string }>("SELECT value FROM notes WHERE key = 'instance'"))[0]?.value ?? ""}`,
        page: (table, behind) => pageOf(at, table, behind),
        count: (table) => countOf(at, table),
        async lastNote() {
          return (await at<{ last: number }>("SELECT last_value AS last FROM memories_id_seq WHERE is_called"))[0]?.last ?? 0;
        },
        audit: () => checkedIn(at),
        async refuseChanged() {
          if (how === "alone" && (await lastOpener(query)) !== last)
            throw new StoreError(`${shown}: a Parley was started on it in the meantime. End it, and begin anew with --anew.`);
          // One that stood still when this began is not new.
          if (how === "alone") await refuseOpened(connection);
        },
      }),
    );
  } finally {
    await connection.close();
  }
}

/** Each that opens it has a number of its own, whether it is still there or not. */
const lastOpener = async (query: Query): Promise<number> =>
  (await query<{ last: number }>("SELECT last_value AS last FROM openers_id_seq WHERE is_called"))[0]?.last ?? 0;

async function refuseOpened({ query, shown }: Connection): Promise<void> {
  const [there] = await query<{ openers: number }>(
    `SELECT count(*) AS openers FROM openers WHERE seen > clock_timestamp() - interval '${GONE_MS} ms'`,
  );
  if (there && there.openers > 0)
    throw new StoreError(
      `${shown}: ${there.openers} of Parley's processes have it open. Stop them first; one that was killed is known to be gone after ${GONE_MS / 1_000} s.`,
    );
}

const PART = "_moving";

/**
 * A draft in a schema of its own beside the one that is to be, until it is whole; then it bears its name. `anew`: what an earlier move has left there
 * is thrown away.
 * @throws StoreError when something stands at the address already, or another move there is under way.
 */
export async function toPostgres<T>(address: string, anew: boolean, work: (draft: Draft) => Promise<T>): Promise<T> {
  const { schema, ...where } = addressOf(address);
  const connection = await openConnection({ ...where, schema: `${schema}${PART}` });
  // What goes through whole tables takes the time it takes.
  const { query, transaction, unhurried, shown } = connection;
  try {
    // It is alone by a lock that a session holds.
    await refuseShared(connection);
    const alone = await connection.own();
    try {
      const { rows } = await alone.query<{ mine: boolean }>("SELECT pg_try_advisory_lock($1, hashtext($2)) AS mine", [LOCK_CLASS, schema]);
      if (rows[0]?.mine !== true) throw new StoreError(`${shown}: another move to this address is under way. Wait for it, or end it.`);
      await refuseTaken(query, { schema, shown });
      await refuseForeign(connection);
      if (anew) await unhurried((within) => within(`DROP SCHEMA IF EXISTS "${connection.schema}" CASCADE`));
      await migrate(connection);
      await query("CREATE TABLE IF NOT EXISTS moving (what text PRIMARY KEY, value text NOT NULL)");
      return await work({
        shown,
        async begun() {
          const kept = new Map(
            (await query<{ what: string; value: string }>("SELECT what, value FROM moving")).map(({ what, value }) => [
              what,
              JSON.parse(value) as unknown,
            ]),
          );
          const from = kept.get("") as Awaited<ReturnType<Draft["begun"]>>["from"];
          kept.delete("");
          return { from, reached: kept as ReadonlyMap<string, Reached> };
        },
        begin: (from) => note(query, "", from),
        put: (table, rows, reached) =>
          transaction(async (within) => {
            await put(within, table, rows);
            await note(within, table.name, reached);
          }),
        find: (table, keys) => find(query, table, keys),
        count: (table) => connection.atOneInstant((at) => countOf(at, table)),
        audit: () => connection.atOneInstant(checkedIn),
        publish: ({ lastNote }) =>
          unhurried(async (within) => {
            await within(
              "INSERT INTO runs_due (thread, workspace, mark) SELECT id, workspace, '' FROM threads WHERE last_seq > 0 ON CONFLICT DO NOTHING",
            );
            for (const table of COUNTED)
              await within(
                `SELECT setval('${table}_id_seq', greatest(1, max(id), $1::bigint), greatest(max(id), $1::bigint) > 0) FROM ${table}`,
                [table === "memories" ? lastNote : 0],
              );
            await within("DROP TABLE moving");
            await refuseTaken(within, { schema, shown });
            // One that is there and has nothing in it.
            await within(`DROP SCHEMA IF EXISTS "${schema}"`);
            await within(`ALTER SCHEMA "${connection.schema}" RENAME TO "${schema}"`);
          }),
      });
    } finally {
      await alone.end();
    }
  } finally {
    await connection.close();
  }
}

/** "Move". */
const LOCK_CLASS = 0x4d6f7665;
/** Those whose ids Postgres gives. */
const COUNTED = ["threads", "outbox", "inbox", "heard", "memories", "forgettings"];

async function refuseTaken(query: Query, { schema, shown }: { readonly schema: string; readonly shown: string }): Promise<void> {
  const [taken] = await query("SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace($1) LIMIT 1", [schema]);
  if (taken)
    throw new StoreError(
      `${shown}: the schema ${schema} is not empty, and a move overwrites nothing. Name another one in the address (?schema=parley_two), or drop it: DROP SCHEMA ${schema} CASCADE.`,
    );
}

/** What a move has left is gone on with, or thrown away: it has a table of its own, or, killed early, tables that no Parley has ever had open. */
async function refuseForeign({ query, schema, shown }: Connection): Promise<void> {
  const isThere = async (name: string): Promise<boolean> =>
    (await query("SELECT 1 FROM pg_class WHERE relname = $2 AND relnamespace = to_regnamespace($1)", [schema, name])).length > 0;
  const [any] = await query("SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace($1) LIMIT 1", [schema]);
  if (!any || (await isThere("moving")) || ((await isThere("openers_id_seq")) && (await lastOpener(query)) === 0)) return;
  throw new StoreError(`${shown}: the schema ${schema} is no part of a move. Look into it, and drop it if nobody needs it.`);
}

const note = async (within: Query, what: string, value: object): Promise<void> =>
  void (await within("INSERT INTO moving (what, value) VALUES ($1, $2) ON CONFLICT (what) DO UPDATE SET value = excluded.value", [
    what,
    JSON.stringify(value),
  ]));

const TYPES = { text: "text", integer: "bigint", real: "double precision", boolean: "boolean", bytes: "bytea" } as const;

const namesOf = ({ columns }: Table): string => columns.map(({ name }) => name).join(", ");

const rowOf =
  ({ columns }: Table) =>
  (found: { readonly [column: string]: Value }): Row =>
    columns.map(({ name }) => found[name] ?? null);

async function countOf(query: Query, { name }: Table): Promise<number> {
  return (await query<{ rows: number }>(`SELECT count(*) AS rows FROM ${name}`))[0]?.rows ?? 0;
}

async function pageOf(query: Query, table: Table, behind: Key | undefined): Promise<readonly Row[]> {
  const { name, key, rowsAtOnce } = table;
  const isBehind = behind ? `WHERE (${key.join(", ")}) > (${key.map((_name, index) => `$${index + 1}`).join(", ")})` : "";
  const rows = await query<{ [column: string]: Value }>(
    `SELECT ${namesOf(table)} FROM ${name} ${isBehind} ORDER BY ${key.join(", ")} LIMIT ${rowsAtOnce}`,
    behind ?? [],
  );
  return rows.map(rowOf(table));
}

async function find(query: Query, table: Table, keys: readonly Key[]): Promise<readonly Row[]> {
  const { name, key, columns } = table;
  const types = key.map((of) => TYPES[columns.find((column) => column.name === of)?.kind ?? "text"]);
  const rows = await query<{ [column: string]: Value }>(
    `SELECT ${columns.map((column) => `${name}.${column.name}`).join(", ")} FROM ${name}
      JOIN unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(", ")}) WITH ORDINALITY AS asked (${key.map((_of, index) => `k${index}`).join(", ")}, n)
        ON ${key.map((of, index) => `${name}.${of} = k${index}`).join(" AND ")} ORDER BY n`,
    key.map((_of, index) => keys.map((one) => one[index])),
  );
  return rows.map(rowOf(table));
}

async function put(within: Query, table: Table, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const { name, columns } = table;
  const beside = await besideOf(within, table, rows);
  const arrays = columns.map((_column, index) => rows.map((row) => ownOf(row[index])));
  const types = [...columns.map(({ kind }) => TYPES[kind]), ...beside.map(({ type }) => type)];
  await within(
    `INSERT INTO ${name} (${[namesOf(table), ...beside.map((column) => column.name)].join(", ")}) OVERRIDING SYSTEM VALUE
      SELECT ${types.map((type, index) => (type === "tsvector" ? `a${index}::tsvector` : `a${index}`)).join(", ")}
      FROM unnest(${types.map((type, index) => `$${index + 1}::${type === "tsvector" ? "text" : type}[]`).join(", ")})
        AS given (${types.map((_type, index) => `a${index}`).join(", ")})`,
    [...arrays, ...beside.map(({ values }) => values)],
  );
}

/** The driver knows bytes by their class. */
const ownOf = (value: Value | undefined): Value | undefined => (value instanceof Uint8Array ? Buffer.from(value) : value);

interface Beside {
  readonly name: string;
  readonly type: "bigint" | "boolean" | "tsvector";
  readonly values: readonly Value[];
}

/** What Postgres keeps with a row that SQLite does not. */
async function besideOf(within: Query, table: Table, rows: readonly Row[]): Promise<readonly Beside[]> {
  switch (table.name) {
    case "ready": {
      const numbers = await within<{ version: number }>("SELECT nextval('versions') AS version FROM generate_series(1, $1)", [rows.length]);
      return [{ name: "version", type: "bigint", values: numbers.map(({ version }) => version) }];
    }
    case "files":
      return [{ name: "referred", type: "boolean", values: rows.map(() => true) }];
    case "memories": {
      const textAt = table.columns.findIndex(({ name }) => name === "text");
      const values: string[] = [];
      for (const row of rows) values.push(vectorOf(await textStemsOf(within, String(row[textAt]))));
      return [{ name: "words", type: "tsvector", values }];
    }
    default:
      return [];
  }
}
