import type { Connection } from "../connection.ts";
import { isDamage } from "../driver/trouble.ts";
import { placeOf } from "../../fair-queue.ts";
import {
  enterForSearch,
  pageBehind,
  pageOf,
  readDue,
  SEARCH_WORDS_MAX,
  THREADS_AT_ONCE,
  type Damaged,
  type Due,
  type Entry,
  type Row,
  type Shown,
} from "../../runs/entering.ts";
import { filtersOf } from "../../runs/filters.ts";
import type { FinishedRuns, RunsWanted } from "../../runs/finished-runs.ts";
import type { Store } from "../../store.ts";
import { WITH_LAST_RUN } from "../../records/last-run.ts";
import { spacedWordsOf, wordsOf } from "../../records/words.ts";
import { sqliteNames } from "../names.ts";
import { keptOpinions, opinionsByTeam, withFeedback, type OpinionsRow } from "../../runs/opinions.ts";
import { packed } from "../../runs/packed-spending.ts";
import { alikeIn } from "./alike.ts";
import { sqliteSpending } from "./run-spending.ts";
import { IN_PLACES, lookingOn } from "./run-looks.ts";

/** Enters runs by reading their logs, beside the commits; who has ended is known by `runs_due`, which commits and forgetting write. */
export function sqliteRuns(
  connection: Connection,
  { load, fewMax }: Pick<Store, "load"> & { /** As many are read one by one; see run-looks.ts. */ readonly fewMax?: number },
): FinishedRuns {
  const { db, write, read } = connection;
  // Prepared when first used: a damaged index is no reason to keep the logs closed.
  let prepared: ReturnType<typeof statementsOn> | undefined;
  const on = () => (prepared ??= statementsOn(db, fewMax));
  let alike: ReturnType<typeof alikeIn> | undefined;
  const names = sqliteNames(db);
  const damaged: Damaged = new Set();

  async function enter(workspace: string): Promise<boolean> {
    const due = read(() => on().due.all(workspace, JSON.stringify([...damaged]), THREADS_AT_ONCE));
    const { entries, more } = await readDue(due, { load, isDamage, damaged, wordsFor: spacedWordsOf });
    // What is written together changes the same pages once.
    if (entries.length > 0) write("normal", () => entries.forEach((entry) => put(entry, workspace)));
    return more;
  }

  function put({ id, thread, mark, records, feedback, whole }: Entry, workspace: string): void {
    // Something has ended there or was forgotten since the log was read, or another has entered it: what was read is not entered.
    if ((whole ? on().drop : on().goOn).run(id, mark).changes === 0) return;
    for (const { seq, until, endedAt, words, people, run, spending, stances, ...shown } of records) {
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
        shown.outcome,
        shown.usage.usd,
        keptOpinions({ feedback: {}, stances }),
      );
      on().addWords.run(row.lastInsertRowid, words, people.map(personWord).join(" "));
    }
    for (const [run, given] of feedback) {
      const row = on().opinionsOf.get(id, run);
      if (row) on().setOpinions.run(withFeedback(row.opinions, given), row.id);
    }
  }

  /** With the names that were learned since. */
  const shownIn = ({ thread, shown }: Row): Shown => JSON.parse(read(() => names(thread, [shown]))[0] ?? shown) as Shown;

  return {
    enter,
    async search(wanted) {
      const { at, id, isFirst } = pageBehind(wanted.behind);
      if (isFirst) await enterForSearch(enter, wanted.workspace);
      const match = matchOf(wanted);
      // Words without a letter are in no text, and FTS5 would pass over them.
      if (match === undefined) return { found: [], older: undefined };
      const rows = read(() => on().looking({ ...wanted, match, at, id }));
      return pageOf(rows, rows.slice(0, wanted.limit).map(shownIn), wanted.limit);
    },
    alike: async (wanted) => read(() => (alike ??= alikeIn(db))(wanted)),
    workspaces: async () => read(() => on().workspaces.all()),
    async filters({ workspace, places }) {
      const rows = read(() => on().filters[places === "all" ? "all" : "some"].all({ workspace, places: JSON.stringify(places) }));
      return filtersOf(rows.map((row) => ({ team: shownIn(row).team, place: placeOf(row.thread), startedBy: shownIn(row).startedBy })));
    },
    spending: sqliteSpending(connection, { load }),
    async opinions({ places, ...rest }) {
      await enterForSearch(enter, rest.workspace);
      const some = places === "all" ? "" : `AND ${IN_PLACES}`;
      const statement = db.prepare<[object], OpinionsRow>(`${OPINIONS} ${some} GROUP BY team, opinions`);
      return opinionsByTeam(read(() => statement.all({ ...rest, places: JSON.stringify(places) })));
    },
  };
}

