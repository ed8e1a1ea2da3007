import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { Connection } from "../connection.ts";
import { placeOf } from "../../fair-queue.ts";
import type { FinishedRun, FinishedRuns, RunsWanted } from "../../runs/finished-runs.ts";
import { recordsOf, type RunRecord } from "../../runs/run-records.ts";
import { StoreError, type Store } from "../../store.ts";
import { wordsOf } from "../memory.ts";
import { beginOf, WITH_LAST_RUN, type LastRun } from "./last-run.ts";

const THREADS_AT_ONCE = 20;
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

  async function enter(workspace: string): Promise<boolean> {
    const due = read(() => on().due.all(workspace, THREADS_AT_ONCE));
    const entries: Entry[] = [];
    for (const one of due) {
      const records = await readable(one);
      entries.push({ ...one, records: records.map((record) => ({ ...record, words: wordsOf(record.words).join(" ") })) });
      await eventLoopTurn();
    }
    // What is written together changes the same pages once.
    if (entries.length > 0) write("normal", () => entries.forEach((entry) => put(entry, workspace)));
    return due.length === THREADS_AT_ONCE;
  }

  /** Of a log that cannot be read nothing is entered: it is no reason to find no other. `parley doctor --db` names it. */
  async function readable(due: Due): Promise<readonly RunRecord[]> {
    try {
      return recordsOf(await load(due.thread, due.until ?? 0), beginOf(due));
    } catch (error) {
      if (error instanceof StoreError) throw error;
      return [];
    }
  }

  function put({ id, thread, mark, records }: Entry, workspace: string): void {
    // Something has ended there or was forgotten since the log was read, or another has entered it: what was read is not entered.
    if (on().drop.run(id, mark).changes === 0) return;
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
        JSON.stringify(spending),
      );
      on().addWords.run(row.lastInsertRowid, words, people.map(personWord).join(" "));
    }
  }

  return {
    enter,
    async search(wanted) {
      const beganAt = performance.now();
      while ((await enter(wanted.workspace)) && performance.now() - beganAt < SEARCH_ENTERS_MS);
      const match = matchOf(wanted);
      // Words without a letter are in no text.
      if (match === undefined) return { found: [], older: undefined };
      const { workspace, places, reader, team = null, place = null, limit } = wanted;
      const [, at = LAST, id = "0"] = /^(\S{1,40}) (\d{1,15})$/.exec(wanted.behind ?? "") ?? [];
      const look = match === "" ? on().all : on().matching;
      const rows = read(() =>
        look.all({ workspace, places: JSON.stringify(places), reader, team, place, match, at, id: Number(id), limit: limit + 1 }),
      );
      const found = rows.slice(0, limit);
      const last = found.at(-1);
      return {
        found: found.map(({ thread, seq, endedAt, shown }) => ({ thread, seq, endedAt, ...(JSON.parse(shown) as Shown) })),
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
    due: db.prepare<[string, number], Due>(
      `SELECT threads.id, name AS thread, mark, until, run, shown FROM runs_due JOIN threads ON threads.id = runs_due.thread ${WITH_LAST_RUN}
        WHERE runs_due.workspace = ? ORDER BY runs_due.thread DESC LIMIT ?`,
    ),
    drop: db.prepare<[number, string]>("DELETE FROM runs_due WHERE thread = ? AND mark = ?"),
    add: db.prepare(
      "INSERT INTO runs (thread, seq, until, workspace, place, run, team, starter, ended_at, shown, spending) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    addWords: db.prepare("INSERT INTO run_words (rowid, words, people) VALUES (?, ?, ?)"),
  };
}

/** The figure at its end keeps an id from being taken for another form of a word. */
const personWord = (id: string): string => `${id.replaceAll(/[^A-Za-z0-9]/g, "")}0`;

/** FTS5's query for it, empty where there is nothing to match; each word is a quoted string, hence no part of its syntax. */
function matchOf({ words = [], person }: RunsWanted): string | undefined {
  const divided = words.slice(0, WORDS_MAX).map((word) => wordsOf(word).map((one) => one.replaceAll('"', "").replaceAll("\0", "")));
  if (divided.some((word) => word.length === 0)) return undefined;
  return [
    ...divided.map((word) => `words : "${word.join(" ")}" *`),
    ...(person === undefined ? [] : [`people : "${personWord(person)}"`]),
  ].join(" AND ");
}
