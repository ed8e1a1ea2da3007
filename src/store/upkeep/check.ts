import { createHash } from "node:crypto";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { RunEvent } from "../../engine/events/events.ts";
import { currentRun, isWaiting } from "../../engine/reading/transcript.ts";
import type { AuditCheck } from "../audit.ts";

/** What a look through a whole database found. */
export interface Check {
  readonly threads: number;
  readonly events: number;
  readonly posts: number;
  readonly files: number;
  /** Events of which words were forgotten, and the threads that they are of; among those that were read, where there are too many problems to read on. */
  readonly forgotten: { readonly events: number; readonly threads: number };
  /** One sentence each; none when all is well. */
  readonly problems: readonly string[];
}

export type TroubleOf = (events: readonly unknown[]) => string | undefined;
export type EventRow = readonly [seq: number, body: string];

/** The rows of a database as they are at one instant, wherever they are. */
export interface RowsAtOnce {
  /** A statement that both databases understand. */
  readonly all: <Row extends object>(sql: string) => Promise<readonly Row[]> | readonly Row[];
  /** Of a thread by its number, in order. */
  readonly bodiesOf: (thread: number) => Promise<readonly EventRow[]> | readonly EventRow[];
  readonly contentOf: (hash: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined;
  readonly audit: () => Promise<AuditCheck> | AuditCheck;
}

/** Of words that were forgotten: the mark stands behind all else in an event, and within its texts quotes are escaped. */
const FORGOTTEN = '"forgotten":"';
/** Others have the event loop after so long. */
const TURN_MS = 5;
/** A damaged file has thousands; the first tell as much. */
export const PROBLEMS_MAX = 20;

export const NOTHING: Omit<Check, "problems"> = { threads: 0, events: 0, posts: 0, files: 0, forgotten: { events: 0, threads: 0 } };

/**
 * Reads the rows through: each log without a gap and readable to its end, every outbox row for an event that is there, every run that could
 * go on due, every file what its name says, the audit log's chain whole. `troubleOf` is given the events of a log, as the values that stand
 * there as JSON, and says what is wrong with them.
 */
export async function checkRows({ all, bodiesOf, contentOf, audit }: RowsAtOnce, troubleOf: TroubleOf): Promise<Check> {
  const problems: string[] = [];
  const tell = (found: readonly string[]) => problems.push(...found.slice(0, PROBLEMS_MAX - problems.length));
  for (const [what, sql] of STRAY) tell((await all<{ row: string }>(`${sql} LIMIT ${PROBLEMS_MAX}`)).map(({ row }) => `${what} ${row}`));
  const forgotten = { events: 0, threads: 0 };
  let turnAt = performance.now();
  for (const thread of await all<ThreadRow>(THREADS)) {
    const rows = await bodiesOf(thread.id);
    const count = rows.reduce((sum, [, body]) => (body.includes(FORGOTTEN) ? sum + 1 : sum), 0);
    forgotten.events += count;
    forgotten.threads += count > 0 ? 1 : 0;
    tell(logTrouble(rows, thread, troubleOf));
    if (problems.length >= PROBLEMS_MAX) break;
    if (performance.now() - turnAt < TURN_MS) continue;
    await eventLoopTurn();
    turnAt = performance.now();
  }
  for (const { hash } of await all<{ hash: string }>("SELECT hash FROM files ORDER BY hash")) {
    tell(fileTrouble(hash, await contentOf(hash)));
    await eventLoopTurn();
  }
  for (const { at } of await all<{ at: string }>("SELECT at FROM forgettings WHERE state = 'under way' ORDER BY id"))
    tell([`a forgetting that began at ${at} is not done; parley start, or any parley forget, carries it on`]);
  tell((await audit()).problems.map((problem) => `the audit log: ${problem}`));
  const [counts] = await all<Omit<Check, "problems" | "forgotten">>(COUNTS);
  return { ...NOTHING, ...counts, forgotten, problems };
}

const COUNTS = `SELECT (SELECT count(*) FROM threads) AS threads, (SELECT count(*) FROM events) AS events,
  (SELECT count(*) FROM outbox) AS posts, (SELECT count(*) FROM files) AS files`;

const NO_THREAD = "NOT EXISTS (SELECT 1 FROM threads WHERE threads.id = thread)";

/** Rows that point at nothing. */
const STRAY: readonly (readonly [what: string, sql: string])[] = [
  ["an event belongs to no thread:", `SELECT 'event ' || seq || ' of number ' || thread AS row FROM events WHERE ${NO_THREAD}`],
  ["a wake-up is for no thread:", `SELECT 'number ' || thread AS row FROM ready WHERE ${NO_THREAD}`],
  [
    "a post is for an event that is not there: post",
    `SELECT outbox.id || ' (' || kind || ' of event ' || seq || ' in ' || coalesce((SELECT name FROM threads WHERE id = thread), 'no thread') || ')' AS row
      FROM outbox WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.thread = outbox.thread AND events.seq = outbox.seq)`,
  ],
];

const THREADS = `SELECT id, name, last_seq AS "lastSeq", running, EXISTS (SELECT 1 FROM ready WHERE ready.thread = threads.id) AS "isDue"
  FROM threads ORDER BY id`;

interface ThreadRow {
  readonly id: number;
  readonly name: string;
  readonly lastSeq: number;
  /** SQLite has numbers for it. */
  readonly running: boolean | 0 | 1;
  readonly isDue: boolean | 0 | 1;
}

/** A log has no gap, can be read to its end, and agrees with what is kept beside it. */
function logTrouble(rows: readonly EventRow[], thread: ThreadRow, troubleOf: TroubleOf): string[] {
  const told = (what: string) => [`the log of ${thread.name} ${what}`];
  const gap = rows.findIndex(([seq], index) => seq !== index + 1);
  if (gap !== -1) return told(`has a gap: event ${gap + 1} is missing, ${rows[gap]?.[0]} is there`);
  if (rows.length !== thread.lastSeq) return told(`has ${rows.length} events, and should have ${thread.lastSeq}: its end is missing`);
  const values = rows.map(([, body]) => valueOf(body));
  const noJson = values.indexOf(undefined);
  if (noJson !== -1) return told(`cannot be read: event ${noJson + 1} is not JSON`);
  const trouble = values.length === 0 ? undefined : troubleOf(values);
  if (trouble !== undefined) return told(`cannot be read: ${trouble}`);
  const transcript = { events: values as readonly RunEvent[] };
  const { running } = currentRun(transcript);
  if (running !== Boolean(thread.running))
    return told(`says that its run ${running ? "goes on" : "has ended"}, and the list of runs says the opposite`);
  if (running && !isWaiting(transcript) && !thread.isDue)
    return told("has a run that waits for nobody and that nothing wakes; a word in its thread does");
  return [];
}

function valueOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function fileTrouble(hash: string, content: Uint8Array | undefined): string[] {
  const isWhole = content !== undefined && createHash("sha256").update(content).digest("hex") === hash;
  return isWhole ? [] : [`the file ${hash.slice(0, 12)}… is not what it was when it was kept`];
}