const OPINIONS =
  "SELECT team, opinions, count(*) AS runs FROM runs WHERE workspace = @workspace AND ended_at >= @endedFrom AND ended_at < @endedBefore";

/** The last run of each kind, the oldest first. */
const OF_KINDS =
  "SELECT runs.id, threads.name AS thread, seq, ended_at AS endedAt, shown FROM (SELECT max(id) AS last FROM runs WHERE workspace = @workspace";
const WITH_SHOWN = "JOIN runs ON runs.id = last JOIN threads ON threads.id = runs.thread ORDER BY ended_at";

function statementsOn(db: Connection["db"], fewMax: number | undefined) {
  return {
    looking: lookingOn(db, fewMax),
    filters: {
      all: db.prepare<[object], Row>(`${OF_KINDS} GROUP BY team, place, starter) ${WITH_SHOWN}`),
      some: db.prepare<[object], Row>(`${OF_KINDS} AND ${IN_PLACES} GROUP BY team, place, starter) ${WITH_SHOWN}`),
    },
    // From one name to the next in the index, and not through all rows.
    workspaces: db
      .prepare<[], string>(
        `WITH RECURSIVE named (name) AS (
           SELECT min(workspace) FROM runs
           UNION ALL SELECT (SELECT min(workspace) FROM runs WHERE workspace > name) FROM named WHERE name IS NOT NULL
         )
         SELECT name FROM named WHERE name IS NOT NULL
         UNION SELECT workspace FROM runs_due UNION SELECT workspace FROM threads WHERE running = 1 ORDER BY 1`,
      )
      .pluck(),
    due: db.prepare<[string, string, number], Due>(
      `SELECT threads.id, name AS thread, mark, until, run, shown FROM runs_due JOIN threads ON threads.id = runs_due.thread ${WITH_LAST_RUN}
        WHERE runs_due.workspace = ? AND runs_due.thread || ' ' || mark NOT IN (SELECT value FROM json_each(?))
        ORDER BY runs_due.thread DESC LIMIT ?`,
    ),
    drop: db.prepare<[number, string]>("DELETE FROM runs_due WHERE thread = ? AND mark = ?"),
    goOn: db.prepare<[number, string]>("UPDATE runs_due SET mark = hex(randomblob(8)) WHERE thread = ? AND mark = ?"),
    add: db.prepare(
      "INSERT INTO runs (thread, seq, until, workspace, place, run, team, starter, ended_at, shown, spending, outcome, usd, opinions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    opinionsOf: db.prepare<[number, string], { readonly id: number; readonly opinions: string }>(
      "SELECT id, opinions FROM runs WHERE thread = ? AND run = ?",
    ),
    setOpinions: db.prepare<[string, number]>("UPDATE runs SET opinions = ? WHERE id = ?"),
    addWords: db.prepare("INSERT INTO run_words (rowid, words, people) VALUES (?, ?, ?)"),
  };
}

const personWord = (id: string): string => id.replaceAll(/[^A-Za-z0-9]/g, "");

/** To stand between quotes. */
const quotable = (word: string): string => word.replaceAll('"', "").replaceAll("\0", "");

/** FTS5's query for it, empty where there is nothing to match; each word is a quoted string, hence no part of its syntax. */
function matchOf({ words = [], person }: RunsWanted): string | undefined {
  const divided = words.slice(0, SEARCH_WORDS_MAX).map((word) => wordsOf(word).map(quotable));
  if (divided.some((word) => word.length === 0) || (person !== undefined && personWord(person) === "")) return undefined;
  return [
    ...divided.map((word) => `words : "${word.join(" ")}" *`),
    ...(person === undefined ? [] : [`people : "${personWord(person)}"`]),
  ].join(" AND ");
}
