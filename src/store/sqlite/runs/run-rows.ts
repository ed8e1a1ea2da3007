import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { Connection } from "../connection.ts";
import { dropKeptAlike } from "./alike.ts";

/** What others write of the index, each in the transaction of what they do. */

/** A run of this thread has ended: its log is to be read for it. The mark is new each time, so that who has read before enters nothing. */
export function runEnded(db: Connection["db"]): (thread: number, workspace: string) => void {
  const due = db.prepare<[number, string]>("INSERT OR REPLACE INTO runs_due (thread, workspace, mark) VALUES (?, ?, hex(randomblob(8)))");
  return (thread, workspace) => void due.run(thread, workspace);
}

/** What was read off a log that is put anew goes, and is read again. */
export function runsRewritten({ db }: Connection): (thread: number, workspace: string) => void {
  const dropWords = db.prepare<[number]>("DELETE FROM run_words WHERE rowid IN (SELECT id FROM runs WHERE thread = ?)");
  const drop = db.prepare<[number]>("DELETE FROM runs WHERE thread = ?");
  const again = runEnded(db);
  return (thread, workspace) => {
    dropKeptAlike(db);
    dropWords.run(thread);
    drop.run(thread);
    again(thread, workspace);
  };
}

/** Of the index of words, written between two turns of the event loop. */
const PAGES_AT_ONCE = 16;
/**
 * FTS5 notes deleted rows on pages of their own, behind those of all words, until what they were deleted from is merged (`fts5_dri` and
 * `FTS5_SEGMENT_TOMBSTONE` in fts5_index.c: the number of a part, and above it 1 << 16, stands in front of 37 bits).
 */
const FIRST_TOMBSTONE = "((1 << 16) << 37)";

/**
 * What was deleted is in no part of the index of words any more: until then FTS5 only notes that it is not to be found. The whole index is written
 * anew, bit by bit; nothing is where nothing was deleted.
 */
export async function withoutDeletedWords({ db, read, write }: Connection): Promise<void> {
  const deleted = db.prepare<[], number>(`SELECT EXISTS (SELECT 1 FROM run_words_data WHERE id >= ${FIRST_TOMBSTONE})`).pluck();
  while (read(() => deleted.get()) === 1) {
    // Below zero it begins with all parts, above it goes on. A merge that was under way goes on first, and may have taken along what was deleted since.
    if (!merged(-PAGES_AT_ONCE)) return;
    do await eventLoopTurn();
    while (merged(PAGES_AT_ONCE));
  }

  /** Fewer than two changes say that there is no more to do. */
  function merged(pages: number): boolean {
    return write("normal", () => {
      const before = changes();
      db.prepare<[number]>("INSERT INTO run_words (run_words, rank) VALUES ('merge', ?)").run(pages);
      return changes() - before >= 2;
    });
  }

  function changes(): number {
    return db.prepare<[], number>("SELECT total_changes()").pluck().get() ?? 0;
  }
}
