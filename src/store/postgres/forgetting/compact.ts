import type { Forgetter } from "../../forgetting.ts";
import type { Connection } from "../server/connection.ts";

/** Writing it anew takes some seconds for each GiB, and nobody is served meanwhile. */
const SMALL_BYTES_MAX = 64 * 1024 * 1024;

/** See {@link Forgetter.compact}. What is in the write-ahead log of a server, in its archive and in its copies is for whoever runs it to let go. */
export async function compacted(connection: Connection, when: Parameters<Forgetter["compact"]>[0]): Promise<boolean> {
  const { query, schema } = connection;
  // The server writes its log over by itself.
  if (when === "log") return false;
  const due = await query<{ id: number }>("SELECT id FROM forgettings WHERE state = 'done'");
  const tables = await query<{ name: string; bytes: number }>(
    "SELECT quote_ident($1) || '.' || quote_ident(tablename) AS name, pg_total_relation_size((quote_ident($1) || '.' || quote_ident(tablename))::regclass) AS bytes FROM pg_tables WHERE schemaname = $1",
    [schema],
  );
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const anew = when === "now" || (due.length > 0 && (when === "if due" || bytes <= SMALL_BYTES_MAX));
  if (!anew) return false;
  const client = await connection.own();
  try {
    for (const { name } of tables) await client.query(`VACUUM (FULL) ${name}`);
  } finally {
    await client.end();
  }
  await query("DELETE FROM forgettings WHERE id = ANY($1::bigint[])", [due.map(({ id }) => id)]);
  return true;
}
