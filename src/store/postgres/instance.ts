import { randomUUID } from "node:crypto";
import type { Connection } from "./server/connection.ts";

const KEY = "instance";

/**
 * Which Parley this is among those that share something outside, such as an engine: a random id, the same for every process on this schema. A copy of
 * the database is another Parley: the id is kept with the server, the database and the schema that it was made for.
 */
export async function postgresInstance({ transaction, schema }: Connection): Promise<string> {
  return transaction(async (within) => {
    const [where] = await within<{ place: string }>(
      `SELECT (SELECT system_identifier FROM pg_control_system()) || ' ' || oid || ' ' || $1::regnamespace::oid AS place
        FROM pg_database WHERE datname = current_database()`,
      [schema],
    );
    await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [KEY]);
    const [note] = await within<{ value: string }>("SELECT value FROM notes WHERE key = $1", [KEY]);
    const kept = note && (JSON.parse(note.value) as { readonly id: string; readonly place?: string });
    if (kept && kept.place === where?.place) return kept.id;
    const fresh = { id: randomUUID(), place: where?.place };
    await within("INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [
      KEY,
      JSON.stringify(fresh),
    ]);
    return fresh.id;
  });
}
