import { spendingOf, type Spending } from "../engine/limits/spending.ts";
import type { Store } from "./store.ts";

export interface ThreadSpending extends Spending {
  readonly thread: string;
}

/** Threads that are looked at, the newest first: more than a busy workspace has in years. */
const THREADS_MAX = 1_000_000;

/**
 * What was spent, in threads of this database, on `since` (`2026-11-23`, UTC) and later; from the beginning when absent. Read off the logs of the
 * threads that were active since then, and of no others; or by `spending`, which a store gives that has read them off before. What was imported was spent elsewhere.
 */
export async function* readSpending(
  store: Pick<Store, "load" | "recent"> & { readonly spending?: (since: string) => AsyncIterable<ThreadSpending> },
  { since = "" }: { readonly since?: string | undefined } = {},
): AsyncGenerator<ThreadSpending, void, void> {
  if (store.spending) return yield* store.spending(since);
  for (const { thread, workspace, at } of await store.recent(THREADS_MAX)) {
    if (at < since) return;
    if (workspace === IMPORTED) continue;
    for (const spending of spendingOf(await store.load(thread, 0))) if (spending.day >= since) yield { ...spending, thread };
  }
}

/** As `parley import` names where its threads are from. */
export const IMPORTED = "imported";
