import { costOf } from "../records/cost.ts";
import type { Commit, Store } from "../store.ts";
import type { Given } from "./part-of-commit.ts";
import type { Connection } from "./server/connection.ts";

const DAY_CHARS = "2026-11-23".length;

/** The sums by day: a part of the statement of a commit. */
export function spentPart({ accounts = [], at, events }: Commit, given: Given): string | undefined {
  const cost = accounts.length === 0 ? undefined : costOf(events);
  if (!cost) return undefined;
  const row = [
    given(at.slice(0, DAY_CHARS), "text"),
    given(cost.usd, "double precision"),
    given(!cost.priced, "boolean"),
    given(cost.estimated === true, "boolean"),
  ];
  // In one order, so that of two commits none waits for the other.
  return `spent_now AS (INSERT INTO spent (workspace, account, day, usd, unpriced, estimated)
    SELECT workspace, account, ${row.join(", ")} FROM moved, (SELECT DISTINCT unnest(${given(accounts, "text[]")}) AS account) AS accounts ORDER BY account
    ON CONFLICT (workspace, account, day) DO UPDATE SET usd = spent.usd + excluded.usd, unpriced = spent.unpriced OR excluded.unpriced,
      estimated = spent.estimated OR excluded.estimated)`;
}

export const postgresSpent = ({ query }: Connection): Pick<Store, "spentOn"> => ({
  async spentOn(workspace, account, day) {
    const [found] = await query<{ usd: number; unpriced: boolean; estimated: boolean }>(
      "SELECT usd, unpriced, estimated FROM spent WHERE workspace = $1 AND account = $2 AND day = $3",
      [workspace, account, day],
    );
    return { usd: found?.usd ?? 0, priced: found?.unpriced !== true, ...(found?.estimated ? { estimated: true as const } : {}) };
  },
});
