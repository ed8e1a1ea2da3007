import { placeOf } from "../../fair-queue.ts";
import { WITH_LAST_RUN } from "../../records/last-run.ts";
import type { FinishedRuns } from "../../runs/finished-runs.ts";
import { SPENDING_PAGE_ROWS, summedSpending, type SpendingRow, type SpendingSource, type Tail } from "../../runs/summed-spending.ts";
import { IMPORTED, type SpendingWanted } from "../../spending.ts";
import type { Store } from "../../store.ts";
import { withLearnedNames } from "../names.ts";
import type { Connection, Query } from "../server/connection.ts";

/** What was spent, off the index of runs, all of it as it is at one instant. */
export const postgresSpending =
  ({ atOneInstant }: Pick<Connection, "atOneInstant">, { load }: Pick<Store, "load">): FinishedRuns["spending"] =>
  (wanted) =>
    atOneInstant((query) => summedSpending(sourceOf(query, wanted), { load }, wanted));

function sourceOf(query: Query, { since, places }: SpendingWanted): SpendingSource {
  const named = async (thread: string, text: string): Promise<string> => (await withLearnedNames(query, thread, [text]))[0] ?? text;
  return {
    async workspaces() {
      const rows = await query<{ readonly workspace: string }>(
        "SELECT DISTINCT workspace FROM threads WHERE last_seq > 0 AND workspace <> $1",
        [IMPORTED],
      );
      return rows.map(({ workspace }) => workspace);
    },
    async tails(workspace) {
      const tails = await query<Tail>(
        `SELECT name AS thread, until, run, shown FROM threads ${WITH_LAST_RUN}
          WHERE threads.workspace = $1 AND threads.at >= $2 AND last_seq > coalesce(until, 0)
            AND EXISTS (SELECT 1 FROM events WHERE events.thread = threads.id AND events.seq > coalesce(until, 0) AND position('"usage"' IN body) > 0)`,
        [workspace, since],
      );
      return places ? tails.filter(({ thread }) => places.includes(placeOf(thread))) : tails;
    },
    page: (workspace, { at, id }) =>
      query<SpendingRow>(
        `SELECT id, thread, place, run, team, starter, ended_at AS "endedAt", spending FROM runs
          WHERE workspace = $1 AND ended_at >= $2 AND (ended_at, id) > ($3, $4) AND ($5::text[] IS NULL OR place = ANY($5))
          ORDER BY ended_at, id LIMIT ${SPENDING_PAGE_ROWS}`,
        [workspace, since, at, id, places],
      ),
    async shown(ids) {
      const rows = await query<{ readonly id: number; readonly thread: string; readonly shown: string }>(
        "SELECT runs.id, name AS thread, shown FROM runs JOIN threads ON threads.id = runs.thread WHERE runs.id = ANY($1::bigint[])",
        [ids],
      );
      const found = new Map<number, { readonly thread: string; readonly shown: string }>();
      for (const { id, thread, shown } of rows) found.set(id, { thread, shown: await named(thread, shown) });
      return found;
    },
    named,
  };
}
