import { randomUUID } from "node:crypto";
import type { Query } from "../server/connection.ts";

/** What others write of the index, each in the transaction of what they do. */

/** A run of this thread has ended: its log is to be read for it. The mark is new each time, so that who has read before enters nothing. */
export async function runEnded(within: Query, thread: number, workspace: string): Promise<void> {
  await within(
    "INSERT INTO runs_due (thread, workspace, mark) VALUES ($1, $2, $3) ON CONFLICT (thread) DO UPDATE SET workspace = excluded.workspace, mark = excluded.mark",
    [thread, workspace, randomUUID()],
  );
}

/** More of its runs are to be entered, and what has been is told by a new mark; `false` where the mark is another by now. */
export async function goOn(within: Query, thread: number, mark: string): Promise<boolean> {
  const marked = await within("UPDATE runs_due SET mark = $3 WHERE thread = $1 AND mark = $2 RETURNING 1", [thread, mark, randomUUID()]);
  return marked.length > 0;
}

/** What was read off a log that is put anew goes, and is read again. */
export async function runsRewritten(within: Query, thread: number, workspace: string): Promise<void> {
  await within("DELETE FROM runs WHERE thread = $1", [thread]);
  await runEnded(within, thread, workspace);
}
