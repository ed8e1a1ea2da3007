import { checkSchedule } from "../records/sizes.ts";
import { SCHEDULES_LISTED_MAX, type KeptSchedule, type Schedules } from "../schedules/schedules.ts";
import type { SqliteAudit } from "./audit/audit.ts";
import type { Connection } from "./connection.ts";

interface Row extends Omit<KeptSchedule, "value"> {
  readonly value: string;
}

/** What starts by itself, one row each; an index holds those that somebody is to look at, by time. */
export function sqliteSchedules(
  { db, write, read }: Connection,
  {
    audit,
    follow,
    changed,
  }: { readonly audit: SqliteAudit; readonly follow: Schedules["follow"]; readonly changed: (workspace: string) => void },
): Schedules {
  let prepared: ReturnType<typeof statementsOn> | undefined;
  const on = () => (prepared ??= statementsOn(db));

  return {
    get: async (workspace, id) => read(() => keptOf(on().get.get(workspace, id))),
    list: async (workspace) =>
      read(() =>
        on()
          .list.all(workspace, SCHEDULES_LISTED_MAX)
          .flatMap((row) => keptOf(row) ?? []),
      ),
    async put({ workspace, id, owner, place, value, dueAt, revision, decision }) {
      const text = value === undefined ? undefined : JSON.stringify(value);
      checkSchedule(id, text);
      // What a person has seen kept, and a run that is about to begin, must not come back with a power cut.
      const isPut = audit.telling(() =>
        write("full", () => {
          const stands = on().get.get(workspace, id)?.revision ?? 0;
          if (stands !== revision) return false;
          if (text === undefined) on().remove.run(workspace, id);
          else on().put.run(workspace, id, owner, place, text, dueAt ?? null, revision + 1);
          if (decision) audit.add(decision);
          return true;
        }),
      );
      if (isPut) changed(workspace);
      return isPut;
    },
    due: async (workspace, untilMs, limit) =>
      read(() =>
        on()
          .due.all(workspace, untilMs, limit)
          .flatMap((row) => keptOf(row) ?? []),
      ),
    nextDue: async (workspace) => read(() => on().nextDue.get(workspace) ?? undefined),
    follow,
  };
}

function statementsOn(db: Connection["db"]) {
  const columns = "SELECT workspace, id, owner, place, value, revision FROM schedules";
  return {
    get: db.prepare<[string, string], Row>(`${columns} WHERE workspace = ? AND id = ?`),
    list: db.prepare<[string, number], Row>(`${columns} WHERE workspace = ? ORDER BY id LIMIT ?`),
    due: db.prepare<[string, number, number], Row>(`${columns} WHERE workspace = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?`),
    nextDue: db.prepare<[string], number | null>("SELECT min(due_at) FROM schedules WHERE workspace = ? AND due_at IS NOT NULL").pluck(),
    put: db.prepare<[string, string, string, string, string, number | null, number]>(
      `INSERT INTO schedules (workspace, id, owner, place, value, due_at, revision) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET owner = excluded.owner, place = excluded.place, value = excluded.value, due_at = excluded.due_at,
        revision = excluded.revision`,
    ),
    remove: db.prepare<[string, string]>("DELETE FROM schedules WHERE workspace = ? AND id = ?"),
  };
}

const keptOf = (row: Row | undefined): KeptSchedule | undefined => row && { ...row, value: JSON.parse(row.value) as unknown };
