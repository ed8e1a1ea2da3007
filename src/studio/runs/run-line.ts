import type { RunEvent } from "../../engine/events/events.ts";
import { NOTHING_SPENT, spend, type Spent } from "../../engine/limits/usage.ts";
import { isHalted } from "../../engine/events/limits-fold.ts";
import { runState, waits, type RunState } from "../../engine/reading/run-state.ts";
import { usageOf } from "../../engine/reading/spender.ts";
import type { FinishedRun } from "../../store/runs/finished-runs.ts";
import { placeOf } from "../../store/fair-queue.ts";
import type { RunLine } from "../api/shapes.ts";

const TASK_CHARS_MAX = 300;
const QUESTION_CHARS_MAX = 200;

/** A run that is over, off the index. */
export function overLine({ thread, outcome, usage, priced, ...run }: FinishedRun): RunLine {
  const { seq, team, startedBy, startedAt, endedAt, task, turns } = run;
  const { inputTokens, outputTokens, usd } = usage;
  return {
    thread,
    seq,
    place: placeOf(thread),
    state: outcome,
    team,
    startedBy,
    startedAt,
    endedAt,
    task,
    turns,
    inputTokens,
    outputTokens,
    usd,
    priced,
  };
}

type Of<Type extends RunEvent["type"]> = Extract<RunEvent, { readonly type: Type }>;

/** What a line says of a run, as far as its log has been read. */
export interface LineState {
  readonly run: ReturnType<typeof runState.initial>;
  readonly started: Of<"run.started"> | undefined;
  readonly stopped: Of<"run.stopped"> | undefined;
  readonly task: string | undefined;
  /** What it took itself: what a fork has copied was spent in the run that it was made of. */
  readonly spent: Spent;
  /** What people are asked to allow, by call. */
  readonly asked: ReadonlyMap<string, string>;
}

/** The run's line, event by event, so that one that goes on is read on and not from its beginning. */
export const runLine = {
  initial(): LineState {
    return { run: runState.initial(), started: undefined, stopped: undefined, task: undefined, spent: NOTHING_SPENT, asked: new Map() };
  },
  step(before: LineState, event: RunEvent): LineState {
    const run = runState.step(before.run, event);
    const usage = usageOf(event);
    const isCopied = event.seq <= (before.started?.forkedFrom?.seq ?? 0);
    const state = { ...before, run, ...(usage && !isCopied ? { spent: spend(before.spent, usage) } : {}) };
    switch (event.type) {
      case "run.started":
        return event.within === undefined && !state.started ? { ...state, started: event } : state;
      case "run.stopped":
        return event.within === undefined ? { ...state, stopped: event } : state;
      case "message.posted":
        return "person" in event && state.task === undefined
          ? { ...state, task: event.text.slice(0, TASK_CHARS_MAX).toWellFormed() }
          : state;
      case "approval.requested":
        return { ...state, asked: new Map(state.asked).set(event.call, event.tool ?? `${event.language ?? ""} code`.trim()) };
      default:
        return state;
    }
  },
};

/** A run off its events, the task first where it stands in front of the start. */
export const lineOf = (thread: string, events: readonly RunEvent[]): RunLine | undefined =>
  lineAt(thread, events.reduce(runLine.step, runLine.initial()));

export function lineAt(thread: string, { run, started, stopped, task = "", spent, asked }: LineState): RunLine | undefined {
  if (!started) return undefined;
  const { usage, priced } = started.forkedFrom ? spent : run;
  const { inputTokens, outputTokens, usd } = usage;
  const waitsFor = stopped ? [] : questionsOf(run, asked);
  return {
    thread,
    seq: started.seq,
    place: placeOf(thread),
    state: stopped ? stopped.outcome : stateOf(run),
    team: started.team,
    startedBy: started.startedBy,
    startedAt: started.at,
    ...(stopped ? { endedAt: stopped.at } : {}),
    task,
    turns: run.turns,
    inputTokens,
    outputTokens,
    usd,
    priced,
    ...(waitsFor.length > 0 ? { waitsFor } : {}),
  };
}

function stateOf(state: RunState): RunLine["state"] {
  if (state.pausedBy) return "paused";
  if (isHalted(state)) return "at-limit";
  return waits(state) ? "waiting" : "running";
}

function questionsOf(state: RunState, asked: LineState["asked"]): string[] {
  const questions = state.questions.map(({ agent, text }) => `${agent}: ${text}`);
  const approvals = state.approvals.map(({ call, participant }) => `${participant} wants to run ${asked.get(call) ?? ""}`);
  return [...questions, ...approvals].map((line) => line.replaceAll(/\s+/g, " ").slice(0, QUESTION_CHARS_MAX).toWellFormed());
}
