import type { Connection } from "../connection.ts";
import type { Row, Shown } from "../../runs/entering.ts";
import { ALIKE_AMONG, ALIKE_RUNS_SEEN, alikeWords, type AlikeWanted, type TakenRun } from "../../runs/finished-runs.ts";
import { rankedByRarity, wordsOf } from "../../records/words.ts";

/** About five teams' runs, of a few hundred characters each. */
const RUNS_KEPT_MAX = 1_000;
const WORDS_KEPT_MAX = 500;

/** Of what was read: a run is entered once and stays as it is until its log is put anew, and a later one has a higher id. */
interface Kept {
  readonly runs: Map<number, TakenRun>;
  readonly words: Map<string, Having>;
}

/** The newest runs that have a word, of those behind `from` and up to `through`. */
interface Having {
  readonly ids: readonly number[];
  readonly from: number;
  readonly through: number;
}

const keptOf = new WeakMap<Connection["db"], Kept>();

/** Runs go, and their ids may be given to others. */
export function dropKeptAlike(db: Connection["db"]): void {
  keptOf.get(db)?.runs.clear();
  keptOf.get(db)?.words.clear();
}

/** Asked as each run begins: only what has been entered since the last time is read. */
export function alikeIn(db: Connection["db"]): (wanted: AlikeWanted) => readonly TakenRun[] {
  const on = statementsOn(db);
  const kept: Kept = { runs: new Map(), words: new Map() };
  keptOf.set(db, kept);

  function having(word: string, from: number, last: number): readonly number[] {
    const known = kept.words.get(word);
    const goesOn = known !== undefined && (known.from <= from || known.ids.length >= ALIKE_AMONG);
    let now = known;
    if (!goesOn) now = { ids: on.having.all(`words : "${word}"`, from), from, through: last };
    else if (known.through < last)
      now = {
        ...known,
        ids: [...on.having.all(`words : "${word}"`, known.through + 1), ...known.ids].slice(0, ALIKE_AMONG),
        through: last,
      };
    if (now !== undefined) keep(kept.words, word, now, WORDS_KEPT_MAX);
    return now?.ids ?? [];
  }

  function runsOf(ids: readonly number[]): readonly TakenRun[] {
    const missing = ids.filter((id) => !kept.runs.has(id));
    const rows = missing.length === 0 ? [] : on.shownOf.all(JSON.stringify(missing));
    const read = new Map(rows.map(({ id, shown, endedAt }) => [id, { ...(JSON.parse(shown) as Shown), endedAt }]));
    const found = ids.flatMap((id) => kept.runs.get(id) ?? read.get(id) ?? []);
    for (const [id, run] of read) keep(kept.runs, id, run, RUNS_KEPT_MAX);
    return found;
  }

  return ({ workspace, team, task, limit }) => {
    const newest = on.newest.all(workspace, team);
    if (newest.length === 0) return [];
    const known = new Set(newest);
    const oldest = newest.reduce((least, id) => Math.min(least, id), Number.MAX_SAFE_INTEGER);
    const last = on.last.get() ?? 0;
    const found = alikeWords(task, wordsOf)
      .map(quotable)
      .filter((word) => word !== "")
      .map((word) => having(word, oldest, last).filter((id) => known.has(id)));
    return runsOf([...new Set([...rankedByRarity(found, newest.length), ...newest])].slice(0, limit));
  };
}

/** What was used last stays longest. */
function keep<Key, Value>(kept: Map<Key, Value>, key: Key, value: Value, max: number): void {
  kept.delete(key);
  const [oldest] = kept.keys();
  if (oldest !== undefined && kept.size >= max) kept.delete(oldest);
  kept.set(key, value);
}

const statementsOn = (db: Connection["db"]) => ({
  newest: db
    .prepare<[string, string], number>(
      `SELECT id FROM (SELECT id, ended_at, team, outcome FROM runs WHERE workspace = ? ORDER BY ended_at DESC, id DESC LIMIT ${ALIKE_RUNS_SEEN})
        WHERE team = ? AND outcome IN ('done', 'limit') ORDER BY ended_at DESC, id DESC LIMIT ${ALIKE_AMONG}`,
    )
    .pluck(),
  last: db.prepare<[], number>("SELECT max(id) FROM runs").pluck(),
  having: db
    .prepare<[string, number], number>(
      `SELECT rowid FROM run_words WHERE run_words MATCH ? AND rowid >= ? ORDER BY rowid DESC LIMIT ${ALIKE_AMONG}`,
    )
    .pluck(),
  shownOf: db.prepare<[string], Pick<Row, "id" | "endedAt" | "shown">>(
    "SELECT id, ended_at AS endedAt, shown FROM runs WHERE id IN (SELECT value FROM json_each(?))",
  ),
});

/** To stand between quotes. */
export const quotable = (word: string): string => word.replaceAll('"', "").replaceAll("\0", "");
