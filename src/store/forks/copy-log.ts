import type { RunEvent } from "../../engine/events/events.ts";
import type { Store } from "../store.ts";

/** As the store takes them together. */
const EVENTS_PER_COMMIT_MAX = 1_000;

/**
 * Writes a log that has already happened into a thread that is not there yet; every event keeps its number and its time. `wake`: whether
 * the thread is to be worked on once all of it is there. `false`, and nothing is written, when the thread exists. A process that dies in
 * the middle leaves the beginning of the log, which nobody works on. `from`: how many events of it are there already. `posts`: messages that
 * events of it make in the new thread; none when absent.
 */
export async function copyLog(
  store: Pick<Store, "commit">,
  copy: {
    readonly thread: string;
    readonly workspace: string;
    readonly events: readonly RunEvent[];
    readonly wake: "now" | "none";
    readonly from?: number;
    readonly posts?: readonly { readonly seq: number; readonly kind: string; readonly part: number }[];
  },
): Promise<boolean> {
  const { thread, workspace, events, wake, posts = [] } = copy;
  for (let from = copy.from ?? 0; from < events.length;) {
    const at = events[from]?.at ?? "";
    let to = from + 1;
    while (events[to]?.at === at && to - from < EVENTS_PER_COMMIT_MAX) to++;
    const bodies = events.slice(from, to).map(({ seq: _seq, at: _at, ...body }) => body);
    const result = await store.commit({
      thread,
      workspace,
      afterSeq: from,
      at,
      events: bodies,
      posts: posts.flatMap(({ seq, ...post }) => (seq > from && seq <= to ? [{ event: seq - from - 1, ...post }] : [])),
      wake: to < events.length ? "none" : wake,
    });
    if (result.kind === "stale") {
      if (from === 0) return false;
      throw new Error(`the log of ${thread} grew to ${result.lastSeq} events while ${events.length} were copied into it`);
    }
    from = to;
  }
  return true;
}
