import { placeOf } from "../../fair-queue.ts";
import { WITH_LAST_RUN } from "../../records/last-run.ts";
import { wordsOf } from "../../records/words.ts";
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
import { alikeFirst } from "../../runs/alike.ts";
import { ALIKE_AMONG, ALIKE_RUNS_SEEN, type FinishedRuns, type RunsWanted, type TakenRun } from "../../runs/finished-runs.ts";
import { keptOpinions, opinionsByTeam, withFeedback, type OpinionsRow } from "../../runs/opinions.ts";
import { packed } from "../../runs/packed-spending.ts";
import type { Store } from "../../store.ts";
import type { Connection, Query } from "../server/connection.ts";
import { isDamage } from "../server/trouble.ts";
import { withLearnedNames } from "../names.ts";
import { matchOf, partsOf, vectorOf } from "../words.ts";
import { looking } from "./run-looks.ts";
import { goOn, runsRewritten } from "./run-rows.ts";
import { postgresSpending } from "./run-spending.ts";

/** Of what is read off a log for the index; one more, where that is more or something else, and all is entered anew. */
const INDEX_VERSION = 1;

/** Enters runs by reading their logs, beside the commits; who has ended is known by `runs_due`, which commits and forgetting write. */
export function postgresRuns(connection: Connection, { load }: Pick<Store, "load">): FinishedRuns {
  const { query, transaction } = connection;
  const damaged: Damaged = new Set();

  /** Those that are due, then some of those that another version has entered; a search waits for the first alone. */
  const enter = async (workspace: string): Promise<boolean> => (await enterDue(workspace)) || againOfOlder(workspace);

  /** What is entered says less, or otherwise, than it would now: that goes, and is due. A thread at a time, so that nobody waits for more. */
  async function againOfOlder(workspace: string): Promise<boolean> {
    const rows = await query<{ readonly thread: number }>(
      `SELECT DISTINCT thread FROM (SELECT thread FROM runs WHERE workspace = $1 AND index_version < $2 LIMIT ${THREADS_AT_ONCE}) AS older ORDER BY thread`,
      [workspace, INDEX_VERSION],
    );
    for (const { thread } of rows) await transaction((within) => runsRewritten(within, thread, workspace));
    // Nobody is to miss them for longer than it takes.
    return rows.length > 0 && (await enterDue(workspace), true);
  }

  async function enterDue(workspace: string): Promise<boolean> {
    const due = await query<Due>(
      `SELECT threads.id, name AS thread, mark, until, run, shown FROM runs_due JOIN threads ON threads.id = runs_due.thread ${WITH_LAST_RUN}
        WHERE runs_due.workspace = $1 AND runs_due.thread || ' ' || mark <> ALL($2::text[])
        ORDER BY runs_due.thread DESC LIMIT ${THREADS_AT_ONCE}`,
      [workspace, [...damaged]],
    );
    const { entries, more } = await readDue(due, { load, isDamage, damaged });
    // A commit that ends a run there waits for it: no longer than for one thread.
    for (const entry of entries) await transaction((within) => put(within, entry, workspace));
    return more;
  }

  async function put(within: Query, { id, thread, mark, records, feedback, whole }: Entry, workspace: string): Promise<void> {
    // Something has ended there or was forgotten since the log was read, or another has entered it: what was read is not entered.
    const isAsRead = whole
      ? (await within("DELETE FROM runs_due WHERE thread = $1 AND mark = $2 RETURNING 1", [id, mark])).length > 0
      : await goOn(within, id, mark);
    if (!isAsRead) return;
    for (const { seq, until, endedAt, words, people, run, spending, stances, ...shown } of records) {
      const { team, startedBy } = shown;
      await within(
        `INSERT INTO runs (thread, seq, until, workspace, place, run, team, starter, ended_at, shown, spending, words, people, outcome, usd, opinions, index_version)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::tsvector, $13, $14, $15, $16, $17)`,
        [
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
          vectorOf(wordsOf(words).flatMap(partsOf)),
          people,
          shown.outcome,
          shown.usage.usd,
          keptOpinions({ feedback: {}, stances }),
          INDEX_VERSION,
        ],
      );
    }
    for (const [run, given] of feedback) {
      const [row] = await within<{ readonly id: number; readonly opinions: string }>(
        "SELECT id, opinions FROM runs WHERE thread = $1 AND run = $2",
        [id, run],
      );
      if (row) await within("UPDATE runs SET opinions = $1 WHERE id = $2", [withFeedback(row.opinions, given), row.id]);
    }
  }

  /** With the names that were learned since. */
  const shownIn = async ({ thread, shown }: Row): Promise<Shown> =>
    JSON.parse((await withLearnedNames(query, thread, [shown]))[0] ?? shown) as Shown;

  return {
    enter,
    async search(wanted) {
      const { at, id, isFirst } = pageBehind(wanted.behind);
      if (isFirst) await enterForSearch(enterDue, wanted.workspace);
      const match = matching(wanted);
      // Words without a letter are in no text.
      if (match === undefined) return { found: [], older: undefined };
      const { text, values } = looking({ ...wanted, match, at, id });
      const rows = await query<Row>(text, values);
      return pageOf(rows, await Promise.all(rows.slice(0, wanted.limit).map(shownIn)), wanted.limit);
    },
    async alike({ workspace, team, task, limit }) {
      const newest = await query<Pick<Row, "endedAt" | "shown">>(
        `SELECT runs.ended_at AS "endedAt", shown FROM (
           SELECT id, ended_at, team, outcome FROM runs WHERE workspace = $1 ORDER BY ended_at DESC, id DESC LIMIT ${ALIKE_RUNS_SEEN}
         ) AS seen JOIN runs USING (id)
          WHERE seen.team = $2 AND seen.outcome IN ('done', 'limit') ORDER BY seen.ended_at DESC, seen.id DESC LIMIT ${ALIKE_AMONG}`,
        [workspace, team],
      );
      const runs = newest.map(({ endedAt, shown }): TakenRun => ({ ...(JSON.parse(shown) as Shown), endedAt }));
      return alikeFirst(runs, task, limit);
    },
    async workspaces() {
      const rows = await query<{ readonly workspace: string }>(
        `SELECT DISTINCT workspace FROM runs UNION SELECT workspace FROM runs_due UNION SELECT workspace FROM threads WHERE running ORDER BY 1`,
      );
      return rows.map(({ workspace }) => workspace);
    },
    async filters({ workspace, places }) {
      const rows = await query<Row>(
        `SELECT runs.id, threads.name AS thread, seq, ended_at AS "endedAt", shown
          FROM (SELECT max(id) AS last FROM runs WHERE workspace = $1 AND ($2::text[] IS NULL OR place = ANY($2)) GROUP BY team, place, starter) kinds
          JOIN runs ON runs.id = last JOIN threads ON threads.id = runs.thread ORDER BY ended_at`,
        [workspace, places === "all" ? undefined : places],
      );
      const shown = await Promise.all(rows.map(shownIn));
      return filtersOf(shown.map(({ team, startedBy }, nth) => ({ team, startedBy, place: placeOf(rows[nth]?.thread ?? "") })));
    },
    spending: postgresSpending(connection, { load }),
    async opinions({ workspace, places, endedFrom, endedBefore }) {
      await enterForSearch(enterDue, workspace);
      return opinionsByTeam(
        await query<OpinionsRow>(
          `SELECT team, opinions, count(*)::integer AS runs FROM runs
            WHERE workspace = $1 AND ended_at >= $2 AND ended_at < $3 AND ($4::text[] IS NULL OR place = ANY($4)) GROUP BY team, opinions`,
          [workspace, endedFrom, endedBefore, places === "all" ? undefined : places],
        ),
      );
    },
  };
}

/** The query for its words, each of them whole or the beginning of one, as they stand; empty where there is nothing to match. */
function matching({ words = [] }: RunsWanted): string | undefined {
  const divided = words.slice(0, SEARCH_WORDS_MAX).map((word) => wordsOf(word).flatMap(partsOf));
  if (divided.some((parts) => parts.length === 0)) return undefined;
  return divided.map((parts) => `(${matchOf(parts, true)})`).join(" & ");
}
