import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { Clock } from "../engine/clock.ts";
import { HALT_MINUTES_MAX } from "../engine/events/limits-fold.ts";
import { currentRun, type Transcript } from "../engine/reading/transcript.ts";
import type { Store } from "../store/store.ts";
import { waitsForBudget } from "./day-budgets.ts";
import { forEachOf } from "./look-over.ts";

/** Whose logs are read at once: a store that is asked for several gives them together. */
const LOGS_AT_ONCE_MAX = 20;
/** Clocks of processes are apart, and what has waited too long is ended a little later. */
const MARGIN_MS = 3_600_000;

/**
 * Has each run of a workspace look again that waits for the budget of one of these accounts, and for nothing else. A run stands at a limit for a day at most: of all
 * that wait for people those alone are read in which something was recorded since, and between them others have their turn. Ends early once the signal
 * comes; whoever has raised the budget is told of no end then, and does it again at the next start.
 */
export async function lookAgainAtBudgets(
  { workspace, accounts, here }: { readonly workspace: string; readonly accounts: readonly string[]; readonly here: string | undefined },
  parts: {
    readonly store: Pick<Store, "unfinished">;
    readonly clock: Pick<Clock, "now">;
    readonly read: (thread: string) => Promise<Transcript>;
    readonly lookAgain: (thread: string) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  if (accounts.length === 0) return;
  const { store, clock, read, lookAgain, signal } = parts;
  const since = new Date(clock.now() - HALT_MINUTES_MAX * 60_000 - MARGIN_MS).toISOString();
  const threads = (await store.unfinished(workspace, since)).filter(({ thread, at }) => thread !== here && at >= since);
  await forEachOf(threads, LOGS_AT_ONCE_MAX, async ({ thread }, index) => {
    if (index % LOGS_AT_ONCE_MAX === LOGS_AT_ONCE_MAX - 1) await eventLoopTurn();
    signal.throwIfAborted();
    if (waitsForBudget(currentRun(await read(thread)), accounts)) await lookAgain(thread);
  });
}
