import { existsSync } from "node:fs";
import pg from "pg";
import { openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";

/** By what a Parley on this database marks what it starts in an engine; `undefined` before its first start. */
export async function instanceOf(dbPath: string): Promise<string | undefined> {
  if (dbPath.startsWith("postgres:")) return instanceInPostgres(dbPath);
  if (!existsSync(dbPath)) return undefined;
  const store = openSqliteReadOnly({ path: dbPath });
  try {
    const kept = await store.note("instance");
    return kept === undefined ? undefined : (JSON.parse(kept) as { id: string }).id;
  } finally {
    await store.close();
  }
}

async function instanceInPostgres(address: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: string }>("SELECT value FROM parley.notes WHERE key = 'instance'");
    return rows[0] && (JSON.parse(rows[0].value) as { id: string }).id;
  } finally {
    await client.end();
  }
}
