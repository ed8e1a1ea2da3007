import type { EventBody } from "../../engine/events/events.ts";
import type { Commit, Store } from "../store.ts";

export const AT = "2026-01-05T09:00:00.000Z";
const MARIA = { id: "U0MARIA", name: "Maria" };

export const said = (text: string): EventBody => ({ type: "message.posted", person: MARIA, text });
export const started = (run = "r1"): EventBody => ({ type: "run.started", run, team: "coding", startedBy: MARIA });
export const stopped = (run = "r1"): EventBody => ({
  type: "run.stopped",
  run,
  reason: "done",
  reasons: [{ kind: "nobody" }],
  outcome: "done",
});

/** A commit with what does not matter to the story filled in. */
export function commitOf(thread: string, afterSeq: number, events: readonly EventBody[], more: Partial<Commit> = {}): Commit {
  return { thread, workspace: "T1", afterSeq, at: AT, events, posts: [], wake: "keep", ...more };
}

/** Commits after whatever is there. */
export async function append(store: Store, thread: string, events: readonly EventBody[], more: Partial<Commit> = {}): Promise<void> {
  const log = await store.load(thread, 0);
  const result = await store.commit(commitOf(thread, log.length, events, more));
  if (result.kind !== "ok") throw new Error(`the commit on ${thread} was ${result.kind}`);
}
