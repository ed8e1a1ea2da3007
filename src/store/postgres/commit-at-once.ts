import { timeOf } from "../one-process/iso-time.ts";
import { isOfIndex, startOrStop } from "../records/commit.ts";
import { HASH } from "../records/forgetting-pens.ts";
import type { Commit } from "../store.ts";
import { heardParts, ratesOf } from "./heard.ts";
import { DONE, type Given } from "./part-of-commit.ts";
import { runEndedPart } from "./runs/run-rows.ts";
import { spentPart } from "./spent.ts";
import type { Made } from "./together/change.ts";
import { HELD, readyParts } from "./together/claims.ts";

/** A commit as one statement. */
export interface CommitAtOnce extends Made {
  /** Under these locks, which are to be had before it begins. */
  readonly alone: readonly string[];
  /** What was entered of the thread's runs is to go behind it, in the same transaction (`runsGone`). */
  readonly isFork: boolean;
}

/**
 * A commit in one statement: all of it hangs on the row of the thread, which is found only where the log ends as the writer has read it, and where the claim
 * and the rates allow it. A thread that is written to meanwhile is waited for, and is looked at anew then. Where nothing is found nothing is done. Of statements
 * there are few: each part is there or not.
 */
export function commitAtOnce(commit: Commit, bodies: readonly string[], now: () => number): CommitAtOnce {
  const { thread: name, afterSeq, at, events, claim, wake, posts, accounts = [], settles = [], heard = [] } = commit;
  const values: unknown[] = [];
  const given: Given = (value, type) => `$${values.push(value)}::${type}`;
  const parts: string[] = [];
  const add = (part: string | undefined): void => void (part !== undefined && parts.push(part));

  const thread = given(name, "text");
  const workspace = given(commit.workspace, "text");
  const before = given(afterSeq, "integer");
  const allowed: string[] = [];
  if (claim) {
    add(`held AS (${HELD("'turn'", given(claim.key, "text"), given(claim.attempt, "bigint"))})`);
    allowed.push("EXISTS (SELECT 1 FROM held)");
  }
  const { alone, areFull } = ratesOf(commit, workspace, given);
  allowed.push(...areFull.map((isFull) => `NOT ${isFull}`));
  const only = allowed.map((condition) => ` AND ${condition}`).join("");
  // Who is heard is counted where the thread is.
  const isThere = heard.length === 0 ? "" : ` AND threads.workspace IN ('', ${workspace})`;
  const row = `id, coalesce(nullif(threads.workspace, ''), ${workspace}) AS workspace`;
  const found = `name = ${thread} AND last_seq = ${before}${isThere}${only}`;
  const count = events.length;
  const last = startOrStop(events);
  const running = last && given(last.type === "run.started", "boolean");
  if (afterSeq === 0)
    add(`moved AS (
      INSERT INTO threads (name, workspace, last_seq, at, running)
        SELECT ${thread}, ${workspace}, ${given(count, "integer")}, ${given(at, "text")}, ${running ?? "false"} WHERE ${before} = 0${only}
        ON CONFLICT (name) DO UPDATE SET last_seq = excluded.last_seq${count > 0 ? ", at = excluded.at" : ""}${running === undefined ? "" : ", running = excluded.running"}
          WHERE threads.last_seq = 0${isThere} RETURNING ${row})`);
  else if (count === 0) add(`moved AS (SELECT ${row} FROM threads WHERE ${found} FOR NO KEY UPDATE)`);
  else {
    const now = `last_seq = ${before} + ${given(count, "integer")}, at = ${given(at, "text")}${running === undefined ? "" : `, running = ${running}`}`;
    add(`moved AS (UPDATE threads SET ${now} WHERE ${found} RETURNING ${row})`);
  }
  if (count > 0)
    add(`recorded AS (
      INSERT INTO events (thread, seq, body) SELECT id, ${before} + n, body FROM moved, unnest(${given(bodies, "text[]")}) WITH ORDINALITY AS one (body, n))`);
  const files = bodies.flatMap((body) => [...body.matchAll(HASH)].map(([, hash]) => hash));
  if (files.length > 0)
    add(`referred AS (UPDATE files SET referred = true WHERE hash = ANY(${given(files, "text[]")}) AND NOT referred AND ${DONE})`);
  if (posts.length > 0) {
    const inOrder = posts.toSorted((one, other) => one.event - other.event);
    const columns = [
      given(
        inOrder.map(({ event }) => afterSeq + 1 + event),
        "integer[]",
      ),
      given(
        inOrder.map(({ kind }) => kind),
        "text[]",
      ),
      given(
        inOrder.map(({ part }) => part),
        "integer[]",
      ),
    ];
    add(
      `posted AS (INSERT INTO outbox (thread, seq, kind, part)
        SELECT id, seq, kind, part FROM moved, unnest(${columns.join(", ")}) WITH ORDINALITY AS one (seq, kind, part, n) ORDER BY n)`,
    );
  }
  heardParts(commit, given).forEach(add);
  if (accounts.length > 0) add(spentPart(commit, given));
  if (settles.length > 0) add(`settled AS (DELETE FROM reservations WHERE id = ANY(${given(settles, "text[]")}) AND ${DONE})`);
  // A fork is copied in several commits: only now is it known that the runs before are another thread's.
  const isFork = events.some((event) => event.type === "run.started" && event.forkedFrom);
  if (isFork || events.some(isOfIndex)) add(runEndedPart(given));
  const wakeAt = wake === "now" ? now() : typeof wake === "object" ? timeOf(wake.at) : null;
  readyParts({ thread, wake, at: wakeAt ?? 0 }, given).forEach(add);
  add("made AS (SELECT workspace FROM moved)");
  return {
    parts: parts.join(",\n"),
    values,
    change: {
      kind: "commit",
      thread: name,
      from: afterSeq + 1,
      events: events.length,
      posts: posts.length,
      wakes: wake === "now",
      ...(wake === "keep" ? {} : { wake: wakeAt }),
      money: accounts.length > 0 || settles.length > 0,
    },
    columns: ["workspace"],
    alone,
    isFork,
  };
}
