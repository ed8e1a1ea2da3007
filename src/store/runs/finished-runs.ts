import type { Person, RunEvent } from "../../engine/events/events.ts";
import type { Spent } from "../../engine/limits/usage.ts";
import type { SpendingWanted, ThreadSpending } from "../spending.ts";
import type { TeamOpinions } from "./opinions.ts";

/** The runs that are over, as an index beside the logs: read off them, and put anew when a log is, so that what is forgotten is not found. */
export interface FinishedRuns {
  /** Those that fit, newest end first. What has ended just now is among them; of what was there before there was an index, what {@link enter} has come to. */
  search(wanted: RunsWanted): Promise<RunsPage>;
  /** Enters a few of those that are not in the index yet, the newest threads first. Whether there are more. */
  enter(workspace: string): Promise<boolean>;
  /** What runs of a team took whose tasks are like this one: see {@link AlikeWanted}. Of what is in the index by now; quick, and bounded. */
  alike(wanted: AlikeWanted): Promise<readonly TakenRun[]>;
  /** The workspaces of which there are runs, over or not, in the order of their names. */
  workspaces(): Promise<readonly string[]>;
  /** What a list can be narrowed to: what there is among the runs of these places. */
  filters(of: Pick<RunsWanted, "workspace" | "places">): Promise<RunFilters>;
  /** What was spent, those that go on included; see {@link SpendingWanted}. */
  spending(wanted: SpendingWanted): Promise<readonly ThreadSpending[]>;
  /** What people and agents thought of runs that ended in these days, by team. */
  opinions(of: OpinionsWanted): Promise<readonly TeamOpinions[]>;
}

export interface OpinionsWanted extends Pick<RunsWanted, "workspace" | "places"> {
  /** ISO 8601, UTC: it ended then or later, and before then. */
  readonly endedFrom: string;
  readonly endedBefore: string;
}

/** In the order of their names; people by the one that they had last. At most {@link FILTER_VALUES_MAX} of a kind. */
export interface RunFilters {
  readonly teams: readonly string[];
  readonly places: readonly string[];
  readonly starters: readonly Person[];
}

export const FILTER_VALUES_MAX = 500;

/** What is looked for; all of it. */
export interface RunsWanted {
  readonly workspace: string;
  /** Whoever looks sees the runs of these places (the names of their threads without the last part), and what they have started themselves, wherever; `all` is for whoever may see all. */
  readonly places: readonly string[] | "all";
  readonly reader: string;
  /** Each stands in the task or in what was said, whole or as the beginning of a word, in whatever case. */
  readonly words?: readonly string[];
  readonly team?: string | undefined;
  readonly place?: string | undefined;
  /** Who has started it, or has spoken in it: the person's id. */
  readonly person?: string | undefined;
  readonly outcome?: FinishedRun["outcome"] | undefined;
  /** US dollars: what it has cost is at least, or at most, so much. Where a price is not known, what is known counts. */
  readonly usdMin?: number | undefined;
  readonly usdMax?: number | undefined;
  /** ISO 8601, UTC: it ended then or later, or before then. */
  readonly endedFrom?: string | undefined;
  readonly endedBefore?: string | undefined;
  /** `older` of the page before. */
  readonly behind?: string | undefined;
  readonly limit: number;
}

/** Of the last {@link ALIKE_AMONG} runs of a team that came to their end, or to a limit: those in whose tasks words of this one stand, and behind them the newest. */
export interface AlikeWanted {
  readonly workspace: string;
  readonly team: string;
  readonly task: string;
  readonly limit: number;
}

export const ALIKE_AMONG = 200;
/** Of a workspace's runs; a team that had none among so many is asked too rarely to be looked for. */
export const ALIKE_RUNS_SEEN = 2_000;
/** Of the task: the longest ones, which are the rarest as a rule. */
const ALIKE_WORDS_MAX = 10;
const ALIKE_CHARS_READ = 2_000;

/** By which words a task is looked for. */
export const alikeWords = (task: string, wordsOf: (text: string) => readonly string[]): readonly string[] =>
  [...new Set(wordsOf(task.slice(0, ALIKE_CHARS_READ).toLowerCase()))]
    .toSorted((one, other) => other.length - one.length)
    .slice(0, ALIKE_WORDS_MAX);

/** What a run took that is over. */
export type TakenRun = Pick<FinishedRun, "task" | "teamHash" | "usage" | "priced" | "startedAt" | "endedAt" | "elapsedMs">;

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
  /** Waiting for people aside; absent where an earlier version has entered it. */
  readonly elapsedMs?: number;
  /** SHA-256 (hex) of the team's settings; absent for a team without a file, and where an earlier version has entered it. */
  readonly teamHash?: string;
}

export const TASK_CHARS_KEPT = 300;
