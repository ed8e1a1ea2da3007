import type { Decision } from "../settings.ts";

/**
 * What starts by itself. Each is one row that is put by compare-and-set, with the time at which somebody is to look at it: of several who look at
 * once, one takes it.
 */
export interface Schedules {
  get(workspace: string, id: string): Promise<KeptSchedule | undefined>;
  /** All of a workspace, by id; at most {@link SCHEDULES_LISTED_MAX}. */
  list(workspace: string): Promise<readonly KeptSchedule[]>;
  /**
   * Puts it, or takes it away (`value` absent), and records the decision with it; only where `revision` is still that of what stands there
   * (0: nothing). `false` when somebody else was faster: then nothing is written.
   */
  put(change: ScheduleChange): Promise<boolean>;
  /** Those of a workspace that somebody is to look at by then (ms since the epoch), the longest due first; at most `limit`. */
  due(workspace: string, untilMs: number, limit: number): Promise<readonly KeptSchedule[]>;
  /** When the next one of a workspace is due; nothing where none is. */
  nextDue(workspace: string): Promise<number | undefined>;
  /** Tells of each one that was put or taken away, whichever process did, by its workspace. Returns how to stop listening. */
  follow(listener: (workspace: string) => void): () => void;
}

export interface KeptSchedule {
  readonly workspace: string;
  readonly id: string;
  /** Whose it is, and where: with the person or the place it is forgotten. */
  readonly owner: string;
  readonly place: string;
  /** Plain JSON, at most {@link SCHEDULE_BYTES_MAX}; its reader checks it, since another Parley may have written it. */
  readonly value: unknown;
  /** Counts the writes, from 1. */
  readonly revision: number;
}

/** `revision`: of what stands there, 0 for nothing. */
export interface ScheduleChange extends KeptSchedule {
  /** Nobody looks at it by itself when absent. */
  readonly dueAt?: number | undefined;
  readonly decision?: Decision;
}

export const SCHEDULES_LISTED_MAX = 1_000;
export const SCHEDULE_BYTES_MAX = 64 * 1024;
