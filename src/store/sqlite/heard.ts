import type { Connection } from "./connection.ts";
import type { Commit, CommitResult } from "../store.ts";

/** No rate looks further back. */
const KEPT_MS = 3_600_000;
/** Each row that comes takes at most so many old ones out. */
const PRUNED_PER_ROW = 20;

/** When persons were heard whom a rate is set. Both are to be called in the transaction of the events, `refused` before anything is written. */
export function sqliteHeard({ db }: Connection): {
  refused(commit: Commit): Extract<CommitResult, { kind: "too many" }> | undefined;
  add(commit: Commit): void;
} {
  const put = db.prepare("INSERT INTO heard (workspace, person, kind, at) VALUES (?, ?, ?, ?)");
  const prune = db.prepare("DELETE FROM heard WHERE id IN (SELECT id FROM heard ORDER BY id LIMIT ?) AND at < ?");
  const find = db
    .prepare<[string, string, string, number], number>(
      "SELECT at FROM heard WHERE workspace = ? AND person = ? AND kind = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
    )
    .pluck();

  return {
    refused({ workspace, heard = [], at }) {
      for (const one of heard) {
        const first = one.perHour === undefined ? undefined : find.get(workspace, one.person, one.kind, one.perHour - 1);
        if (first !== undefined && first > Date.parse(at) - KEPT_MS) return { kind: "too many", heard: one, at: first };
      }
      return undefined;
    },
    add({ workspace, heard = [], at }) {
      const now = Date.parse(at);
      for (const { person, kind, perHour } of heard) {
        // Nobody asks for it.
        if (perHour === undefined) continue;
        put.run(workspace, person, kind, now);
        prune.run(PRUNED_PER_ROW, now - KEPT_MS);
      }
    },
  };
}
