import type { RunEvent } from "../events/events.ts";

/**
 * The log of one thread, as it is read. The runner appends to it; everyone else only reads. All that can be asked of a conversation
 * (who spoke last, is it waiting, what has it cost) is a fold over its events.
 */
export interface Transcript {
  readonly events: readonly RunEvent[];
}

/**
 * A reading of the log, event by event. `initial` is called once per transcript, before the first of them.
 *
 * A step changes nothing that it is given: neither the event, ever, nor the state, of which it gives another one. So what has been read stays what
 * it was when the log grows. test/engine/folds.test.ts holds every fold to it.
 */
export interface Fold<State> {
  readonly initial: () => State;
  readonly step: (state: State, event: RunEvent) => State;
  /**
   * Said by the few whose state grows as long as the log does, so that another one at each event would cost as much as all before it. Their state
   * is theirs alone: `initial` makes it anew, nobody but their own step changes it, and it has no part in common with another state. Whoever
   * reads it is through with it before the log grows: what is kept longer is copied.
   */
  readonly growsInPlace?: true;
}

/**
 * Reads a fold off the log. The state reached is remembered beside the log, so that reading again costs only the events that are new:
 * a turn late in a long thread costs what the first one did. The memory is a cache; a log read afresh gives the same state.
 */
export function read<State>(transcript: Transcript, fold: Fold<State>): State {
  const { events } = transcript;
  let memory = memories.get(events);
  if (!memory) memories.set(events, (memory = new Map()));
  const known = memory.get(fold as Fold<unknown>) as Memory<State> | undefined;
  if (known?.upTo === events.length) return known.state;
  const reached: Memory<State> = known ?? { upTo: 0, state: fold.initial() };
  for (; reached.upTo < events.length; reached.upTo++) reached.state = fold.step(reached.state, events[reached.upTo] as RunEvent);
  if (!known) memory.set(fold as Fold<unknown>, reached as Memory<unknown>);
  return reached.state;
}

/** What stands in this log was put anew: what was read off it is read again. */
export const readAgain = ({ events }: Transcript): void => void memories.delete(events);

interface Memory<State> {
  upTo: number;
  state: State;
}
const memories = new WeakMap<readonly RunEvent[], Map<Fold<unknown>, Memory<unknown>>>();
