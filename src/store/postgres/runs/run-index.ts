import { placeOf } from "../../fair-queue.ts";
import { beginOf, WITH_LAST_RUN, type LastRun } from "../../records/last-run.ts";
import type { FinishedRun, FinishedRuns, RunsWanted } from "../../runs/finished-runs.ts";
import { recordsOf, type RunRecord } from "../../runs/run-records.ts";
import { StoreError, type Store } from "../../store.ts";
import type { Connection, Query } from "../server/connection.ts";
import { withLearnedNames } from "../names.ts";
import { matchOf, stemsOf, vectorOf } from "../words.ts";

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

/** What of a run's row is only shown, and not looked for. */
type Shown = Omit<FinishedRun, "thread" | "seq" | "endedAt">;

interface Row {
  readonly id: number;
  readonly thread: string;
  readonly seq: number;
  readonly endedAt: string;
  readonly shown: string;
}

/** Enters runs by reading their logs, beside the commits; who has ended is known by `runs_due`, which commits and forgetting write. */
export function postgresRuns({ query, transaction }: Connection, { load }: Pick<Store, "load">): FinishedRuns {
  async function enter(workspace: string): Promise<boolean> {
    const due = await query<Due>(
      `SELECT threads.id, name AS thread, mark, until, run, shown FROM runs_due JOIN threads ON threads.id = runs_due.thread ${WITH_LAST_RUN}
        WHERE runs_due.workspace = $1 ORDER BY runs_due.thread DESC LIMIT ${THREADS_AT_ONCE}`,
      [workspace],
    );
    for (const one of due) {
      const records = await readable(one);
      await transaction((within) => put(within, { ...one, records }, workspace));
    }
    return due.length === THREADS_AT_ONCE;
  }

  /** Of a log that cannot be read nothing is entered: it is no reason to find no other. */
  async function readable(due: Due): Promise<readonly RunRecord[]> {
    try {
      return [...recordsOf(await load(due.thread, due.until ?? 0), beginOf(due))];
    } catch (error) {
      if (error instanceof StoreError) throw error;
      return [];
    }
  }

  async function put(
    within: Query,
    { id, thread, mark, records }: Due & { readonly records: readonly RunRecord[] },
    workspace: string,
  ): Promise<void> {
    // Something has ended there or was forgotten since the log was read, or another has entered it: what was read is not entered.
    if ((await within("DELETE FROM runs_due WHERE thread = $1 AND mark = $2 RETURNING 1", [id, mark])).length === 0) return;
    for (const { seq, until, endedAt, words, people, run, spending, ...shown } of records) {
      const { team, startedBy } = shown;
      await within(
        `INSERT INTO runs (thread, seq, until, workspace, place, run, team, starter, ended_at, shown, spending, words, people)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::tsvector, $13)`,
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
          JSON.stringify(spending),
          await vectorOf(within, words),
          people,
        ],
      );
    }
  }

  /** With the names that were learned since. */
  const shownIn = async ({ thread, shown }: Row): Promise<Shown> =>
    JSON.parse((await withLearnedNames(query, thread, [shown]))[0] ?? shown) as Shown;

  return {
    enter,
    async search(wanted) {
      const beganAt = performance.now();
      while ((await enter(wanted.workspace)) && performance.now() - beganAt < SEARCH_ENTERS_MS);
      const match = await matching(query, wanted);
      // Words without a letter are in no text.
      if (match === undefined) return { found: [], older: undefined };
      const { workspace, places, reader, team, place, person, limit } = wanted;
      const [, at = LAST, id = "0"] = /^(\S{1,40}) (\d{1,15})$/.exec(wanted.behind ?? "") ?? [];
      const rows = await query<Row>(
        `SELECT runs.id, threads.name AS thread, seq, ended_at AS "endedAt", shown FROM runs JOIN threads ON threads.id = runs.thread
          WHERE runs.workspace = $1 AND (ended_at, runs.id) < ($2, $3) AND (place = ANY($4::text[]) OR starter = $5)
            AND ($6::text IS NULL OR team = $6) AND ($7::text IS NULL OR place = $7) AND ($8::text IS NULL OR $8 = ANY(people))
            AND ($9::text IS NULL OR words @@ $9::tsquery)
          ORDER BY ended_at DESC, runs.id DESC LIMIT $10`,
        [workspace, at, Number(id), places, reader, team, place, person, match === "" ? undefined : match, limit + 1],
      );
      const found = rows.slice(0, limit);
      const last = found.at(-1);
      return {
        found: await Promise.all(
          found.map(async (row) => ({ thread: row.thread, seq: row.seq, endedAt: row.endedAt, ...(await shownIn(row)) })),
        ),
        older: rows.length > limit && last ? `${last.endedAt} ${last.id}` : undefined,
      };
    },
  };
}

/** Behind every time. */
const LAST = "~";

/** The query for its words, each of them or what begins with it; empty where there is nothing to match. */
async function matching(query: Query, { words = [] }: RunsWanted): Promise<string | undefined> {
  const stems = await stemsOf(query, words.slice(0, WORDS_MAX));
  if (stems.some((own) => own.length === 0)) return undefined;
  return stems.map((own) => `(${matchOf(own, true)})`).join(" & ");
}
