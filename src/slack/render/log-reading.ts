import type { CodeRan, PersonMessage, RunEvent } from "../../engine/events/events.ts";
import { spentIn, type Spent } from "../../engine/limits/usage.ts";
import { spenderOf, usageOf } from "../../engine/reading/spender.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { runLogAt } from "../../engine/reading/runs.ts";
import { read, type Fold } from "../../engine/reading/fold.ts";
import { currentRun, isPersonMessage, type Transcript } from "../../engine/reading/transcript.ts";

/** What a message in Slack has to know of the log around its event. Messages are made late, so the log may have gone on since. */

/** The log as it was when this event had been recorded. */
export const upTo = (transcript: Transcript, seq: number): Transcript =>
  transcript.events.length <= seq ? transcript : { events: transcript.events.slice(0, seq) };

export const eventAt = (transcript: Transcript, seq: number): RunEvent | undefined => transcript.events[seq - 1];

/** The run that the event belongs to, as far as it has come by now. */
export function runOf(transcript: Transcript, seq: number): Transcript & { readonly state: RunState } {
  const own = runLogAt(transcript, seq);
  return { state: currentRun(own), events: own.events };
}

/** With what the run has begun in which this event stands. */
export function startOf(transcript: Transcript, seq: number): Of<"run.started"> | undefined {
  const [first] = runLogAt(transcript, seq).events;
  return first?.type === "run.started" && first.seq <= seq ? first : undefined;
}

/** What people said and decided in a run, to be found without looking through it. */
interface FollowUps {
  /** The first of each kind about a call or a question. */
  readonly about: Map<string, RunEvent>;
  /** Words that name no question: they answer those that were open. */
  readonly words: (PersonMessage & RunEvent)[];
  /** What ends a pause, or decides at a limit. */
  readonly turnings: RunEvent[];
}

/** Of the log of one run. */
const followUps: Fold<FollowUps> = {
  growsInPlace: true,
  initial: () => ({ about: new Map(), words: [], turnings: [] }),
  step(state, event) {
    if (isPersonMessage(event) && event.answers === undefined) state.words.push(event);
    if (TURNINGS.has(event.type)) state.turnings.push(event);
    const key = aboutOf(event);
    if (key !== undefined && !state.about.has(key)) state.about.set(key, event);
    return state;
  },
};

const TURNINGS: ReadonlySet<RunEvent["type"]> = new Set(["run.unpaused", "run.stopped", "limit.raised", "summary.requested"]);

function aboutOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case "approval.given":
    case "approval.expired":
    case "approval.withdrawn":
      return `${event.type}/${event.call}`;
    case "question.expired":
      return `${event.type}/${event.of}`;
    case "message.posted":
      return "person" in event && event.answers !== undefined ? `answer/${event.answers}` : undefined;
    default:
      return undefined;
  }
}

/** What became of a call that asked for a yes, or of a question (by its seq). */
export const decisionOn = <Type extends "approval.given" | "approval.expired" | "approval.withdrawn" | "question.expired">(
  own: Transcript,
  type: Type,
  about: string | number,
): Of<Type> | undefined => read(own, followUps).about.get(`${type}/${about}`) as Of<Type> | undefined;

/** What a person has answered to the question with this seq. */
export function answerTo(own: Transcript, seq: number): PersonMessage | undefined {
  const { about, words } = read(own, followUps);
  const named = about.get(`answer/${seq}`) as (PersonMessage & RunEvent) | undefined;
  const next = words[firstAfter(words, seq)];
  return named && next ? (named.seq < next.seq ? named : next) : (named ?? next);
}

/** The first event of one of these types behind a pause or a limit. */
export function nextOf<Type extends "run.unpaused" | "run.stopped" | "limit.raised" | "summary.requested">(
  own: Transcript,
  seq: number,
  types: ReadonlySet<Type>,
): Of<Type> | undefined {
  const { turnings } = read(own, followUps);
  for (let index = firstAfter(turnings, seq); index < turnings.length; index++)
    if (types.has(turnings[index]?.type as Type)) return turnings[index] as Of<Type>;
  return undefined;
}

