import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { isDamage, type Connection } from "../connection.ts";
import { placeOf } from "../../fair-queue.ts";
import type { FinishedRun, FinishedRuns, RunsWanted } from "../../runs/finished-runs.ts";
import { recordsOf, type RunRecord } from "../../runs/run-records.ts";
import { StoreError, type Store } from "../../store.ts";
import { beginOf, WITH_LAST_RUN, type LastRun } from "../../records/last-run.ts";
import { spacedWordsOf, wordsOf } from "../../records/words.ts";
import { sqliteNames } from "../names.ts";
import { packed } from "./packed-spending.ts";

const THREADS_AT_ONCE = 20;
/** Of all these threads together; of one that has more the rest is entered by the next look. Written in one transaction. */
const RUNS_AT_ONCE = 20;
/** A search enters what has ended just now, and what comes after it as long as this. */
const SEARCH_ENTERS_MS = 150;
/** Of a search: more words make it no clearer, only slower. */
const WORDS_MAX = 20;

interface Due extends LastRun {
  readonly id: number;
  readonly thread: string;
  readonly mark: string;
}

/** What was read, its words divided. */
interface Entry extends Due {
  readonly records: readonly RunRecord[];
  /** Whether these are all there are. */
  readonly whole: boolean;
}

interface Row {
  readonly id: number;
  readonly thread: string;
  readonly seq: number;
  readonly endedAt: string;
  readonly shown: string;
}

/** What of a run's row is only shown, and not looked for. */
type Shown = Omit<FinishedRun, "thread" | "seq" | "endedAt">;

