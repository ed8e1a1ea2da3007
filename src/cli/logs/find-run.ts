import type { RunEvent, StoreReader } from "../../parley.ts";

/** A run and the log that it is in. */
export interface FoundRun {
  readonly thread: string;
  /** The whole log of the thread, from its first event. */
  readonly log: readonly RunEvent[];
  /** Index of `run.started` in the log. */
  readonly start: number;
  /** Index behind the last event before the next run, or the end of the log. */
  readonly end: number;
}

const THREADS_LOOKED_AT_MAX = 10_000; // For runs whose id does not name their thread, such as imported ones: the newest threads are read until it is found.

type Reader = Pick<StoreReader, "load" | "recent">;

/** `wanted`: a run's id, a thread's key (then its newest run), or `last`. */
export async function findRun(store: Reader, wanted: string): Promise<FoundRun | undefined> {
  // A run's id is its thread's key and a number.
  for (const thread of new Set([wanted, wanted.slice(0, Math.max(0, wanted.lastIndexOf("#")))])) {
    const log = thread === "" ? [] : await store.load(thread, 0);
    const found = runIn(thread, log, thread === wanted ? undefined : wanted);
    if (found) return found;
  }
  for (const { thread } of await store.recent(THREADS_LOOKED_AT_MAX)) {
    const found = runIn(thread, await store.load(thread, 0), wanted === "last" ? undefined : wanted);
    if (found) return found;
  }
  return undefined;
}

function runIn(thread: string, log: readonly RunEvent[], run: string | undefined): FoundRun | undefined {
  const start = log.findLastIndex((event) => event.type === "run.started" && (run === undefined || event.run === run));
  if (start === -1) return undefined;
  const next = log.findIndex((event, index) => index > start && event.type === "run.started");
  return { thread, log, start, end: next === -1 ? log.length : next };
}
