import type { RunEvent } from "../events/events.ts";
import type { ToolCall } from "../model.ts";
import { read, type Fold } from "../reading/fold.ts";
import type { Transcript } from "../reading/transcript.ts";

/** The same call with the same answer so often in a row is a model that goes in a circle; twice may be a second look. */
export const SAME_CALLS_MAX = 2;

/** The kind of failure of a call that was not run, because nothing new would come of it. */
export const REPEATED = "repeated";

/**
 * Whether a call that is open says again what its agent has called just before, with the same arguments and the same answer each time. A look at
 * what has changed meanwhile, or a call with another one in between, is none. Read off what was known when the call was made, so that it is the
 * same after a crash.
 */
export const isRepeated = ({ call }: ToolCall, transcript: Transcript): boolean => read(transcript, repetitions).repeated.has(call);

interface Repetitions {
  /** By agent, in its turn under way: what it called last, and how often in a row with this answer. */
  readonly last: ReadonlyMap<string, { readonly key: string; readonly answer: string; readonly times: number }>;
  /** Calls without an answer: few. */
  readonly open: ReadonlyMap<string, string>;
  readonly repeated: ReadonlySet<string>;
}

export const repetitions: Fold<Repetitions> = {
  initial: () => ({ last: new Map(), open: new Map(), repeated: new Set() }),
  step(state, event) {
    if (event.type === "speaker.selected")
      return state.last.has(event.agent) ? { ...state, last: without(state.last, event.agent) } : state;
    if (event.type === "run.started") return { ...state, last: new Map() };
    if (event.type === "tool.called") {
      const key = `${event.tool} ${event.args}`;
      const last = state.last.get(event.agent);
      const isAgain = last?.key === key && last.times >= SAME_CALLS_MAX;
      const open = new Map(state.open).set(event.call, key);
      return { ...state, open, repeated: isAgain ? new Set(state.repeated).add(event.call) : state.repeated };
    }
    if (event.type !== "tool.returned" && event.type !== "tool.failed") return state;
    const key = state.open.get(event.call);
    const open = without(state.open, event.call);
    const repeated = state.repeated.has(event.call) ? new Set([...state.repeated].filter((call) => call !== event.call)) : state.repeated;
    return { open, repeated, last: key === undefined ? state.last : answered(state.last, event, key) };
  },
};

type Ended = Extract<RunEvent, { type: "tool.returned" | "tool.failed" }>;

function answered(last: Repetitions["last"], event: Ended, key: string): Repetitions["last"] {
  if (event.type === "tool.failed" && event.error.kind === REPEATED) return last; // It was not run: there is no answer.
  if (event.changed) return without(last, event.agent); // Something else was run.
  const answer = answerOf(event);
  const before = last.get(event.agent);
  const times = before?.key === key && before.answer === answer ? before.times + 1 : 1;
  return new Map(last).set(event.agent, { key, answer, times });
}

function answerOf(event: Ended): string {
  const files = (event.files ?? []).map(({ hash }) => hash).join(" ");
  return event.type === "tool.failed" ? `failed ${files} ${event.error.kind} ${event.error.message}` : `returned ${files} ${event.output}`;
}

const without = <Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> =>
  new Map([...map].filter(([other]) => other !== key));
