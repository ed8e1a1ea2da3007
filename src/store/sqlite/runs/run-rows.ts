import type { Connection } from "../connection.ts";

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
    dropWords.run(thread);
    drop.run(thread);
    again(thread, workspace);
  };
}

/** What was deleted is in no part of the index of words any more. */
export const withoutDeletedWords = ({ db }: Connection): void => void db.exec("INSERT INTO run_words (run_words) VALUES ('optimize')");
