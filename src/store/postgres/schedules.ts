import { checkSchedule } from "../records/sizes.ts";
import { SCHEDULES_LISTED_MAX, type KeptSchedule, type Schedules } from "../schedules/schedules.ts";
import type { PostgresAudit } from "./audit/audit.ts";
import type { Connection } from "./server/connection.ts";
import type { Changes } from "./together/changes.ts";

interface Row extends Omit<KeptSchedule, "value"> {
  readonly value: string;
}

const SCHEDULE = "SELECT workspace, id, owner, place, value, revision FROM schedules";

/** What starts by itself, one row each; an index holds those that somebody is to look at, by time. */
export function postgresSchedules(
  { query }: Connection,
  {
    audit,
    changes,
    follow,
  }: { readonly audit: PostgresAudit; readonly changes: Pick<Changes, "say">; readonly follow: Schedules["follow"] },
): Schedules {
  const all = async (sql: string, values: readonly unknown[]): Promise<KeptSchedule[]> => (await query<Row>(sql, values)).map(keptOf);
  return {
    get: async (workspace, id) => (await all(`${SCHEDULE} WHERE workspace = $1 AND id = $2`, [workspace, id]))[0],
    list: (workspace) => all(`${SCHEDULE} WHERE workspace = $1 ORDER BY id LIMIT $2`, [workspace, SCHEDULES_LISTED_MAX]),
    async put({ workspace, id, owner, place, value, dueAt, revision, decision }) {
      const text = value === undefined ? undefined : JSON.stringify(value);
      checkSchedule(id, text);
      return audit.telling(async (within, say) => {
        // One after the other, also where nothing stands there yet.
        await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`schedule/${workspace}/${id}`]);
        const [stands] = await within<{ revision: number }>("SELECT revision FROM schedules WHERE workspace = $1 AND id = $2 FOR UPDATE", [
          workspace,
          id,
        ]);
        if ((stands?.revision ?? 0) !== revision) return false;
        if (text === undefined) await within("DELETE FROM schedules WHERE workspace = $1 AND id = $2", [workspace, id]);
        else
          await within(
            `INSERT INTO schedules (workspace, id, owner, place, value, due_at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7)
              ON CONFLICT (workspace, id) DO UPDATE SET owner = excluded.owner, place = excluded.place, value = excluded.value,
                due_at = excluded.due_at, revision = excluded.revision`,
            [workspace, id, owner, place, text, dueAt ?? null, revision + 1],
          );
        if (decision) await audit.add(within, say, decision);
        await say(await changes.say(within, { kind: "schedule", workspace }));
        return true;
      });
    },
    due: (workspace, untilMs, limit) =>
      all(`${SCHEDULE} WHERE workspace = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3`, [workspace, untilMs, limit]),
    async nextDue(workspace) {
      const [row] = await query<{ at: number | null }>(
        "SELECT min(due_at) AS at FROM schedules WHERE workspace = $1 AND due_at IS NOT NULL",
        [workspace],
      );
      return row?.at ?? undefined;
    },
    follow,
  };
}

const keptOf = ({ value, ...row }: Row): KeptSchedule => ({ ...row, value: JSON.parse(value) as unknown });
