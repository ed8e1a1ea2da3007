import { costOf } from "../records/cost.ts";
import type { Commit, Store } from "../store.ts";
import type { Connection, Query } from "./server/connection.ts";

const DAY_CHARS = "2026-11-23".length;

/** The sums by day. To be called in the transaction of the events. */
export async function addSpent(within: Query, { workspace, accounts = [], at, events }: Commit): Promise<void> {
  const cost = accounts.length === 0 ? undefined : costOf(events);
  if (!cost) return;
  // In one order, so that of two commits none waits for the other.
  await within(
    `INSERT INTO spent (workspace, account, day, usd, unpriced, estimated)
      SELECT $1, account, $3, $4, $5, $6 FROM (SELECT DISTINCT unnest($2::text[]) AS account) AS accounts ORDER BY account
      ON CONFLICT (workspace, account, day) DO UPDATE SET usd = spent.usd + excluded.usd, unpriced = spent.unpriced OR excluded.unpriced,
        estimated = spent.estimated OR excluded.estimated`,
    [workspace, accounts, at.slice(0, DAY_CHARS), cost.usd, !cost.priced, cost.estimated === true],
  );
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
