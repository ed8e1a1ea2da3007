import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import pg from "pg";
import { addressOf } from "../../../src/store/postgres/server/address.ts";
import { isSqlite } from "../../../src/store/open-store.ts";

/** Set by `for-journeys.ts`, where journeys are had on Postgres. */
export const JOURNEYS_ADDRESS = "PARLEY_JOURNEYS_ADDRESS";

/** Where the Parley of this folder keeps everything: in a file there, or in a schema of its own. */
export function storeIn(folder: string): string {
  if (process.env.PARLEY_TEST_STORE !== "postgres") return join(folder, "parley.db");
  const address = process.env[JOURNEYS_ADDRESS];
  if (!address) throw new Error("journeys on Postgres need the server of test/support/postgres/for-journeys.ts");
  return `${address}?schema=j${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
}

/** Runs one statement that both understand in a store that {@link storeIn} names; its rows. */
export async function statementIn(store: string, sql: string): Promise<readonly object[]> {
  if (!isSqlite(store)) return onPostgres(store, async (query) => query(sql));
  const db = new Database(store);
  try {
    const statement = db.prepare(sql);
    return statement.reader ? (statement.all() as object[]) : (statement.run(), []);
  } finally {
    db.close();
  }
}

/** All that is kept in it, in any order. */
export async function textOf(store: string): Promise<string> {
  if (isSqlite(store)) return (await Promise.all([store, `${store}-wal`].map((path) => readFile(path)))).join("");
  return onPostgres(store, async (query, schema) => {
    const tables = (await query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = '${schema}'`)) as { name: string }[];
    let text = "";
    for (const { name } of tables) text += JSON.stringify(await query(`SELECT one::text FROM ${schema}.${name} AS one`));
    return text;
  });
}

async function onPostgres<T>(store: string, work: (query: (sql: string) => Promise<object[]>, schema: string) => Promise<T>): Promise<T> {
  const { connectionString, schema } = addressOf(store);
  const client = new pg.Client({ connectionString, options: `-c search_path=${schema}` });
  await client.connect();
  try {
    return await work(async (sql) => ((await client.query(sql)) as { rows: object[] }).rows, schema);
  } finally {
    await client.end();
  }
}
