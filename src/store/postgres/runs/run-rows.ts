import { randomUUID } from "node:crypto";
import type { Given } from "../part-of-commit.ts";
import type { Query } from "../server/connection.ts";

/** What others write of the index, each in the statement or the transaction of what they do. */

/**
 * A run of this thread has ended: its log is to be read for it. The mark is new each time, so that who has read before enters nothing. A part of the
 * statement of a commit.
 */
export const runEndedPart = (given: Given): string => `ended AS (INSERT INTO runs_due (thread, workspace, mark)
  SELECT id, workspace, ${given(randomUUID(), "text")} FROM moved ON CONFLICT (thread) DO UPDATE SET workspace = excluded.workspace, mark = excluded.mark)`;

/** More of its runs are to be entered, and what has been is told by a new mark; `false` where the mark is another by now. */
export async function goOn(within: Query, thread: number, mark: string): Promise<boolean> {
  const marked = await within("UPDATE runs_due SET mark = $3 WHERE thread = $1 AND mark = $2 RETURNING 1", [thread, mark, randomUUID()]);
  return marked.length > 0;
}

/** In a transaction of one's own, where the log is put anew: what was read off it goes, and it is to be read again. */
export async function runsRewritten(within: Query, thread: number, workspace: string): Promise<void> {
  const values: unknown[] = [thread, workspace];
  const given: Given = (value, type) => `$${values.push(value)}::${type}`;
  await within(`WITH moved AS (SELECT $1::bigint AS id, $2::text AS workspace), ${runEndedPart(given)} SELECT 1`, values);
  await runsGone(within, thread);
}

/**
 * In the transaction in which it was said that they are to be read again, and behind that: who was about to enter what was read before has done so by then, and
 * it goes too; or enters nothing.
 */
export async function runsGone(within: Query, thread: number | string): Promise<void> {
  const id = typeof thread === "string" ? "(SELECT id FROM threads WHERE name = $1)" : "$1";
  await within(`DELETE FROM runs WHERE thread = ${id}`, [thread]);
}
