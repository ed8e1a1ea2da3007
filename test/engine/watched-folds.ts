import { isDeepStrictEqual } from "node:util";
import type { RunEvent } from "../../src/engine/events/events.ts";
import type { Fold, Transcript } from "../../src/engine/reading/fold.ts";

type Read = <State>(transcript: Transcript, fold: Fold<State>) => State;

/**
 * Folds while they are watched: every event that they are given, and every state that does not grow in its place, is frozen through and through.
 * A state that grows in its place is kept twice, made by two initials and the same steps, and what nobody but its step may change is compared.
 */
export interface Watch {
  /** In the place of {@link Read}. */
  readonly read: Read;
  /** What folds have done that they must not. */
  readonly faults: readonly string[];
  /** The steps of all folds that were read, as they are written. */
  readonly steps: ReadonlySet<string>;
}

export function watching(real: Read): Watch {
  const faults = new Set<string>();
  const steps = new Set<string>();
  const known = new WeakMap<Fold<unknown>, Fold<Twins>>();
  const read: Read = (transcript, fold) => {
    let watched = known.get(fold as Fold<unknown>);
    if (!watched) known.set(fold as Fold<unknown>, (watched = watchedFold(fold as Fold<unknown>, (what) => faults.add(what))));
    steps.add(String(fold.step));
    return real(transcript, watched).state as ReturnType<typeof fold.initial>;
  };
  return {
    read,
    get faults() {
      return [...faults];
    },
    steps,
  };
}

/** The state, and for one that grows in its place its twin, which nobody reads. */
interface Twins {
  readonly state: unknown;
  readonly twin: unknown;
}

function watchedFold(fold: Fold<unknown>, fault: (what: string) => void): Fold<Twins> {
  const name = /\S.*/.exec(String(fold.step))?.[0] ?? "";
  const tried = (state: unknown, event: RunEvent): unknown => {
    try {
      return fold.step(state, event);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      fault(`a step changes what it is given at ${event.type}: ${error.message} in ${error.stack}`);
      throw error;
    }
  };
  if (!fold.growsInPlace)
    return {
      initial: () => ({ state: frozen(fold.initial()), twin: undefined }),
      step({ state }, event) {
        const next = frozen(tried(state, frozen(event)));
        if (!isDeepStrictEqual(next, tried(state, event))) fault(`the same step twice gives two states at ${event.type}: ${name}`);
        return { state: next, twin: undefined };
      },
    };
  return {
    initial: () => ({ state: fold.initial(), twin: fold.initial() }),
    step({ state, twin }, event) {
      if (!isAlike(state, twin)) fault(`a state was changed by somebody who read it, before ${event.type}: ${name}`);
      const next = { state: tried(state, frozen(event)), twin: tried(twin, event) };
      const twins = changeable(next.twin);
      const shared = [...changeable(next.state)].find((part) => twins.has(part));
      if (shared) fault(`two states have a part in common at ${event.type}, ${JSON.stringify(shared)}: ${name}`);
      return next;
    },
  };
}

/** What a model is handed is written down beside the messages when it is first asked for: that alone comes from reading. */
const isAlike = (state: unknown, twin: unknown): boolean => isDeepStrictEqual(withoutWritten(state), withoutWritten(twin));
const withoutWritten = (state: unknown): unknown => (isRecord(state) && "written" in state ? { ...state, written: undefined } : state);

const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null;

const partsOf = (value: object): readonly unknown[] =>
  value instanceof Map
    ? [...value].flat()
    : value instanceof Set
      ? [...value]
      : Object.values(Object.getOwnPropertyDescriptors(value)).map((property): unknown => property.value);

/** Everything below that is not frozen, itself included. */
function changeable(value: unknown, found = new Set<object>()): ReadonlySet<object> {
  if (!isRecord(value) || Object.isFrozen(value) || found.has(value)) return found;
  found.add(value);
  for (const part of partsOf(value)) changeable(part, found);
  return found;
}

/** The same, of which nothing can be changed any more: a map or a set, whose contents freezing leaves open, throws. */
function frozen<Value>(value: Value): Value {
  if (!isRecord(value) || Object.isFrozen(value)) return value;
  if (value instanceof Map || value instanceof Set)
    for (const change of ["set", "add", "delete", "clear"].filter((name) => name in value))
      Object.defineProperty(value, change, {
        value: () => {
          throw new TypeError(`${change} of a frozen ${value.constructor.name}`);
        },
      });
  Object.freeze(value);
  for (const part of partsOf(value)) frozen(part);
  return value;
}
