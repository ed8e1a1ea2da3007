import type { KnownBlock, PlanBlock } from "@slack/types";
import { HUMAN, type CodeRan, type RunEvent } from "../../engine/events/events.ts";
import { read, type Fold, type Transcript } from "../../engine/reading/fold.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { plural, section } from "../words/blocks.ts";
import { safeLine, safeMrkdwn, withoutMarks } from "../words/escape.ts";
import { PLAN_TASKS_MAX, TASK_TITLE_CHARS } from "../words/limits.ts";
import { outcomeOf } from "./turn-messages.ts";

/** A turn as the card of a run lists it. */
interface Task {
  readonly id: string;
  readonly agent: string;
  readonly status: "pending" | "in_progress" | "complete" | "error";
  readonly words: string;
}

/** How far a run is, turn by turn, as Slack's plan with a card for each of the last turns; nothing before the first. */
export function planOf(state: RunState, log: Transcript, turnsMax: number): PlanBlock | undefined {
  const { tasks, count } = tasksOf(state, log);
  if (count === 0) return undefined;
  return {
    type: "plan",
    title: titleOf(state, count, turnsMax),
    tasks: tasks.map(({ id, agent, status, words }) => ({
      type: "task_card" as const,
      task_id: id,
      title: safeLine(words === "" ? agent : `${agent}: ${words}`, TASK_TITLE_CHARS),
      status,
    })),
  };
}

/** The same where Slack takes no plan. */
export function planAsText(state: RunState, log: Transcript, turnsMax: number): KnownBlock | undefined {
  const { tasks, count } = tasksOf(state, log);
  if (count === 0) return undefined;
  const lines = tasks.map(({ agent, status, words }) =>
    `${SIGNS[status]} *${safeMrkdwn(agent)}* ${safeMrkdwn(safeLine(words, TASK_TITLE_CHARS))}`.trim(),
  );
  return section([`*${titleOf(state, count, turnsMax)}*`, ...lines].join("\n"));
}

const SIGNS = { pending: "☐", in_progress: "▶", complete: "☑", error: "✗" } as const;

function titleOf(state: RunState, shown: number, turnsMax: number): string {
  const of = turnsMax > 0 ? ` of at most ${turnsMax}` : "";
  const earlier = shown > PLAN_TASKS_MAX ? `, ${plural(shown - PLAN_TASKS_MAX, "earlier turn")} above` : "";
  return state.openTurns.length > 0 ? `Turn ${state.turns + 1}${of}${earlier}` : `${plural(state.turns, "turn")}${of}${earlier}`;
}

/** The last tasks of a run, and how many there are in all. */
function tasksOf(state: RunState, log: Transcript): { readonly tasks: readonly Task[]; readonly count: number } {
  const { tasks, dropped } = read(log, turnTasks);
  const next: readonly Task[] =
    state.requested === undefined
      ? []
      : [{ id: "next", agent: state.requested, status: "pending", words: "speaks next, a person asked for it" }];
  return { tasks: [...tasks, ...next].slice(-PLAN_TASKS_MAX), count: dropped + tasks.length + next.length };
}

interface Tasks {
  /** The last ones; of those before them it is known how many there were. */
  readonly tasks: Task[];
  dropped: number;
  /** By agent, which of all tasks are under way, the last to begin at the end. */
  readonly open: Map<string, number[]>;
  ran: CodeRan | undefined;
}

/** Of the log of one run. */
const turnTasks: Fold<Tasks> = {
  growsInPlace: true,
  initial: () => ({ tasks: [], dropped: 0, open: new Map(), ran: undefined }),
  step(state, event) {
    if (event.within !== undefined) return state;
    if (event.type === "speaker.selected") begin(state, event);
    else if (event.type === "code.ran") state.ran = event;
    else if (event.type === "message.posted" && "agent" in event) {
      // What a code-runner says is what was printed; how it ended says more in a line.
      const words = event.model === undefined && state.ran?.agent === event.agent ? outcomeOf(state.ran) : firstWords(event.text);
      end(state, event, "complete", words);
    } else if (event.type === "handoff.made" && event.to !== HUMAN) end(state, event, "complete", `hands over to ${event.to}`);
    else if (event.type === "turn.ended") end(state, event, "complete", event.notices?.length ? "had nothing to add" : "");
    else if (event.type === "turn.failed") end(state, event, "error", "could not answer");
    else if (event.type === "turn.skipped") end(state, event, "error", `skipped by ${event.person.name}`);
    return state;
  },
};

function begin(state: Tasks, { agent, seq, reason = "" }: Extract<RunEvent, { readonly type: "speaker.selected" }>): void {
  const nth = state.dropped + state.tasks.length;
  const open = state.open.get(agent);
  if (open) open.push(nth);
  else state.open.set(agent, [nth]);
  add(state, { id: `t${seq}`, agent, status: "in_progress", words: reason });
}

function end(state: Tasks, { agent, seq }: { readonly agent: string; readonly seq: number }, status: Task["status"], words: string): void {
  const nth = state.open.get(agent)?.pop();
  const at = nth === undefined ? -1 : nth - state.dropped;
  const before = state.tasks[at];
  if (before) state.tasks[at] = { ...before, status, words };
  // One whose beginning is out of sight ends out of sight.
  else if (nth === undefined) add(state, { id: `t${seq}`, agent, status, words });
}

function add(state: Tasks, task: Task): void {
  state.tasks.push(task);
  if (state.tasks.length <= PLAN_TASKS_MAX) return;
  state.tasks.shift();
  state.dropped++;
}

/** Of Markdown, the first line that says something. */
const firstWords = (text: string): string =>
  text
    .replaceAll(/^[ \t]*(?:```|~~~).*$/gm, "")
    .split("\n")
    .map((line) => withoutMarks(line).trim())
    .find((line) => line !== "") ?? "";
