import type { RunEvent } from "../../engine/events/events.ts";
import { copiedUpTo, spendingOf, totalOf, type Spending } from "../../engine/limits/spending.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import { TASK_CHARS_KEPT, type FinishedRun } from "./finished-runs.ts";
import { stancesIn, type Stances } from "./opinions.ts";

/** What an index is told of a run. */
export interface RunRecord extends Omit<FinishedRun, "thread"> {
  /** Its name in the log. */
  readonly run: string;
  /** Of its `run.stopped`. */
  readonly until: number;
  /**
   * What was spent in the thread until then and since the run before, by agent and day: what came behind that one's end is that one's. What a fork
   * has copied is not counted.
   */
  readonly spending: readonly Spending[];
  /** The task, what it came to, and what was said last: {@link WORDS_CHARS_MAX}. */
  readonly words: string;
  /** How its agents stood to its answer. */
  readonly stances: Stances;
  /** Ids of whoever has started it or spoken in it. */
  readonly people: readonly string[];
}

/** Of what was said in a run; more of them make the index larger and hardly a run easier to find. */
const WORDS_CHARS_MAX = 8_000;

/**
 * The runs in these events of one thread that have ended among them, each read when it is asked for; those that a fork has copied are the other
 * thread's, and are none of this one. `before`: how the run began that ended before the first of them.
 */
export function* recordsOf(events: readonly RunEvent[], before?: RunEvent): Generator<RunRecord, void, void> {
  const copied = copiedUpTo(events);
  let [begin, ended, last] = [-1, 0, before];
  for (const [index, event] of events.entries()) {
    if (event.within !== undefined) continue;
    if (event.type === "run.started") begin = index;
    if (event.type !== "run.stopped" || begin < 0) continue;
    const between = [...(last ? [last] : []), ...events.slice(ended, begin)];
    if (event.seq > copied) yield recordOf(events.slice(begin, index + 1), between, copied);
    [begin, ended, last] = [-1, index + 1, events[begin]];
  }
}

function recordOf(own: readonly RunEvent[], between: readonly RunEvent[], copied: number): RunRecord {
  const [started, stopped] = [own[0], own.at(-1)];
  if (started?.type !== "run.started" || stopped?.type !== "run.stopped")
    throw new Error("a run begins with its start and ends with its stop");
  const state = currentRun({ events: own });
  const spending = spendingOf(own, copied);
  const { usage, priced } = copied >= started.seq ? totalOf(spending) : state;
  const task = own.find((event) => event.type === "message.posted" && "person" in event);
  const text = task?.type === "message.posted" ? task.text : "";
  return {
    run: started.run,
    spending: [...spendingOf(between, copied), ...spending],
    seq: started.seq,
    until: stopped.seq,
    startedAt: started.at,
    endedAt: stopped.at,
    team: started.team,
    startedBy: started.startedBy,
    outcome: stopped.outcome,
    task: text.slice(0, TASK_CHARS_KEPT).toWellFormed(),
    turns: state.turns,
    elapsedMs: state.elapsedMs,
    ...(started.teamHash === undefined ? {} : { teamHash: started.teamHash }),
    usage,
    priced,
    words: wordsOf(own, text),
    stances: stancesIn(own),
    people: [...new Set([started.startedBy.id, ...own.flatMap((event) => ("person" in event && event.person ? [event.person.id] : []))])],
  };
}

/** From the end on, as far as there is room; the task always. */
function wordsOf(own: readonly RunEvent[], task: string): string {
  const said = [task.slice(0, WORDS_CHARS_MAX / 2)];
  let chars = said[0]?.length ?? 0;
  for (const event of own.toReversed()) {
    if (event.type !== "message.posted" && event.type !== "run.summarized") continue;
    if (chars >= WORDS_CHARS_MAX) break;
    const text = event.text.slice(0, WORDS_CHARS_MAX - chars);
    chars += text.length;
    said.push(text);
  }
  return said.join("\n");
}
