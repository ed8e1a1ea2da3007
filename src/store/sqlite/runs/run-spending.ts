import { spendingOf, type Spending } from "../../../engine/limits/spending.ts";
import type { Connection } from "../connection.ts";
import { beginOf, WITH_LAST_RUN, type LastRun } from "./last-run.ts";
import { sqliteNames } from "../names.ts";
import { IMPORTED, type ThreadSpending } from "../../spending.ts";
import type { Store } from "../../store.ts";

interface Row {
  readonly thread: string;
  readonly spending: string;
}

/** A thread whose log goes on behind what is entered, or of which nothing is. */
interface Tail extends LastRun {
  readonly thread: string;
}

/**
 * What {@link readSpending} reads off the logs, of runs that are over off their index: what is in no index yet is read, so that it is the same to
 * the cent.
 */
export function sqliteSpending(
  { db, read }: Connection,
  { load }: Pick<Store, "load">,
): (since: string) => AsyncGenerator<ThreadSpending, void, void> {
  const names = sqliteNames(db);
  const named = (thread: string, body: string): string => names(thread, [body])[0] ?? body;
  return async function* (since) {
    const { entered, tails } = read(() =>
      // Both as they are at one instant.
      db.transaction(() => ({
        entered: db
          .prepare<[string, string], Row>(
            `SELECT name AS thread, spending FROM runs JOIN threads ON threads.id = runs.thread
              WHERE ended_at >= ? AND runs.workspace <> ? AND spending <> '[]'`,
          )
          .all(since, IMPORTED),
        tails: db
          .prepare<[string, string], Tail>(
            `SELECT name AS thread, until, run, shown FROM threads ${WITH_LAST_RUN}
              WHERE last_seq > coalesce(until, 0) AND at >= ? AND threads.workspace <> ?`,
          )
          .all(since, IMPORTED),
      }))(),
    );
    for (const { thread, spending } of entered)
      for (const one of JSON.parse(read(() => named(thread, spending))) as readonly Spending[])
        if (one.day >= since) yield { ...one, thread };
    for (const tail of tails) {
      const events = await load(tail.thread, tail.until ?? 0);
      const before = beginOf({ ...tail, shown: tail.shown && read(() => named(tail.thread, tail.shown ?? "")) });
      for (const one of spendingOf(before ? [before, ...events] : events)) if (one.day >= since) yield { ...one, thread: tail.thread };
    }
  };
}
