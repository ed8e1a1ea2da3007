import type { RunEvent } from "../events/events.ts";
import { floor, type Floor } from "../events/talk-fold.ts";
import { read, type Fold, type Transcript } from "./fold.ts";

/**
 * The log of one run of a thread. It grows with the log of the thread, so that what has been read off it is read on and not from its beginning: a
 * late turn of a long run costs what an early one did.
 */
export interface RunLog extends Transcript {
  /** How many events of the thread stand before it. */
  readonly begin: number;
}

const runLogs: Fold<{ readonly begin: number; readonly events: RunEvent[] }[]> = {
  growsInPlace: true,
  initial: () => [],
  step(runs, event) {
    const last = runs.at(-1);
    if (last === undefined) runs.push({ begin: 0, events: [event] });
    else if (event.type === "run.started") runs.push({ begin: last.begin + last.events.length, events: [event] });
    else last.events.push(event);
    return runs;
  },
};

const NO_RUN: RunLog = { begin: 0, events: [] };

/** The run in which this event stands; of what was said before any run, that. */
export function runLogAt(transcript: Transcript, seq: number): RunLog {
  const runs = read(transcript, runLogs);
  return runs.findLast(({ begin }) => begin < seq) ?? runs[0] ?? NO_RUN;
}

const turnCounts: Fold<{ floor: Floor; readonly counts: number[] }> = {
  growsInPlace: true,
  initial: () => ({ floor: floor.initial(), counts: [] }),
  step(state, event) {
    state.floor = floor.step(state.floor, event);
    state.counts.push(state.floor.turns);
    return state;
  },
};

/** How many turns of its run had ended when this event had been recorded. */
export const turnsAt = (transcript: Transcript, seq: number): number =>
  read(transcript, turnCounts).counts[Math.min(seq, transcript.events.length) - 1] ?? 0;
