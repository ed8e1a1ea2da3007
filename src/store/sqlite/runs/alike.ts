import type { Connection } from "../connection.ts";
import { alikeFirst } from "../../runs/alike.ts";
import type { Row, Shown } from "../../runs/entering.ts";
import { ALIKE_AMONG, ALIKE_RUNS_SEEN, type AlikeWanted, type TakenRun } from "../../runs/finished-runs.ts";

/** Those of twenty teams, of a few hundred characters each. */
const RUNS_KEPT_MAX = 4_000;

/** Of what was read, by id: a run is entered once and stays as it is until its log is put anew. */
type Kept = Map<number, TakenRun>;

/** Of each database one, whoever has it open in this process: what one of them drops is dropped for all. */
const keptBy = new WeakMap<Connection["db"], Kept>();

function keptOf(db: Connection["db"]): Kept {
  const kept = keptBy.get(db) ?? new Map<number, TakenRun>();
  keptBy.set(db, kept);
  return kept;
}

/** Runs go, and their ids may be given to others. */
export const dropKeptAlike = (db: Connection["db"]): void => keptOf(db).clear();

/** Asked as each run begins: only what has been entered since the last time is read. */
export function alikeIn(db: Connection["db"]): (wanted: AlikeWanted) => readonly TakenRun[] {
  const on = statementsOn(db);
  const kept = keptOf(db);

  function runsOf(ids: readonly number[]): readonly TakenRun[] {
    const missing = ids.filter((id) => !kept.has(id));
    const rows = missing.length === 0 ? [] : on.shownOf.all(JSON.stringify(missing));
    const read = new Map(rows.map(({ id, shown, endedAt }) => [id, { ...(JSON.parse(shown) as Shown), endedAt }]));
    const found = ids.flatMap((id) => kept.get(id) ?? read.get(id) ?? []);
    for (const [id, run] of read) keep(kept, id, run);
    return found;
  }

  return ({ workspace, team, task, limit }) => alikeFirst(runsOf(on.newest.all(workspace, team)), task, limit);
}

/** What was read last stays longest. */
function keep(kept: Kept, id: number, run: TakenRun): void {
  const [oldest] = kept.keys();
  if (oldest !== undefined && kept.size >= RUNS_KEPT_MAX) kept.delete(oldest);
  kept.set(id, run);
}

const statementsOn = (db: Connection["db"]) => ({
  newest: db
    .prepare<[string, string], number>(
      `SELECT id FROM (SELECT id, ended_at, team, outcome FROM runs WHERE workspace = ? ORDER BY ended_at DESC, id DESC LIMIT ${ALIKE_RUNS_SEEN})
        WHERE team = ? AND outcome IN ('done', 'limit') ORDER BY ended_at DESC, id DESC LIMIT ${ALIKE_AMONG}`,
    )
    .pluck(),
  shownOf: db.prepare<[string], Pick<Row, "id" | "endedAt" | "shown">>(
    "SELECT id, ended_at AS endedAt, shown FROM runs WHERE id IN (SELECT value FROM json_each(?))",
  ),
});
