import type { Connection } from "./connection.ts";
import type { Commit } from "../store.ts";
import { timeOf } from "../one-process/iso-time.ts";
import type { DueRows } from "../one-process/work-queue.ts";

/** The `ready` table: which threads are to be worked on, and when. Times in ms since the epoch. */
export interface ReadyRows extends DueRows {
  /** Part of a commit, inside its transaction. */
  readonly set: (threadId: number, wake: Commit["wake"], now: number) => void;
}

export function readyRows({ db, write, read }: Connection): ReadyRows {
  // A thread that is due already stays where it is in the line, and costs no page write.
  const wakeNow = db.prepare(
    "INSERT INTO ready (thread, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at WHERE at > excluded.at",
  );
  const wakeAt = db.prepare("INSERT INTO ready (thread, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at");
  const rest = db.prepare("DELETE FROM ready WHERE thread = ?");
  const remove = db.prepare("DELETE FROM ready WHERE thread = (SELECT id FROM threads WHERE name = ?)");
  const between = db.prepare<[number, number], { readonly key: string; readonly workspace: string }>(
    "SELECT name AS key, workspace FROM ready JOIN threads ON threads.id = ready.thread WHERE ready.at > ? AND ready.at <= ? ORDER BY ready.at, ready.thread",
  );
  const next = db.prepare<[number], number | null>("SELECT min(at) FROM ready WHERE at > ?").pluck();
  const due = db.prepare<[number], { readonly key: string; readonly at: number }>(
    "SELECT name AS key, ready.at AS at FROM ready JOIN threads ON threads.id = ready.thread WHERE ready.at <= ? ORDER BY ready.at, ready.thread",
  );

  return {
    set: (threadId, wake, now) => {
      if (wake === "keep") return;
      if (wake === "none") rest.run(threadId);
      else if (wake === "now") wakeNow.run(threadId, now);
      else wakeAt.run(threadId, timeOf(wake.at));
    },
    between: (after, until) => read(() => between.all(after, until)),
    next: (after) => read(() => next.get(after) ?? undefined),
    earliest: (until, had) =>
      read(() => {
        for (const { key, at } of due.iterate(until)) if (!had(key)) return at;
        return undefined;
      }),
    remove: (thread) => write("normal", () => void remove.run(thread)),
  };
}