/** The index of the first of these events with a greater seq. */
function firstAfter(events: readonly RunEvent[], seq: number): number {
  let [from, to] = [0, events.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((events[middle]?.seq ?? 0) > seq) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** The task of a run of the thread; of the first, where that one is not found. */
export function taskMessage(transcript: Transcript, run: string | undefined): PersonMessage | undefined {
  const { events } = transcript;
  const start = events.findIndex((event) => event.type === "run.started" && run !== undefined && event.run.startsWith(run));
  const task = events.slice(Math.max(0, start)).find((event) => event.type === "message.posted" && "person" in event);
  return task?.type === "message.posted" && "person" in task ? task : undefined;
}

/** What a person has said, in short; of what came without words, how its files are called, or what it says. */
export function inShort(said: Pick<PersonMessage, "text" | "files" | "beside"> | undefined): string {
  const { text = "", files = [], beside = [] } = said ?? {};
  return [text, files.map(({ name }) => name).join(", "), ...beside.map((one) => one.text)].find((one) => one.trim() !== "") ?? "";
}

/** One event by its type. */
export type Of<Type extends RunEvent["type"]> = Extract<RunEvent, { readonly type: Type }>;

/** What people read as an agent's turn: its words, its hand-over, or code that it is about to run. */
export type TurnEnd = Of<"handoff.made" | "code.written"> | Extract<RunEvent, { readonly type: "message.posted"; readonly agent: string }>;

export interface Turn {
  readonly selected: Of<"speaker.selected"> | undefined;
  /** What was recorded in the turn before its end. */
  readonly events: readonly RunEvent[];
  readonly codeRuns: readonly CodeRan[];
  /** What left files behind: code that ran, and tools. */
  readonly made: readonly (CodeRan | Of<"tool.returned" | "tool.failed">)[];
}

/** The turn of the agent that an event with this number ends, or is about to end. */
export function turnBefore(transcript: Transcript, seq: number, agent: string): Turn {
  const { events } = transcript;
  let begin = Math.min(seq - 1, events.length);
  let selected: Turn["selected"];
  while (begin > 0) {
    const event = events[begin - 1];
    if (event?.type === "run.started") break;
    // Its own message or hand-over ended the turn before; a leading agent's turns follow each other without a selection.
    if (event && endsTurn(event, agent)) break;
    begin--;
    if (event?.type === "speaker.selected" && event.agent === agent) {
      selected = event;
      break;
    }
  }
  const own = events.slice(begin, seq - 1);
  return {
    selected,
    events: own,
    codeRuns: own.filter((event) => event.type === "code.ran" && event.agent === agent) as readonly (CodeRan & RunEvent)[],
    made: own.filter((event): event is Turn["made"][number] & RunEvent => makesFiles(event) && event.agent === agent),
  };
}

export const makesFiles = (event: RunEvent): event is Turn["made"][number] & RunEvent =>
  event.type === "code.ran" || event.type === "tool.returned" || event.type === "tool.failed";

const endsTurn = (event: RunEvent, agent: string): boolean =>
  (event.type === "message.posted" && "agent" in event && event.agent === agent) ||
  event.type === "turn.failed" ||
  (event.type === "turn.skipped" && event.agent === agent);

/** What the model calls of a turn cost, its last event included. */
export function spentInTurn(turn: Turn, last: TurnEnd): Spent | undefined {
  const own = [...turn.events, last].filter((event) => event.type !== "speaker.selected" && spenderOf(event) === last.agent);
  return own.some((event) => usageOf(event)) ? spentIn(own) : undefined;
}

/** What the model wrote beside the call by which it handed over or asked. */
export function wordsBeside(turn: Turn, call: string | undefined): string {
  const at = turn.events.findLastIndex((event) => event.type === "tool.called" && event.call === call);
  // The words are on the first call of the reply, which may be another one.
  for (let index = at; index >= 0; index--) {
    const event = turn.events[index];
    if (event?.type !== "tool.called") break;
    if (event.text) return event.text;
  }
  return "";
}

/** An answer that was all of its run, with the end that its own message tells. */
export interface OneTurn {
  readonly turn: Extract<TurnEnd, { readonly type: "message.posted" }>;
  readonly stopped: Of<"run.stopped">;
  /** The log up to where the run ended. */
  readonly ended: Transcript;
}

/** What may stand in the log of a run beside its one turn: nothing of it is a message, and nothing is told by the end alone. */
const BESIDE_ONE_TURN: ReadonlySet<RunEvent["type"]> = new Set([
  "speaker.selected",
  "tool.called",
  "tool.returned",
  "tool.failed",
  "limit.neared",
  "finish.decided",
  "context.summarized",
]);

/**
 * Whether a turn was all of its run, which came to its goal with it: then its message tells the end too. Not where the end has more to say
 * than that: of words that came too late, of a fork, of code, of who disagrees, of a limit, or in a channel that shows the end alone.
 * Reads no more of the log than the run, and stops where it has more than one turn.
 */
export function oneTurnAt(transcript: Transcript, seq: number): OneTurn | undefined {
  const { events } = transcript;
  const turn = events[seq - 1];
  if (turn?.type !== "message.posted" || !("agent" in turn) || turn.model === undefined || turn.within !== undefined) return undefined;
  let end = seq;
  while (end < events.length && BESIDE_ONE_TURN.has(events[end]?.type ?? "run.stopped")) end++;
  const stopped = events[end];
  if (stopped?.type !== "run.stopped" || stopped.outcome !== "done") return undefined;
  let isBeforeIt = false;
  for (let index = seq - 2; index >= 0; index--) {
    const event = events[index];
    if (event?.type === "run.started")
      return event.turnsInFile || event.forkedFrom ? undefined : { turn, stopped, ended: upTo(transcript, stopped.seq) };
    // What people write once the turn has begun may be unread, and then the end says so.
    if (event?.type === "message.posted" && "person" in event && isBeforeIt) continue;
    if (!event || !BESIDE_ONE_TURN.has(event.type)) return undefined;
    isBeforeIt ||= event.type === "speaker.selected";
  }
  return undefined;
}

/** The same, asked by the end. */
export function oneTurnBefore(transcript: Transcript, stopped: Of<"run.stopped">): OneTurn | undefined {
  let index = stopped.seq - 2;
  while (index >= 0 && BESIDE_ONE_TURN.has(transcript.events[index]?.type ?? "run.stopped")) index--;
  const turn = transcript.events[index];
  return turn?.type === "message.posted" ? oneTurnAt(transcript, turn.seq) : undefined;
}
