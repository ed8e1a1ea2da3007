import { costOf } from "../records/cost.ts";
import type { Connection } from "./connection.ts";
import type { Commit, Store } from "../store.ts";

const DAY_CHARS = "2026-11-23".length;

/** The sums by day. `add` is to be called in the transaction of the events. */
export function sqliteSpent({ db, read }: Connection): Pick<Store, "spentOn"> & {
  add(commit: Commit): void;
  usdOn(workspace: string, account: string, day: string): number;
} {
  const find = db.prepare<[string, string, string], { usd: number; unpriced: number; estimated: number }>(
    "SELECT usd, unpriced, estimated FROM spent WHERE workspace = ? AND account = ? AND day = ?",
  );
  const put = db.prepare(
    `INSERT INTO spent (workspace, account, day, usd, unpriced, estimated) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET usd = usd + excluded.usd, unpriced = max(unpriced, excluded.unpriced),
      estimated = max(estimated, excluded.estimated)`,
  );

  return {
    add({ workspace, accounts = [], at, events }) {
      const cost = accounts.length === 0 ? undefined : costOf(events);
      if (!cost) return;
      const { usd, priced, estimated } = cost;
      for (const account of accounts) put.run(workspace, account, at.slice(0, DAY_CHARS), usd, priced ? 0 : 1, estimated ? 1 : 0);
    },
    usdOn: (workspace, account, day) => read(() => find.get(workspace, account, day))?.usd ?? 0,
    spentOn: async (workspace, account, day) => {
      const found = read(() => find.get(workspace, account, day));
      return { usd: found?.usd ?? 0, priced: found?.unpriced !== 1, ...(found?.estimated ? { estimated: true as const } : {}) };
    },
  };
}
