import type { Commit, CommitResult } from "../store.ts";
import type { Query } from "./server/connection.ts";

/** No rate looks further back. */
const KEPT_MS = 3_600_000;
/** Each row that comes takes at most so many old ones out. */
const PRUNED_PER_ROW = 20;

/** When persons were heard, for their rates. In the transaction of the events, before anything of it is written. */
export async function refusedAsTooMany(
  within: Query,
  { workspace, heard = [], at }: Commit,
): Promise<Extract<CommitResult, { kind: "too many" }> | undefined> {
  const limited = heard.filter(({ perHour }) => perHour !== undefined);
  // Who is heard by several processes at once is counted by one after the other; in one order, so that none waits for the other for ever.
  for (const key of limited.map(({ person, kind }) => `heard/${workspace}/${person}/${kind}`).toSorted())
    await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [key]);
  for (const one of limited) {
    const [first] = await within<{ at: number }>(
      "SELECT at FROM heard WHERE workspace = $1 AND person = $2 AND kind = $3 ORDER BY at DESC LIMIT 1 OFFSET $4",
      [workspace, one.person, one.kind, (one.perHour ?? 1) - 1],
    );
    if (first && first.at > Date.parse(at) - KEPT_MS) return { kind: "too many", heard: one, at: first.at };
  }
  return undefined;
}

export async function addHeard(within: Query, { workspace, heard = [], at }: Commit): Promise<void> {
  const now = Date.parse(at);
  for (const { person, kind } of heard) {
    await within("INSERT INTO heard (workspace, person, kind, at) VALUES ($1, $2, $3, $4)", [workspace, person, kind, now]);
    // Another that prunes the same is not waited for.
    await within(
      `DELETE FROM heard WHERE id IN (SELECT id FROM (SELECT id, at FROM heard ORDER BY id LIMIT ${PRUNED_PER_ROW} FOR UPDATE SKIP LOCKED) AS old WHERE at < $1)`,
      [now - KEPT_MS],
    );
  }
}
