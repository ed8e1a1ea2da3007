import type { Clock } from "../../engine/clock.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";

/** Another writer may come first; each try reads anew. */
const WAKE_TRIES_MAX = 5;

/** Nobody has worked on these threads while they were parked; each goes on from its log. */
export async function wakeThreads(
  { store, runner, clock }: { readonly store: Store; readonly runner: Pick<Runner, "read">; readonly clock: Clock },
  team: string,
): Promise<void> {
  for (const { thread } of await store.unfinished(team)) {
    for (let tries = 0; tries < WAKE_TRIES_MAX; tries++) {
      const afterSeq = (await runner.read(thread)).events.at(-1)?.seq ?? 0;
      const at = new Date(clock.now()).toISOString();
      const result = await store.commit({ thread, workspace: team, afterSeq, at, events: [], posts: [], wake: "now" });
      if (result.kind === "ok") break;
    }
  }
}
