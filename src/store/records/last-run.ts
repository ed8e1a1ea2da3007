import type { Person, RunEvent } from "../../engine/events/events.ts";

/** The last run of a thread that is entered; nulls where none is. */
export interface LastRun {
  /** The seq of its end. */
  readonly until: number | null;
  readonly run: string | null;
  readonly shown: string | null;
}

/** SQL that joins it to `threads`. */
export const WITH_LAST_RUN = "LEFT JOIN runs ON runs.id = (SELECT id FROM runs WHERE runs.thread = threads.id ORDER BY seq DESC LIMIT 1)";

/** How it began, as far as whoever reads on has to know: what comes behind its end is that run's. */
export function beginOf({ until, run, shown }: LastRun): RunEvent | undefined {
  if (until === null || run === null || shown === null) return undefined;
  const { team, startedBy } = JSON.parse(shown) as { readonly team: string; readonly startedBy: Person };
  return { type: "run.started", run, team, startedBy, seq: until, at: "" };
}
