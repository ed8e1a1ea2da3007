import type { Person, RunEvent } from "../../../engine/events/events.ts";
import { spendingOf } from "../../../engine/limits/spending.ts";
import type { Connection } from "../connection.ts";
import { beginOf } from "../../records/last-run.ts";
import { sqliteNames } from "../names.ts";
import { IMPORTED, type SpendingWanted, type ThreadSpending } from "../../spending.ts";
import type { Store } from "../../store.ts";
import { addTo, spentOf, sumOf, type PackedSpending, type Sum } from "./packed-spending.ts";

type Row = readonly [id: number, thread: number, place: string, run: string, starter: string, spending: string];

/** What is not told apart. All but the sum is the first one's. */
interface Group extends Sum {
  readonly row: number;
  readonly one: PackedSpending;
}

/** A thread whose log goes on behind what is entered, or of which nothing is. */
interface Tail {
  readonly id: number;
  readonly thread: string;
  readonly until: number | null;
}

/** Of a run that is entered. */
interface Shown {
  readonly team: string;
  readonly startedBy: Person;
}

/**
 * What {@link readSpending} reads off the logs, of runs that are over off their index, and there added up: what is in no index yet is read, so that
 * it is the same to the cent.
 */
export function sqliteSpending(
  { db, read }: Connection,
  { load }: Pick<Store, "load">,
): (wanted: SpendingWanted) => AsyncGenerator<ThreadSpending, void, void> {
  const names = sqliteNames(db);
  const named = (thread: string, body: string): string => names(thread, [body])[0] ?? body;

  return async function* (wanted) {
    const { since } = wanted;
    const { entered, tails } = read(() =>
      // Both as they are at one instant.
      db.transaction(() => ({ entered: told([...groupsOf(rowsSince(since), wanted)]), tails: tailsSince(since) }))(),
    );
    yield* entered;
    for (const tail of tails) {
      const events = await load(tail.thread, tail.until ?? 0);
      const before = read(() => lastRunOf(tail));
      for (const one of spendingOf(before ? [before, ...events] : events)) if (one.day >= since) yield { ...one, thread: tail.thread };
    }
  };

  function rowsSince(since: string): Iterable<Row> {
    return db
      .prepare<[string, string], Row>(
        "SELECT id, thread, place, run, starter, spending FROM runs WHERE ended_at >= ? AND workspace <> ? AND spending <> '[]'",
      )
      .raw()
      .iterate(since, IMPORTED);
  }

  function told(groups: readonly Group[]): ThreadSpending[] {
    const rowOf = db.prepare<[number], { readonly thread: string; readonly run: string; readonly shown: string }>(
      "SELECT name AS thread, run, shown FROM runs JOIN threads ON threads.id = runs.thread WHERE runs.id = ?",
    );
    return groups.map(({ row, one: [day, agent, of], ...sum }) => {
      const { thread, run, shown } = rowOf.get(row)!;
      const whose = of ? named(thread, JSON.stringify(of)) : named(thread, shown);
      const { team, startedBy, person = startedBy } = JSON.parse(whose) as Shown & { readonly person?: Person };
      return { ...spentOf(sum), run: of ? of.run : run, team, person, agent, day, thread };
    });
  }

  /** The threads in which something was recorded behind the last run that is entered. */
  function tailsSince(since: string): Tail[] {
    return db
      .prepare<[string, string], Tail>(
        `SELECT id, name AS thread, (SELECT max(until) FROM runs WHERE runs.thread = threads.id) AS until FROM threads
          WHERE last_seq > coalesce((SELECT max(until) FROM runs WHERE runs.thread = threads.id), 0) AND at >= ? AND workspace <> ?`,
      )
      .all(since, IMPORTED);
  }

  function lastRunOf({ id, thread, until }: Tail): RunEvent | undefined {
    const last = db
      .prepare<[number, number | null], { readonly run: string; readonly shown: string }>(
        "SELECT run, shown FROM runs WHERE thread = ? AND until = ?",
      )
      .get(id, until);
    return last && beginOf({ until, run: last.run, shown: named(thread, last.shown) });
  }
}

function groupsOf(rows: Iterable<Row>, { since, by }: SpendingWanted): Iterable<Group> {
  const groups = new Map<string, Group>();
  const parts = new Set(by);
  for (const [row, thread, place, run, starter, spending] of rows) {
    const key = (ofRun: string, ofPerson: string) =>
      (parts.has("place") ? `${place}\n` : "") +
      (parts.has("person") ? `${ofPerson}\n` : "") +
      (parts.has("run") ? `${thread} ${ofRun}\n` : "");
    const own = key(run, starter);
    for (const one of JSON.parse(spending) as readonly PackedSpending[]) {
      const [day, agent, of] = one;
      if (day < since) continue;
      const whole = (of ? key(of.run, of.person.id) : own) + (parts.has("day") ? `${day}\n` : "") + (parts.has("agent") ? agent : "");
      const group = groups.get(whole);
      if (group) addTo(group, one);
      else groups.set(whole, { row, one, ...sumOf(one) });
    }
  }
  return groups.values();
}
