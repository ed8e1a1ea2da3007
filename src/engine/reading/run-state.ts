import type { RunEvent } from "../events/events.ts";
import { atLimits, isHalted, type AtLimits } from "../events/limits-fold.ts";
import { runAsWhole, type RunAsWhole } from "../events/run-fold.ts";
import { asking, floor, type Asking, type Floor } from "../events/talk-fold.ts";
import { awaitingApproval, type AwaitingApproval } from "../events/work-fold.ts";
import { spending, type Spent } from "../limits/usage.ts";

/**
 * Where the current or the last run stands: what the folds of the events' themes say, each of its own fields alone, and what is to be read off
 * all of them together.
 */
export interface RunState extends RunAsWhole, Floor, Asking, AwaitingApproval, AtLimits, Spent {
  /** The last event ended a turn or asked a person, or nobody has the floor: here goals are looked at, and not in the middle of a turn. */
  readonly atBorder: boolean;
  /** Milliseconds of this run so far, without the time spent waiting for people. */
  readonly elapsedMs: number;
}

/** Who of the team waits for a person: once for each answer, or yes, that they wait for. */
export const waiters = ({ questions, approvals }: Asking & AwaitingApproval): readonly string[] =>
  questions.length + approvals.length === 0 ? NOBODY : [...questions, ...approvals].map(({ participant }) => participant);

const NOBODY: readonly string[] = [];

type FoldedRun = RunState & { readonly lastAtMs: number };

/** The reading of the log that says where its last run stands. */
export const runState = {
  initial: (): FoldedRun => NOTHING_YET,
  step(before: FoldedRun, event: RunEvent): FoldedRun {
    let after = runAsWhole.step(before, event);
    after = floor.step(after, event);
    after = asking.step(after, event);
    after = awaitingApproval.step(after, event);
    after = atLimits.step(after, event);
    after = spending.step(after, event);
    const lastAtMs = Date.parse(event.at);
    return { ...after, lastAtMs, elapsedMs: elapsed(before, event, lastAtMs), atBorder: isBorder(before, after, event) };
  },
};

const NOTHING_YET: FoldedRun = {
  ...runAsWhole.initial(),
  ...floor.initial(),
  ...asking.initial(),
  ...awaitingApproval.initial(),
  ...atLimits.initial(),
  ...spending.initial(),
  atBorder: true,
  elapsedMs: 0,
  lastAtMs: 0,
};

/** Whether only a person, or time, can bring it on. */
export const waits = (state: RunState): boolean => {
  const { running, pausedBy, halt, openTurns, toBeSelected } = state;
  if (!running || isHalted(state)) return true;
  // A summary is being written, and nothing else is waited for.
  if (halt) return false;
  if (pausedBy !== undefined) return true;
  const waiting = waiters(state);
  return waiting.length > 0 && toBeSelected.length === 0 && openTurns.every((name) => waiting.includes(name));
};

/** Time goes on while nobody is waited for, and the process was there. */
function elapsed(before: FoldedRun, event: RunEvent, nowMs: number): number {
  if (event.type === "run.started" && event.within === undefined) return 0;
  return waits(before) || event.type === "run.resumed" ? before.elapsedMs : before.elapsedMs + Math.max(0, nowMs - before.lastAtMs);
}

function isBorder(before: RunState, after: RunState, event: RunEvent): boolean {
  if (event.type === "run.resumed" || event.type === "stance.given" || event.type === "run.summarized" || event.type.startsWith("limit."))
    return before.atBorder;
  if (after.openTurns.length === 0 || after.turns > before.turns || isMoreAwaited(before, after)) return true;
  // A leader's choice may have cost something.
  return event.type === "speaker.selected" && event.within === undefined && event.usage !== undefined;
}

const isMoreAwaited = (before: RunState, after: RunState): boolean =>
  after.questions.length + after.approvals.length > before.questions.length + before.approvals.length;
