import type { RunEvent } from "../../engine/events/events.ts";
import { copiedUpTo, spendingOf, totalOf } from "../../engine/limits/spending.ts";
import { isHalted } from "../../engine/events/limits-fold.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { currentRun, isWaiting } from "../../engine/reading/transcript.ts";
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

/** A run off its events, the task first where it stands in front of the start. */
export function lineOf(thread: string, events: readonly RunEvent[]): RunLine | undefined {
  const started = events.find((event) => event.type === "run.started" && event.within === undefined);
  if (started?.type !== "run.started") return undefined;
  const state = currentRun({ events });
  const stopped = events.findLast((event) => event.type === "run.stopped" && event.within === undefined);
  const said = events.find((event) => event.type === "message.posted" && "person" in event);
  // What a fork has copied was spent in the run that it was made of.
  const copied = copiedUpTo(events);
  const { usage, priced } = copied > 0 ? totalOf(spendingOf(events, copied)) : state;
  const { inputTokens, outputTokens, usd } = usage;
  const waitsFor = stopped ? [] : questionsOf(state, events);
  return {
    thread,
    seq: started.seq,
    place: placeOf(thread),
    state: stopped?.type === "run.stopped" ? stopped.outcome : stateOf(state, events),
    team: started.team,
    startedBy: started.startedBy,
    startedAt: started.at,
    ...(stopped ? { endedAt: stopped.at } : {}),
    task: said?.type === "message.posted" ? said.text.slice(0, TASK_CHARS_MAX).toWellFormed() : "",
    turns: state.turns,
    inputTokens,
    outputTokens,
    usd,
    priced,
    ...(waitsFor.length > 0 ? { waitsFor } : {}),
  };
}

function stateOf(state: RunState, events: readonly RunEvent[]): RunLine["state"] {
  if (state.pausedBy) return "paused";
  if (isHalted(state)) return "at-limit";
  return isWaiting({ events }) ? "waiting" : "running";
}

function questionsOf(state: RunState, events: readonly RunEvent[]): string[] {
  const asked = state.questions.map(({ agent, text }) => `${agent}: ${text}`);
  const approvals = state.approvals.map(({ call, participant }) => {
    const request = events.findLast((event) => event.type === "approval.requested" && event.call === call);
    const what = request?.type === "approval.requested" ? (request.tool ?? `${request.language ?? ""} code`.trim()) : "";
    return `${participant} wants to run ${what}`;
  });
  return [...asked, ...approvals].map((line) => line.replaceAll(/\s+/g, " ").slice(0, QUESTION_CHARS_MAX).toWellFormed());
}
