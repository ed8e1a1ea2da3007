import type { Connection } from "../connection.ts";
import { sqliteNames } from "../names.ts";
import {
  SPENDING_PAGE_ROWS,
  summedSpending,
  type Behind,
  type SpendingRow,
  type SpendingSource,
  type Tail,
} from "../../runs/summed-spending.ts";
import { IMPORTED, type SpendingWanted } from "../../spending.ts";
import { IN_PLACES } from "./run-looks.ts";
import type { Store } from "../../store.ts";
import type { FinishedRuns } from "../../runs/finished-runs.ts";

/** What was spent, off the index of runs. */
export function sqliteSpending({ db, read }: Connection, { load }: Pick<Store, "load">): FinishedRuns["spending"] {
  const names = sqliteNames(db);
  const named = (thread: string, body: string): string => names(thread, [body])[0] ?? body;

  function sourceOf({ since, places }: SpendingWanted): SpendingSource {
    let upToId = 0;
    const here = { since, places: JSON.stringify(places ?? []) };
    const inPlaces = places ? `AND ${IN_PLACES}` : "";
    return {
      workspaces: async () => read(() => db.prepare<[string], string>(WORKSPACES).pluck().all(IMPORTED)),
      tails: async (workspace) =>
        read(() =>
          // Both as they are at one instant.
          db.transaction(() => {
            upToId = db.prepare<[], number>("SELECT coalesce(max(id), 0) FROM runs").pluck().get() ?? 0;
            const tails = db.prepare<[object], Tail>(TAILS).all({ workspace, since });
            return places ? tails.filter(({ thread }) => places.includes(thread.slice(0, thread.lastIndexOf("/")))) : tails;
          })(),
        ),
      page: async (workspace, { at, id }: Behind) =>
        read(() =>
          db.prepare<[object], SpendingRow>(pageOf(inPlaces)).all({ ...here, workspace, at, id, upToId, limit: SPENDING_PAGE_ROWS }),
        ),
      async shown(ids) {
        const row = db.prepare<[number], { readonly thread: string; readonly shown: string }>(SHOWN);
        return new Map(
          ids.flatMap((id) => {
            const found = read(() => row.get(id));
            return found ? [[id, { thread: found.thread, shown: read(() => named(found.thread, found.shown)) }] as const] : [];
          }),
        );
      },
      named: async (thread, text) => read(() => named(thread, text)),
    };
  }
  return (wanted) => summedSpending(sourceOf(wanted), { load }, wanted);
}

const WORKSPACES = "SELECT DISTINCT workspace FROM threads WHERE last_seq > 0 AND workspace <> ?";

const pageOf = (inPlaces: string): string =>
  `SELECT id, thread, place, run, team, starter, ended_at AS endedAt, spending FROM runs
    WHERE workspace = @workspace AND ended_at >= @since AND (ended_at, id) > (@at, @id) AND id <= @upToId ${inPlaces}
    ORDER BY ended_at, id LIMIT @limit`;

const SHOWN = "SELECT name AS thread, shown FROM runs JOIN threads ON threads.id = runs.thread WHERE runs.id = ?";

/** The threads in whose logs something was spent behind the last run that is entered, with that run. */
const TAILS = `
  SELECT name AS thread, until, run, shown FROM threads
    LEFT JOIN runs ON runs.id = (SELECT id FROM runs WHERE runs.thread = threads.id ORDER BY seq DESC LIMIT 1)
    WHERE threads.workspace = @workspace AND threads.at >= @since AND last_seq > coalesce(until, 0)
      AND EXISTS (SELECT 1 FROM events WHERE events.thread = threads.id AND events.seq > coalesce(until, 0) AND instr(body, '"usage"') > 0)`;
