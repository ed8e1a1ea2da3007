import type { Person, RunEvent } from "../../engine/events/events.ts";
import type { Spent } from "../../engine/limits/usage.ts";

/** The runs that are over, as an index beside the logs: read off them, and put anew when a log is, so that what is forgotten is not found. */
export interface FinishedRuns {
  /** Those that fit, newest end first. What has ended just now is among them; of what was there before there was an index, what {@link enter} has come to. */
  search(wanted: RunsWanted): Promise<RunsPage>;
  /** Enters a few of those that are not in the index yet, the newest threads first. Whether there are more. */
  enter(workspace: string): Promise<boolean>;
}

/** What is looked for; all of it. */
export interface RunsWanted {
  readonly workspace: string;
  /** Whoever looks sees the runs of these places (the names of their threads without the last part), and what they have started themselves, wherever. */
  readonly places: readonly string[];
  readonly reader: string;
  /** Each stands in the task or in what was said, whole or as the beginning of a word, in whatever case. */
  readonly words?: readonly string[];
  readonly team?: string | undefined;
  readonly place?: string | undefined;
  /** Who has started it, or has spoken in it: the person's id. */
  readonly person?: string | undefined;
  /** `older` of the page before. */
  readonly behind?: string | undefined;
  readonly limit: number;
}

export interface RunsPage {
  readonly found: readonly FinishedRun[];
  /** Behind what the next page begins; nothing behind the last. */
  readonly older: string | undefined;
}

/** A run that is over, as a list shows it. */
export interface FinishedRun extends Spent {
  readonly thread: string;
  /** Of its `run.started`. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly team: string;
  readonly startedBy: Person;
  readonly outcome: Extract<RunEvent, { readonly type: "run.stopped" }>["outcome"];
  /** Its beginning: {@link TASK_CHARS_KEPT}. */
  readonly task: string;
  readonly turns: number;
}

export const TASK_CHARS_KEPT = 300;
