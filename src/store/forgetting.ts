import type { Fork } from "./forks/forks.ts";
import type { Decision } from "./settings.ts";

/** Other threads that begin with a copy of what is forgotten: their copies go too, and what was said in them stays. Filled in when it begins. */
interface InForks {
  readonly forks?: readonly Fork[];
}

/** What is to be forgotten. */
export type Target =
  /** All that was said in a thread. */
  | ({ readonly kind: "thread"; readonly thread: string } & InForks)
  /** A place where people talk, with all its threads and its memory: the beginning of their names. */
  | ({ readonly kind: "scope"; readonly scope: string } & InForks)
  | ({ readonly kind: "workspace"; readonly workspace: string } & InForks)
  /** The words of a person, the runs that the person has started, and who it was, everywhere. */
  | { readonly kind: "person"; readonly person: string }
  /** Threads in which nothing has happened since then (ISO 8601). Without `costs` they go altogether, with `memory` what was kept of them stays. */
  | { readonly kind: "older"; readonly before: string; readonly costs: boolean; readonly memory: boolean };

/** One that is under way: it is on the disk until nothing of it is left to do. */
export interface Forgetting {
  readonly id: number;
  readonly target: Target;
  /** ISO 8601, UTC: when it began; each event that it takes words from says so. */
  readonly at: string;
}

/** How much there is of something, as it is now. */
export interface Found {
  readonly threads: number;
  readonly events: number;
  readonly files: number;
  readonly posts: number;
  readonly envelopes: number;
  readonly memories: number;
  readonly settings: number;
}

/**
 * Takes words out of the database, and makes sure that no copy of them is left in it: in rows, in the index of words, in free pages, in the
 * write-ahead log. Each step is one transaction, and what is under way is on the disk, so that a crash leaves nothing half done: it is
 * carried on. Who calls it sees to it that nobody else writes to the log of a thread, or holds it in memory, while it is rewritten.
 */
export interface Forgetter {
  /** What would be forgotten; changes nothing. */
  find(target: Target): Promise<Found>;
  /** `by`: the decision, for the audit log, which tells of it when it is done. */
  begin(target: Target, by: Decision): Promise<Forgetting>;
  /** Those that a crash has broken off, oldest first. */
  underWay(): Promise<readonly Forgetting[]>;
  /** The threads that have words of it still. */
  threads(target: Target): Promise<readonly string[]>;
  /** In this thread; how many events have changed. */
  rewrite(forgetting: Forgetting, thread: string): Promise<number>;
  /** All that is in no thread: memory, settings, envelopes, notes, files that nobody refers to any more; and the audit log's entry. */
  finish(forgetting: Forgetting): Promise<void>;
  /**
   * The words of one message: a person's by its `id`, an agent's by the `receipt` of its post; what was kept as a case of the thread goes with them.
   * How many events have changed. `copiedIn`: in this fork of the thread alone, which has a copy of it.
   */
  message(thread: string, message: { readonly id: string; readonly receipt: string }, copiedIn?: Fork): Promise<number>;
  /** The threads that begin with a copy of this one. */
  forks(thread: string): Promise<readonly Fork[]>;
  /** Workspaces from which the app was removed before that time. */
  removed(before: string): Promise<readonly string[]>;
  /** Files that no event refers to. */
  sweepFiles(): Promise<number>;
  /**
   * Writes the file anew without what was deleted, so that it shrinks and no free page holds a word, and empties the write-ahead log. Nobody
   * is served meanwhile. `if due`: only where something was forgotten since the last time. `if small`: then only a small file, and a large
   * one at the next start. `log`: the write-ahead log alone. Whether the file was written anew.
   */
  compact(when: "now" | "if due" | "if small" | "log"): Promise<boolean>;
}

/** The note that says since when the app is removed from a workspace that has no installation of its own; empty once it is back. */
export const removedNote = (workspace: string): string => `removed/${workspace}`;