/** Enters runs by reading their logs, beside the commits; who has ended is known by `runs_due`, which commits and forgetting write. */
export function sqliteRuns({ db, write, read }: Connection, { load }: Pick<Store, "load">): FinishedRuns {
  // Prepared when first used: a damaged index is no reason to keep the logs closed.
  let prepared: ReturnType<typeof statementsOn> | undefined;
  const on = () => (prepared ??= statementsOn(db));
  const names = sqliteNames(db);
  /** Threads on pages that are damaged, with their marks: they stay due, and are left alone until another run ends there or Parley starts again. */
  const damaged = new Set<string>();

  async function enter(workspace: string): Promise<boolean> {
    const due = read(() => on().due.all(workspace, JSON.stringify([...damaged]), THREADS_AT_ONCE));
    const entries: Entry[] = [];
    let room = RUNS_AT_ONCE;
    for (const one of due) {
      if (room === 0) break;
      const entry = await entryOf(one, room);
      if (entry) entries.push(entry);
      room -= entry?.records.length ?? 0;
      await eventLoopTurn();
    }
    // What is written together changes the same pages once.
    if (entries.length > 0) write("normal", () => entries.forEach((entry) => put(entry, workspace)));
    return due.length === THREADS_AT_ONCE || room === 0;
  }

  /** Of a log that cannot be read nothing is entered: it is no reason to find no other. `parley doctor --db` names it. */
  async function entryOf(due: Due, room: number): Promise<Entry | undefined> {
    const records: RunRecord[] = [];
    try {
      for (const record of recordsOf(await load(due.thread, due.until ?? 0), beginOf(due))) {
        if (records.length === room) return { ...due, records, whole: false };
        records.push({ ...record, words: spacedWordsOf(record.words) });
        // Dividing a run's words takes some milliseconds.
        await eventLoopTurn();
      }
      return { ...due, records, whole: true };
    } catch (error) {
      if (isDamage(error)) {
        damaged.add(`${due.id} ${due.mark}`);
        return undefined;
      }
      if (error instanceof StoreError) throw error;
      return { ...due, records: [], whole: true };
    }
  }

  function put({ id, thread, mark, records, whole }: Entry, workspace: string): void {
    // Something has ended there or was forgotten since the log was read, or another has entered it: what was read is not entered.
    if ((whole ? on().drop : on().goOn).run(id, mark).changes === 0) return;
    for (const { seq, until, endedAt, words, people, run, spending, ...shown } of records) {
      const { team, startedBy } = shown;
      const row = on().add.run(
        id,
        seq,
        until,
        workspace,
        placeOf(thread),
        run,
        team,
        startedBy.id,
        endedAt,
        JSON.stringify(shown satisfies Shown),
        packed({ spending, run, team, startedBy }),
      );
      on().addWords.run(row.lastInsertRowid, words, people.map(personWord).join(" "));
    }
  }

  /** What is in the index can be found also while nothing can be entered; whoever enters beside it tells why. */
  async function enterFor(workspace: string): Promise<void> {
    const beganAt = performance.now();
    try {
      while ((await enter(workspace)) && performance.now() - beganAt < SEARCH_ENTERS_MS);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** With the names that were learned since. */
  const shownIn = ({ thread, shown }: Row): Shown => JSON.parse(read(() => names(thread, [shown]))[0] ?? shown) as Shown;

  return {
    enter,
    async search(wanted) {
      const [, at = LAST, id = "0"] = /^(\S{1,40}) (\d{1,15})$/.exec(wanted.behind ?? "") ?? [];
      // What has ended just now is on no later page.
      if (at === LAST) await enterFor(wanted.workspace);
      const match = matchOf(wanted);
      // Words without a letter are in no text, and FTS5 would pass over them.
      if (match === undefined) return { found: [], older: undefined };
      const { workspace, places, reader, team = null, place = null, limit } = wanted;
      const look = match === "" ? on().all : on().matching;
      const rows = read(() =>
        look.all({ workspace, places: JSON.stringify(places), reader, team, place, match, at, id: Number(id), limit: limit + 1 }),
      );
      const found = rows.slice(0, limit);
      const last = found.at(-1);
      return {
        found: found.map((row) => ({ thread: row.thread, seq: row.seq, endedAt: row.endedAt, ...shownIn(row) })),
        older: rows.length > limit && last ? `${last.endedAt} ${last.id}` : undefined,
      };
    },
  };
}

/** Behind every time. */
const LAST = "~";

function statementsOn(db: Connection["db"]) {
  const selecting = (also: string) =>
    db.prepare<[object], Row>(
      `SELECT runs.id, threads.name AS thread, seq, ended_at AS endedAt, shown FROM runs JOIN threads ON threads.id = runs.thread
        WHERE runs.workspace = @workspace AND (ended_at, runs.id) < (@at, @id)
          AND (place IN (SELECT value FROM json_each(@places)) OR starter = @reader)
          AND (@team IS NULL OR team = @team) AND (@place IS NULL OR place = @place) ${also}
        ORDER BY ended_at DESC, runs.id DESC LIMIT @limit`,
    );
  return {
    all: selecting(""),
    matching: selecting("AND runs.id IN (SELECT rowid FROM run_words WHERE run_words MATCH @match)"),
    due: db.prepare<[string, string, number], Due>(
      `SELECT threads.id, name AS thread, mark, until, run, shown FROM runs_due JOIN threads ON threads.id = runs_due.thread ${WITH_LAST_RUN}
        WHERE runs_due.workspace = ? AND runs_due.thread || ' ' || mark NOT IN (SELECT value FROM json_each(?))
        ORDER BY runs_due.thread DESC LIMIT ?`,
    ),
    drop: db.prepare<[number, string]>("DELETE FROM runs_due WHERE thread = ? AND mark = ?"),
    goOn: db.prepare<[number, string]>("UPDATE runs_due SET mark = hex(randomblob(8)) WHERE thread = ? AND mark = ?"),
    add: db.prepare(
      "INSERT INTO runs (thread, seq, until, workspace, place, run, team, starter, ended_at, shown, spending) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    addWords: db.prepare("INSERT INTO run_words (rowid, words, people) VALUES (?, ?, ?)"),
  };
}

const personWord = (id: string): string => id.replaceAll(/[^A-Za-z0-9]/g, "");

/** FTS5's query for it, empty where there is nothing to match; each word is a quoted string, hence no part of its syntax. */
function matchOf({ words = [], person }: RunsWanted): string | undefined {
  const divided = words.slice(0, WORDS_MAX).map((word) => wordsOf(word).map((one) => one.replaceAll('"', "").replaceAll("\0", "")));
  if (divided.some((word) => word.length === 0) || (person !== undefined && personWord(person) === "")) return undefined;
  return [
    ...divided.map((word) => `words : "${word.join(" ")}" *`),
    ...(person === undefined ? [] : [`people : "${personWord(person)}"`]),
  ].join(" AND ");
}
