import type { Connection } from "./connection.ts";
import type { Commit, Store } from "../store.ts";

/** No rate looks further back. */
const KEPT_MS = 3_600_000;
/** Each row that comes takes at most so many old ones out. */
const PRUNED_PER_ROW = 20;

/** When persons were heard, for their rates. `add` is to be called in the transaction of the events. */
export function sqliteHeard({ db, read }: Connection): Pick<Store, "heardAt"> & { add(commit: Commit): void } {
  const put = db.prepare("INSERT INTO heard (workspace, person, kind, at) VALUES (?, ?, ?, ?)");
  const prune = db.prepare("DELETE FROM heard WHERE id IN (SELECT id FROM heard ORDER BY id LIMIT ?) AND at < ?");
  const find = db
    .prepare<[string, string, string, number], number>(
      "SELECT at FROM heard WHERE workspace = ? AND person = ? AND kind = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
    )
    .pluck();

  return {
    add({ workspace, heard = [], at }) {
      const now = Date.parse(at);
      for (const { person, kind } of heard) {
        put.run(workspace, person, kind, now);
        prune.run(PRUNED_PER_ROW, now - KEPT_MS);
      }
    },
    heardAt: async (workspace, { person, kind }, count) => read(() => find.get(workspace, person, kind, count - 1) ?? undefined),
  };
}
