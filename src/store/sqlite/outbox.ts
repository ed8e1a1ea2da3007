import type { Leisure } from "../leisure.ts";
import type { Connection } from "./connection.ts";
import { placeOf } from "../fair-queue.ts";
import type { Post, Store } from "../store.ts";
import type { DueRows } from "../one-process/work-queue.ts";

interface PostRow extends Omit<Post, "sendingSince"> {
  readonly sendingSince: string | null;
}

const POST = `
  SELECT outbox.id, threads.name AS thread, seq, kind, part, sending_since AS sendingSince
  FROM outbox JOIN threads ON threads.id = outbox.thread WHERE receipt IS NULL AND gave_up IS NULL`;

/** The places in which something is to be posted. What is due has no time: it is read whole, or not at all. */
export function duePlaces({ db, read }: Connection): DueRows {
  const due = db.prepare<[], { readonly thread: string; readonly workspace: string }>(
    "SELECT DISTINCT name AS thread, workspace FROM outbox JOIN threads ON threads.id = outbox.thread WHERE receipt IS NULL AND gave_up IS NULL ORDER BY outbox.id",
  );
  return {
    between: (after) =>
      after === Number.NEGATIVE_INFINITY ? read(() => due.all()).map(({ thread, workspace }) => ({ key: placeOf(thread), workspace })) : [],
    next: () => undefined,
    remove: () => undefined,
  };
}

/** What goes out. Rows come into being in the commit of their event (`log.ts`); here they are taken to their end. */
export function sqliteOutbox(
  { db, writeSoon, flushed, read }: Connection,
  {
    leisure,
    onDelivered,
  }: {
    readonly leisure: Pick<Leisure, "syncing">;
    /** A post was delivered. */
    readonly onDelivered: (about: { readonly thread: string; readonly workspace: string; readonly delivered: string }) => void;
  },
): Pick<Store, "duePosts" | "dueThreads" | "markSending" | "markDelivered" | "receipt"> {
  const due = db.prepare<[number], PostRow>(`${POST} ORDER BY outbox.id LIMIT ?`);
  const dueInLane = db.prepare<[string, number], PostRow>(
    `${POST} AND outbox.thread = (SELECT id FROM threads WHERE name = ?) ORDER BY outbox.id LIMIT ?`,
  );
  const dueInWorkspace = db.prepare<[string, number], PostRow>(`${POST} AND threads.workspace = ? ORDER BY outbox.id LIMIT ?`);
  // Few are due: they are looked through, and not the names of all threads.
  const dueIn = db
    .prepare<[string, string], string>(
      `SELECT name FROM outbox CROSS JOIN threads ON threads.id = outbox.thread
        WHERE receipt IS NULL AND gave_up IS NULL AND name >= ? AND name < ? GROUP BY name ORDER BY min(outbox.id)`,
    )
    .pluck();
  const sending = db.prepare("UPDATE outbox SET sending_since = ? WHERE id = ? AND sending_since IS NULL");
  const gaveUp = db.prepare("UPDATE outbox SET gave_up = ? WHERE id = ? AND receipt IS NULL AND gave_up IS NULL");
  const delivered = db
    .prepare<[string, number], readonly [thread: number, kind: string]>(
      "UPDATE outbox SET receipt = ? WHERE id = ? AND receipt IS NULL AND gave_up IS NULL RETURNING thread, kind",
    )
    .raw();
  const named = db.prepare<[number], readonly [name: string, workspace: string]>("SELECT name, workspace FROM threads WHERE id = ?").raw();
  const receipt = db
    .prepare<[string, number, string], string>(
      "SELECT receipt FROM outbox WHERE thread = (SELECT id FROM threads WHERE name = ?) AND seq = ? AND kind = ? AND receipt IS NOT NULL ORDER BY part LIMIT 1",
    )
    .pluck();

  return {
    duePosts: async (lane, limit, workspace) => {
      const rows = read(() => {
        if (lane !== undefined) return dueInLane.all(lane, limit);
        return workspace === undefined ? due.all(limit) : dueInWorkspace.all(workspace, limit);
      });
      return rows.map((row) => ({ ...row, sendingSince: row.sendingSince ?? undefined }));
    },
    dueThreads: async (place) => {
      // From the names that begin with the place and a slash to those that begin with what comes after a slash; without a place, names without one.
      const names = read(() => (place === "" ? dueIn.all("", "\u{10FFFF}") : dueIn.all(`${place}/`, `${place}0`)));
      return names.filter((name) => placeOf(name) === place);
    },
    // On the disk before the post leaves, and with it the event that it shows: lost in a power cut, it would be posted twice, or unsaid. One
    // wait for the disk, beside the event loop, is for all that leave together.
    markSending: async (id, at) => {
      await writeSoon(() => void sending.run(at, id));
      leisure.syncing(1);
      await flushed().finally(() => leisure.syncing(-1));
    },
    // Lost, this is found out again: the post is looked for before it is tried again.
    markDelivered: async (id, outcome) => {
      if ("gaveUp" in outcome) return writeSoon(() => void gaveUp.run(outcome.gaveUp, id));
      const mark = () => {
        const row = delivered.get(outcome.receipt, id);
        const thread = row && named.get(row[0]);
        return thread && { thread: thread[0], workspace: thread[1], delivered: row[1] };
      };
      await writeSoon(mark, { made: (what) => what && onDelivered(what) });
    },
    receipt: async (thread, seq, kind) => read(() => receipt.get(thread, seq, kind)),
  };
}
