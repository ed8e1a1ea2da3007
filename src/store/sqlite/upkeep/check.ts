import { createHash } from "node:crypto";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { RunEvent } from "../../../engine/events/events.ts";
import { currentRun, isWaiting } from "../../../engine/reading/transcript.ts";
import { explained, openConnectionReadOnly, type Connection } from "../connection.ts";
import { sqliteAudit } from "../audit/audit.ts";
import { StoreError } from "../../store.ts";

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

type TroubleOf = (events: readonly unknown[]) => string | undefined;
type EventRow = readonly [seq: number, body: string];

/** Of words that were forgotten: the mark stands behind all else in an event, and within its texts quotes are escaped. */
const FORGOTTEN = '"forgotten":"';
/** Others have the event loop after so long. */
const TURN_MS = 5;
/** A damaged file has thousands; the first tell as much. */
const PROBLEMS_MAX = 20;

/**
 * Reads the database through, also while a Parley runs on it, as it is at one instant: pages and indexes, each log without a gap and
 * readable to its end, every outbox row for an event that is there, every run that could go on due, every file what its name says.
 * `troubleOf` is given the events of a log, as the values that stand there as JSON, and says what is wrong with them.
 * @throws StoreError when there is no database, or one that cannot be read at all.
 */
export async function checkSqlite(options: { readonly path: string; readonly troubleOf: TroubleOf }): Promise<Check> {
  const connection = openConnectionReadOnly(options.path);
  const { db } = connection;
  const problems: string[] = [];
  const tell = (found: readonly string[]) => problems.push(...found.slice(0, PROBLEMS_MAX - problems.length));
  try {
    const damage = damageOf(connection, options.path);
    // What reads garbage tells garbage.
    if (damage.length > 0) return { ...NOTHING, problems: damage };
    // One instant for all that follows: a running Parley goes on writing.
    db.exec("BEGIN");
    tell(strayRows(connection));
    const bodiesOf = db.prepare<[number], EventRow>("SELECT seq, body FROM events WHERE thread = ? ORDER BY seq").raw();
    const forgotten = { events: 0, threads: 0 };
    let turnAt = performance.now();
    for (const thread of threadsOf(connection)) {
      const rows = bodiesOf.all(thread.id);
      const count = rows.reduce((sum, [, body]) => (body.includes(FORGOTTEN) ? sum + 1 : sum), 0);
      forgotten.events += count;
      forgotten.threads += count > 0 ? 1 : 0;
      tell(logTrouble(rows, thread, options.troubleOf));
      if (problems.length >= PROBLEMS_MAX) break;
      if (performance.now() - turnAt < TURN_MS) continue;
      await eventLoopTurn();
      turnAt = performance.now();
    }
    for (const hash of hashesOf(connection)) {
      tell(fileTrouble(connection, hash));
      await eventLoopTurn();
    }
    tell(brokenOff(connection));
    tell(
      sqliteAudit(connection, Date.now)
        .checkNow()
        .problems.map((problem) => `the audit log: ${problem}`),
    );
    return { ...countsOf(connection), forgotten, problems };
  } catch (error) {
    return explained(options.path, () => {
      throw error;
    });
  } finally {
    connection.close();
  }
}

const NOTHING = { threads: 0, events: 0, posts: 0, files: 0, forgotten: { events: 0, threads: 0 } };

/** What SQLite itself says of the pages and indexes. */
function damageOf({ db, read }: Connection, path: string): string[] {
  try {
    const found = read(() => db.pragma(`integrity_check(${PROBLEMS_MAX})`)) as readonly { readonly integrity_check: string }[];
    return found.flatMap(({ integrity_check: line }) => (line === "ok" ? [] : [`the file is damaged: ${line.replaceAll("\n", " ")}`]));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [error.message.startsWith(`${path}: `) ? error.message.slice(path.length + 2) : error.message];
  }
}

/** Rows that point at nothing. */
function strayRows({ db }: Connection): string[] {
  const stray = (what: string, sql: string) =>
    db
      .prepare<[], { readonly row: string }>(`${sql} LIMIT ${PROBLEMS_MAX}`)
      .all()
      .map(({ row }) => `${what} ${row}`);
  const noThread = "NOT EXISTS (SELECT 1 FROM threads WHERE threads.id = thread)";
  return [
    ...stray("an event belongs to no thread: event", `SELECT 'row ' || id AS row FROM events WHERE ${noThread}`),
    ...stray("a wake-up is for no thread:", `SELECT 'number ' || thread AS row FROM ready WHERE ${noThread}`),
    ...stray(
      "a post is for an event that is not there: post",
      `SELECT outbox.id || ' (' || kind || ' of event ' || seq || ' in ' || coalesce((SELECT name FROM threads WHERE id = thread), 'no thread') || ')' AS row
       FROM outbox WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.thread = outbox.thread AND events.seq = outbox.seq)`,
    ),
  ];
}

interface ThreadRow {
  readonly id: number;
  readonly name: string;
  readonly lastSeq: number;
  readonly running: 0 | 1;
  readonly isDue: 0 | 1;
}

const threadsOf = ({ db }: Connection): ThreadRow[] =>
  db
    .prepare<[], ThreadRow>(
      "SELECT id, name, last_seq AS lastSeq, running, EXISTS (SELECT 1 FROM ready WHERE ready.thread = threads.id) AS isDue FROM threads ORDER BY id",
    )
    .all();

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
  if (running !== (thread.running === 1))
    return told(`says that its run ${running ? "goes on" : "has ended"}, and the list of runs says the opposite`);
  if (running && !isWaiting(transcript) && thread.isDue === 0)
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

const brokenOff = ({ db }: Connection): string[] =>
  db
    .prepare<[], { readonly at: string }>("SELECT at FROM forgettings WHERE state = 'under way' ORDER BY id")
    .all()
    .map(({ at }) => `a forgetting that began at ${at} is not done; parley start, or any parley forget, carries it on`);

const hashesOf = ({ db }: Connection): string[] => db.prepare<[], string>("SELECT hash FROM files ORDER BY hash").pluck().all();

function fileTrouble({ db }: Connection, hash: string): string[] {
  const content = db.prepare<[string], Buffer>("SELECT content FROM files WHERE hash = ?").pluck().get(hash);
  const isWhole = content !== undefined && createHash("sha256").update(content).digest("hex") === hash;
  return isWhole ? [] : [`the file ${hash.slice(0, 12)}… is not what it was when it was kept`];
}

type Counts = Omit<Check, "problems" | "forgotten">;

const countsOf = ({ db }: Connection): Counts =>
  db
    .prepare<[], Counts>(
      `SELECT (SELECT count(*) FROM threads) AS threads, (SELECT count(*) FROM events) AS events,
        (SELECT count(*) FROM outbox) AS posts, (SELECT count(*) FROM files) AS files`,
    )
    .get()!;
