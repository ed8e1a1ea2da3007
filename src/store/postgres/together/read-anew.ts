import { EVERY_THREAD } from "../../store.ts";
import type { Query } from "../server/connection.ts";
import type { Change } from "./change.ts";

const KEYS_PER_READ = 1_000;

/**
 * What may have changed, for one that has missed more than is kept: all of it, as if each had been put just now. So whoever remembers something of it
 * reads it anew: logs, settings, schedules, and every note by its key.
 */
export async function tellAllAnew(query: Query, tell: (change: Change) => void): Promise<void> {
  tell({ kind: "rewritten", thread: EVERY_THREAD, workspace: "" });
  tell({ kind: "setting" });
  for (const { workspace } of await query<{ workspace: string }>("SELECT DISTINCT workspace FROM schedules"))
    tell({ kind: "schedule", workspace });
  for (let after = ""; ;) {
    const keys = await query<{ key: string }>("SELECT key FROM notes WHERE key > $1 ORDER BY key LIMIT $2", [after, KEYS_PER_READ]);
    for (const { key } of keys) tell({ kind: "note", key });
    const last = keys.at(-1);
    if (!last || keys.length < KEYS_PER_READ) return;
    after = last.key;
  }
}
