import type { KnownBlock, PlanBlock } from "@slack/types";
import { HUMAN, type CodeRan, type RunEvent } from "../../engine/events/events.ts";
import { read, type Fold, type Transcript } from "../../engine/reading/fold.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { section } from "../words/blocks.ts";
import type { Translator } from "../language/translator.ts";
import { safeLine, safeMrkdwn, withoutMarks } from "../words/escape.ts";
import { PLAN_TASKS_MAX, TASK_TITLE_CHARS } from "../words/limits.ts";
import { outcomeIn } from "../language/turn-words.ts";

/** A turn as the card of a run lists it. */
interface Task {
  readonly id: string;
  readonly agent: string;
  readonly status: "pending" | "in_progress" | "complete" | "error";
  readonly words: Words;
}

/** What stands behind the agent's name: words of its own, or what became of its turn, to be said in the reader's language. */
type Words =
  | { readonly said: string }
  | { readonly ran: CodeRan }
  | { readonly handsOverTo: string }
  | { readonly skippedBy: string }
  | { readonly is: "next" | "failed" | "nothing to add" };

function wordsIn(t: Translator, words: Words): string {
  if ("said" in words) return words.said;
  if ("ran" in words) return outcomeIn(t, words.ran);
  if ("handsOverTo" in words) return t("cards.text.handsOver", { agent: words.handsOverTo });
  if ("skippedBy" in words) return t("cards.text.skippedBy", { person: words.skippedBy });
  if (words.is === "next") return t("cards.text.speaksNext");
  return words.is === "failed" ? t("cards.text.couldNotAnswer") : t("cards.text.nothingToAdd");
}

const asLine = (t: Translator, agent: string, words: string): string => (words === "" ? agent : t.under(agent, words));

/** How far a run is, turn by turn, as Slack's plan with a card for each of the last turns; nothing before the first. */
export function planOf(t: Translator, state: RunState, log: Transcript, turnsMax: number): PlanBlock | undefined {
  const { tasks, count } = tasksOf(state, log);
  if (count === 0) return undefined;
  return {
    type: "plan",
    title: titleOf(t, state, count, turnsMax),
    tasks: tasks.map(({ id, agent, status, words }) => ({
      type: "task_card" as const,
      task_id: id,
      title: safeLine(asLine(t, agent, wordsIn(t, words)), TASK_TITLE_CHARS),
      status,
    })),
  };
}

/** The same where Slack takes no plan. */
export function planAsText(t: Translator, state: RunState, log: Transcript, turnsMax: number): KnownBlock | undefined {
  const { tasks, count } = tasksOf(state, log);
  if (count === 0) return undefined;
  const lines = tasks.map(({ agent, status, words }) =>
    `${SIGNS[status]} *${safeMrkdwn(agent)}* ${safeMrkdwn(safeLine(wordsIn(t, words), TASK_TITLE_CHARS))}`.trim(),
  );
  return section([`*${titleOf(t, state, count, turnsMax)}*`, ...lines].join("\n"));
}

const SIGNS = { pending: "☐", in_progress: "▶", complete: "☑", error: "✗" } as const;

function titleOf(t: Translator, state: RunState, shown: number, turnsMax: number): string {
  const { turns } = state;
  const stands =
    state.openTurns.length > 0 ? t("cards.text.turnNow", { turn: t.number(turns + 1) }) : t("units.text.turns", { count: turns });
  const what = turnsMax > 0 ? t("cards.text.ofAtMost", { what: stands, most: t.number(turnsMax) }) : stands;
  return shown > PLAN_TASKS_MAX ? t("cards.text.earlierAbove", { what, count: shown - PLAN_TASKS_MAX }) : what;
}

/** The last tasks of a run, and how many there are in all. */
function tasksOf(state: RunState, log: Transcript): { readonly tasks: readonly Task[]; readonly count: number } {
  const { tasks, dropped } = read(log, turnTasks);
  const next: readonly Task[] =
    state.requested === undefined ? [] : [{ id: "next", agent: state.requested, status: "pending", words: { is: "next" } }];
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
      const ran = event.model === undefined && state.ran?.agent === event.agent ? state.ran : undefined;
      end(state, event, "complete", ran ? { ran } : { said: firstWords(event.text) });
    } else if (event.type === "handoff.made" && event.to !== HUMAN) end(state, event, "complete", { handsOverTo: event.to });
    else if (event.type === "turn.ended") end(state, event, "complete", event.notices?.length ? { is: "nothing to add" } : { said: "" });
    else if (event.type === "turn.failed") end(state, event, "error", { is: "failed" });
    else if (event.type === "turn.skipped") end(state, event, "error", { skippedBy: event.person.name });
    return state;
  },
};

function begin(state: Tasks, { agent, seq, reason = "" }: Extract<RunEvent, { readonly type: "speaker.selected" }>): void {
  const nth = state.dropped + state.tasks.length;
  const open = state.open.get(agent);
  if (open) open.push(nth);
  else state.open.set(agent, [nth]);
  add(state, { id: `t${seq}`, agent, status: "in_progress", words: { said: reason } });
}

function end(state: Tasks, { agent, seq }: { readonly agent: string; readonly seq: number }, status: Task["status"], words: Words): void {
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
