import type { KnownBlock, PlanBlock } from "@slack/types";
import type { CodeRan, RunEvent } from "../../engine/events/events.ts";
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
export function planOf(state: RunState, events: readonly RunEvent[], turnsMax: number): PlanBlock | undefined {
  const tasks = tasksOf(state, events);
  if (tasks.length === 0) return undefined;
  return {
    type: "plan",
    title: titleOf(state, tasks.length, turnsMax),
    tasks: tasks.slice(-PLAN_TASKS_MAX).map(({ id, agent, status, words }) => ({
      type: "task_card" as const,
      task_id: id,
      title: safeLine(words === "" ? agent : `${agent}: ${words}`, TASK_TITLE_CHARS),
      status,
    })),
  };
}

/** The same where Slack takes no plan. */
export function planAsText(state: RunState, events: readonly RunEvent[], turnsMax: number): KnownBlock | undefined {
  const tasks = tasksOf(state, events);
  if (tasks.length === 0) return undefined;
  const lines = tasks
    .slice(-PLAN_TASKS_MAX)
    .map(({ agent, status, words }) => `${SIGNS[status]} *${safeMrkdwn(agent)}* ${safeMrkdwn(safeLine(words, TASK_TITLE_CHARS))}`.trim());
  return section([`*${titleOf(state, tasks.length, turnsMax)}*`, ...lines].join("\n"));
}

const SIGNS = { pending: "☐", in_progress: "▶", complete: "☑", error: "✗" } as const;

function titleOf(state: RunState, shown: number, turnsMax: number): string {
  const of = turnsMax > 0 ? ` of at most ${turnsMax}` : "";
  const earlier = shown > PLAN_TASKS_MAX ? `, ${plural(shown - PLAN_TASKS_MAX, "earlier turn")} above` : "";
  return state.openTurns.length > 0 ? `Turn ${state.turns + 1}${of}${earlier}` : `${plural(state.turns, "turn")}${of}${earlier}`;
}

function tasksOf(state: RunState, events: readonly RunEvent[]): readonly Task[] {
  const tasks: Task[] = [];
  let ran: CodeRan | undefined;
  const end = (agent: string, status: Task["status"], words: string, seq: number) => {
    const at = tasks.findLastIndex((task) => task.agent === agent && task.status === "in_progress");
    const task = { id: tasks[at]?.id ?? `t${seq}`, agent, status, words };
    if (at >= 0) tasks[at] = task;
    else tasks.push(task);
  };
  for (const event of events) {
    if (event.within !== undefined) continue;
    if (event.type === "speaker.selected")
      tasks.push({ id: `t${event.seq}`, agent: event.agent, status: "in_progress", words: event.reason ?? "" });
    else if (event.type === "code.ran") ran = event;
    else if (event.type === "message.posted" && "agent" in event) {
      // What a code-runner says is what was printed; how it ended says more in a line.
      const words = event.model === undefined && ran?.agent === event.agent ? outcomeOf(ran) : firstWords(event.text);
      end(event.agent, "complete", words, event.seq);
    } else if (event.type === "handoff.made" && event.to !== "human") end(event.agent, "complete", `hands over to ${event.to}`, event.seq);
    else if (event.type === "turn.ended") end(event.agent, "complete", event.notices?.length ? "had nothing to add" : "", event.seq);
    else if (event.type === "turn.failed") end(event.agent, "error", "could not answer", event.seq);
    else if (event.type === "turn.skipped") end(event.agent, "error", `skipped by ${event.person.name}`, event.seq);
  }
  if (state.requested !== undefined)
    tasks.push({ id: "next", agent: state.requested, status: "pending", words: "speaks next, a person asked for it" });
  return tasks;
}

/** Of Markdown, the first line that says something. */
const firstWords = (text: string): string =>
  text
    .replaceAll(/^[ \t]*(?:```|~~~).*$/gm, "")
    .split("\n")
    .map((line) => withoutMarks(line).trim())
    .find((line) => line !== "") ?? "";
