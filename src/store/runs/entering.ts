import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { beginOf, type LastRun } from "../records/last-run.ts";
import { StoreError, type Store } from "../store.ts";
import type { FinishedRun, FinishedRuns, RunsPage } from "./finished-runs.ts";
import { feedbackIn } from "./opinions.ts";
import { recordsOf, type RunRecord } from "./run-records.ts";

/** How an index of runs is filled and read by pages, whatever database it is in. */

export const THREADS_AT_ONCE = 20;
/** Of all these threads together; of one that has more the rest is entered by the next look. */
const RUNS_AT_ONCE = 20;
/** A search enters what has ended just now, and what comes after it as long as this. */
const SEARCH_ENTERS_MS = 150;
/** Of a search: more words make it no clearer, only slower. */
export const SEARCH_WORDS_MAX = 20;

/** A thread whose log is to be read. */
export interface Due extends LastRun {
  readonly id: number;
  readonly thread: string;
  /** New each time: whoever has read before another came enters nothing. */
  readonly mark: string;
}

/** What was read of it. */
export interface Entry extends Due {
  readonly records: readonly RunRecord[];
  /** What people have said of its runs, of those before too; by run. */
  readonly feedback: ReturnType<typeof feedbackIn>;
  /** Whether these are all there are. */
  readonly whole: boolean;
}

/** What of a run's row is only shown, and not looked for. */
export type Shown = Omit<FinishedRun, "thread" | "seq" | "endedAt">;

/** A run's row, as a list reads it. */
export interface Row {
  readonly id: number;
  readonly thread: string;
  readonly seq: number;
  readonly endedAt: string;
  readonly shown: string;
}

/** Threads on pages that are damaged, with their marks: they stay due, and are left alone until another run ends there or Parley starts again. */
export type Damaged = Set<string>;

/** Reads the logs of those that are due, as far as there is room; and whether there may be more. */
export async function readDue(
  due: readonly Due[],
  {
    load,
    isDamage,
    damaged,
    wordsFor = (words) => words,
  }: {
    readonly load: Store["load"];
    readonly isDamage: (error: unknown) => boolean;
    readonly damaged: Damaged;
    /** A run's words as they are entered. */
    readonly wordsFor?: (words: string) => string;
  },
): Promise<{ readonly entries: readonly Entry[]; readonly more: boolean }> {
  const entries: Entry[] = [];
  let room = RUNS_AT_ONCE;
  for (const one of due) {
    if (room === 0) break;
    const entry = await entryOf(one, room);
    if (entry) entries.push(entry);
    room -= entry?.records.length ?? 0;
    await eventLoopTurn();
  }
  return { entries, more: due.length === THREADS_AT_ONCE || room === 0 };

  /** Of a log that cannot be read nothing is entered: it is no reason to find no other. */
  async function entryOf(one: Due, upTo: number): Promise<Entry | undefined> {
    const records: RunRecord[] = [];
    try {
      const events = await load(one.thread, one.until ?? 0);
      // Of runs behind the last of these nothing is there yet; it is read again with them.
      const feedback = feedbackIn(events);
      for (const record of recordsOf(events, beginOf(one))) {
        if (records.length === upTo) return { ...one, records, feedback, whole: false };
        records.push({ ...record, words: wordsFor(record.words) });
        // Dividing a run's words takes some milliseconds.
        await eventLoopTurn();
      }
      return { ...one, records, feedback, whole: true };
    } catch (error) {
      if (isDamage(error)) {
        damaged.add(`${one.id} ${one.mark}`);
        return undefined;
      }
      if (error instanceof StoreError) throw error;
      return { ...one, records: [], feedback: new Map(), whole: true };
    }
  }
}

/** What is in the index can be found also while nothing can be entered; whoever enters beside it tells why. */
export async function enterForSearch(enter: FinishedRuns["enter"], workspace: string): Promise<void> {
  const beganAt = performance.now();
  try {
    while ((await enter(workspace)) && performance.now() - beganAt < SEARCH_ENTERS_MS);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

/** Behind every time. */
const LAST = "~";

/** Behind what a page begins. What has ended just now is on the first alone. */
export function pageBehind(behind: string | undefined): { readonly at: string; readonly id: number; readonly isFirst: boolean } {
  const [, at = LAST, id = "0"] = /^(\S{1,40}) (\d{1,15})$/.exec(behind ?? "") ?? [];
  return { at, id: Number(id), isFirst: at === LAST };
}

/** The page of these rows, one more than it has room for where there are more; `shown`: of each of them, in their order. */
export function pageOf(rows: readonly Row[], shown: readonly Shown[], limit: number): RunsPage {
  const found = rows.slice(0, limit);
  const last = found.at(-1);
  return {
    found: found.flatMap(({ thread, seq, endedAt }, index) => {
      const more = shown[index];
      return more ? [{ thread, seq, endedAt, ...more }] : [];
    }),
    older: rows.length > limit && last ? `${last.endedAt} ${last.id}` : undefined,
  };
}
