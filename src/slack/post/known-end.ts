import type { Clock } from "../../engine/clock.ts";
import type { SelectedBy } from "../../engine/events/talk.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { Post, Store } from "../../store/store.ts";
import { firstTurnEndsMs } from "./cards/latest-cards.ts";

/** Who is next is asked of a model, and takes longer. */
const ASKED: ReadonlySet<string> = new Set<SelectedBy>(["selector", "fallback"]);

/**
 * Where several processes have the store, a turn can be on its way into Slack before it is recorded, or heard here, that it was all of its run. The first turn
 * of a run waits for what is recorded behind it: its end, which its message tells then, or who is next. At most as long as `firstTurnEndsMs` says, and not at all
 * where one process has the store, or where a model is asked who is next.
 */
export function createKnownEnd({
  store,
  clock,
  load,
}: {
  readonly store: Pick<Store, "follow" | "stillHere">;
  readonly clock: Clock;
  readonly load: (thread: string, throughSeq?: number) => Promise<Transcript>;
}): (post: Pick<Post, "thread" | "seq" | "kind">, signal: AbortSignal) => Promise<void> {
  return async ({ thread, seq, kind }, signal) => {
    if (!store.stillHere || kind !== "turn") return;
    const more = new AbortController();
    const stop = () => more.abort("it is known");
    // Before the log is read: what is recorded in between is heard.
    const unfollow = store.follow((committed) => {
      if (committed.thread === thread && committed.events.some((event) => event.seq > seq)) stop();
    });
    signal.addEventListener("abort", stop, { once: true });
    try {
      const transcript = await load(thread, seq);
      const leftMs = firstTurnEndsMs(transcript, clock.now());
      const chosen = transcript.events.findLast((event) => event.type === "speaker.selected");
      if (leftMs === undefined || ASKED.has(chosen?.by ?? "")) return;
      if (!signal.aborted) await clock.sleep(leftMs, more.signal);
    } finally {
      unfollow();
      signal.removeEventListener("abort", stop);
    }
  };
}
