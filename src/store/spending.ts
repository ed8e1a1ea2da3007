import { spendingOf, type Spending } from "../engine/limits/spending.ts";
import { placeOf } from "./fair-queue.ts";
import type { Store } from "./store.ts";

export interface ThreadSpending extends Spending {
  readonly thread: string;
}

/** What one spending can be told apart from another by. */
export const TOLD_APART_BY = ["day", "place", "person", "run", "agent", "team", "model"] as const;

export interface SpendingWanted {
  /** On this day (`2026-11-23`, UTC) and later; empty for all. */
  readonly since: string;
  /** Up to this day, and no later. */
  readonly until?: string | undefined;
  /** Of this one alone; of all when absent. */
  readonly workspace?: string | undefined;
  /** In these places alone: the names of their threads without the last part. */
  readonly places?: readonly string[] | undefined;
  /**
   * What else is different may come as one sum, in which the rest is that of any one: by day alone, the agent is one of those who have spent on it. `place`: the
   * thread is one of the same place.
   */
  readonly by: readonly (typeof TOLD_APART_BY)[number][];
}

/** Threads that are looked at, the newest first: more than a busy workspace has in years. */
const THREADS_MAX = 1_000_000;

/**
 * What was spent, in threads of this database. Read off the logs of the threads that were active since then, and of no others; or by
 * `spending`, which a store gives that has read them off before. What was imported was spent elsewhere.
 */
export async function* readSpending(
  store: Pick<Store, "load" | "recent"> & {
    readonly spending?: ((wanted: SpendingWanted) => Promise<readonly ThreadSpending[]>) | undefined;
  },
  { since = "", by = TOLD_APART_BY, ...where }: { readonly [Key in keyof SpendingWanted]?: SpendingWanted[Key] | undefined } = {},
): AsyncGenerator<ThreadSpending, void, void> {
  if (store.spending) return yield* await store.spending({ since, by, ...where });
  const { until = LAST_DAY, places } = where;
  for (const { thread, workspace, at } of await store.recent(THREADS_MAX, where.workspace)) {
    if (at < since) return;
    if (workspace === IMPORTED || (places && !places.includes(placeOf(thread)))) continue;
    for (const spending of spendingOf(await store.load(thread, 0)))
      if (spending.day >= since && spending.day <= until) yield { ...spending, thread };
  }
}

const LAST_DAY = "~";

/** As `parley import` names where its threads are from. */
export const IMPORTED = "imported";
