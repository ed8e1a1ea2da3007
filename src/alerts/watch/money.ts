import type { Clock } from "../../engine/clock.ts";
import { dayOf, type DayBudgets } from "../../runner/day-budgets.ts";
import type { Store } from "../../store/store.ts";
import type { Trouble } from "../kinds.ts";

/** For whom all runs of a workspace count. */
const ACCOUNT = "workspace";
/** A day jumps with so many times what is usual, and with so much more than it, in US dollars. */
const JUMP_TIMES = 3;
const JUMP_USD = 5;
/** Usual is the median of the days before on which anything was spent; on fewer than so many nobody knows what is usual. */
const DAYS_BEFORE = 7;
const DAYS_SPENT_MIN = 3;
const NEAR_SHARE = 0.8;
const DAY_MS = 24 * 3_600_000;
/** Threads that were active last, by which the workspaces are known that spend today. */
const THREADS_LOOKED_AT = 500;
const WORKSPACES_REMEMBERED = 10_000;
/** Sums of a day change slowly beside a look every half a minute. */
const LOOK_MS = 5 * 60_000;

interface MoneyParts {
  readonly store: Pick<Store, "recent" | "spentOn">;
  readonly budgets: Pick<DayBudgets, "spending">;
  readonly clock: Pick<Clock, "now">;
}

/** What workspaces spend today, in US dollars and for days in UTC: for whoever looks again and again. */
export function watchMoney({ store, budgets, clock }: MoneyParts): () => Promise<readonly Trouble[]> {
  /** What is usual, by workspace, on this day. */
  const usual = { day: "", known: new Map<string, number | undefined>() };
  let looked: { readonly atMs: number; readonly found: readonly Trouble[] } | undefined;

  async function usualOf(workspace: string, nowMs: number): Promise<number | undefined> {
    const day = dayOf(nowMs);
    if (usual.day !== day || usual.known.size > WORKSPACES_REMEMBERED) usual.known.clear();
    usual.day = day;
    if (usual.known.has(workspace)) return usual.known.get(workspace);
    const before = [];
    for (let days = 1; days <= DAYS_BEFORE; days++)
      before.push((await store.spentOn(workspace, ACCOUNT, dayOf(nowMs - days * DAY_MS))).usd);
    const spent = before.filter((usd) => usd > 0).toSorted((one, other) => one - other);
    const median = spent.length < DAYS_SPENT_MIN ? undefined : spent[Math.floor((spent.length - 1) / 2)];
    usual.known.set(workspace, median);
    return median;
  }

  async function look(nowMs: number): Promise<readonly Trouble[]> {
    const day = dayOf(nowMs);
    const midnightMs = Date.parse(day);
    const active = (await store.recent(THREADS_LOOKED_AT)).filter(({ at }) => at >= day);
    const found: Trouble[] = [];
    for (const workspace of new Set(active.map((thread) => thread.workspace))) {
      const { spent, limit } = await budgets.spending(workspace, ACCOUNT);
      const subject = `workspace ${workspace} on ${day}`;
      if (limit !== undefined && spent >= limit * NEAR_SHARE)
        found.push({ kind: "budget-near", subject, detail: `${usd(spent)} of ${usd(limit)} are spent.` });
      const median = await usualOf(workspace, nowMs);
      if (median !== undefined && spent >= median * JUMP_TIMES && spent >= median + JUMP_USD) {
        const hours = Math.max(1, Math.round((nowMs - midnightMs) / 3_600_000));
        found.push({ kind: "spending-jump", subject, detail: `${usd(spent)} within ${hours} h; a day usually takes ${usd(median)}.` });
      }
    }
    return found;
  }

  return async () => {
    const nowMs = clock.now();
    // The day's end is the end of what was so on it.
    if (!looked || nowMs - looked.atMs >= LOOK_MS || dayOf(looked.atMs) !== dayOf(nowMs))
      looked = { atMs: nowMs, found: await look(nowMs) };
    return looked.found;
  };
}

const usd = (amount: number): string => `$${amount.toFixed(2)}`;
