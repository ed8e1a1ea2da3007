import { existsSync } from "node:fs";
import { openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";

/** By what a Parley on this database marks what it starts in an engine; `undefined` before its first start. */
export async function instanceOf(dbPath: string): Promise<string | undefined> {
  if (!existsSync(dbPath)) return undefined;
  const store = openSqliteReadOnly({ path: dbPath });
  try {
    const kept = await store.note("instance");
    return kept === undefined ? undefined : (JSON.parse(kept) as { id: string }).id;
  } finally {
    await store.close();
  }
}
