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

/**
 * Posts that the commit which makes them marks as sent, so that this takes no second one: where they leave, they mostly leave at once. To whoever asks in this
 * process they are as yet unsent, until they are marked; after a crash each is looked for before it is sent.
 */
export interface EarlyMarks {
  /** Whether so many posts, which are being written, are to be marked so: the database is open once, and few of those marked so are still due. */
  areSet(posts: number): boolean;
  /** Posts have been committed with marks. */
  made(ids: readonly number[]): void;
  /** Since when a post is being sent, as is to be told of it: what its row says, if it was not marked early. */
  sendingSince(id: number, inRow: string | null): string | undefined;
  /** `false`: it was not marked early, and is to be marked now. */
  sent(id: number, at: string): boolean;
  settled(id: number): void;
  /** Those that were not sent. */
  unsent(): readonly number[];
}

/** A crash, or an outage before it, leaves about so many that are looked for and were never sent: half a minute of what Slack lets be read. */
const EARLY_MARKS_MAX = 20;

export function createEarlyMarks(openers: { readonly size: number }): EarlyMarks {
  /** With the time at which it was sent; without one it is still to be. */
  const marked = new Map<number, string | undefined>();
  /** Of commits that are written in one transaction none is told of before all are written. */
  let beingWritten = 0;
  return {
    areSet(posts) {
      if (marked.size + beingWritten >= EARLY_MARKS_MAX || openers.size > 1) return false;
      if (beingWritten === 0) queueMicrotask(() => (beingWritten = 0));
      beingWritten += posts;
      return true;
    },
    made(ids) {
      for (const id of ids) marked.set(id, undefined);
    },
    sendingSince: (id, inRow) => (marked.has(id) ? marked.get(id) : (inRow ?? undefined)),
    sent(id, at) {
      if (!marked.has(id)) return false;
      if (marked.get(id) === undefined) marked.set(id, at);
      return true;
    },
    settled: (id) => void marked.delete(id),
    unsent: () => [...marked].flatMap(([id, at]) => (at === undefined ? [id] : [])),
  };
}

/** Before the database is closed: the next start has nothing to look for. */
export function takeBackMarks({ db, write }: Connection, early: Pick<EarlyMarks, "unsent">): void {
  const unsent = early.unsent();
  if (unsent.length === 0) return;
  try {
    const sending = db.prepare("UPDATE outbox SET sending_since = NULL WHERE id = ? AND receipt IS NULL AND gave_up IS NULL");
    write("normal", () => unsent.forEach((id) => sending.run(id)));
  } catch {
    // They are looked for, and not found.
  }
}

/** What goes out. Rows come into being in the commit of their event (`log.ts`); here they are taken to their end. */
export function sqliteOutbox(
  { db, writeSoon, flushed, read }: Connection,
  {
    early,
    leisure,
    onDelivered,
  }: {
    readonly early: EarlyMarks;
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
      return rows.map((row) => ({ ...row, sendingSince: early.sendingSince(row.id, row.sendingSince) }));
    },
    dueThreads: async (place) => {
      // From the names that begin with the place and a slash to those that begin with what comes after a slash; without a place, names without one.
      const names = read(() => (place === "" ? dueIn.all("", "\u{10FFFF}") : dueIn.all(`${place}/`, `${place}0`)));
      return names.filter((name) => placeOf(name) === place);
    },
    // On the disk before the post leaves, and with it the event that it shows: lost in a power cut, it would be posted twice, or unsaid. One
    // wait for the disk, beside the event loop, is for all that leave together.
    markSending: async (id, at) => {
      if (!early.sent(id, at)) await writeSoon(() => void sending.run(at, id));
      leisure.syncing(1);
      await flushed().finally(() => leisure.syncing(-1));
    },
    // Lost, this is found out again: the post is looked for before it is tried again.
    markDelivered: async (id, outcome) => {
      if ("gaveUp" in outcome) return writeSoon(() => void gaveUp.run(outcome.gaveUp, id), { made: () => early.settled(id) });
      const mark = () => {
        const row = delivered.get(outcome.receipt, id);
        const thread = row && named.get(row[0]);
        return thread && { thread: thread[0], workspace: thread[1], delivered: row[1] };
      };
      const made = (what: ReturnType<typeof mark>) => {
        early.settled(id);
        if (what) onDelivered(what);
      };
      await writeSoon(mark, { made });
    },
    receipt: async (thread, seq, kind) => read(() => receipt.get(thread, seq, kind)),
  };
}
