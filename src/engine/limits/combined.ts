import type { RunEvent, StopReason } from "../events/events.ts";
import { read, type Fold } from "../reading/fold.ts";
import { currentRun, type Transcript } from "../reading/transcript.ts";
import type { TerminationCondition } from "../team.ts";

/** Fires when one of them does; reports all that do. */
export const any =
  (...conditions: readonly TerminationCondition[]): TerminationCondition =>
  (transcript) => {
    let reasons = NONE;
    for (const condition of conditions) {
      const given = condition(transcript);
      if (given.length > 0) reasons = reasons.length > 0 ? [...reasons, ...given] : given;
    }
    return reasons;
  };

const NONE: readonly StopReason[] = [];

/**
 * Fires when every one of them has, in the run, at the same moment or one after the other. It reports what each gave as its reason when it
 * fired, in that order; what has fired once holds. Like every goal it looks at the borders of turns.
 */
export function all(...conditions: readonly TerminationCondition[]): TerminationCondition {
  const atBorders: Fold<Fired & { readonly events: RunEvent[] }> = {
    growsInPlace: true,
    // An array of its own, beside which what the conditions read is remembered.
    initial: () => ({ events: [], reasons: new Map() }),
    step: ({ events, reasons }, event) => {
      events.push(event);
      if (event.type === "run.started") return { events, reasons: new Map() };
      return currentRun({ events }).atBorder ? { events, ...looked(reasons, { events }) } : { events, reasons };
    },
  };
  const looked = (before: Fired["reasons"], transcript: Transcript): Fired => {
    const reasons = new Map(before);
    for (const [index, condition] of conditions.entries()) {
      const given = reasons.has(index) ? [] : condition(transcript);
      if (given.length > 0) reasons.set(index, given);
    }
    return { reasons };
  };
  return (transcript) => {
    const { reasons } = looked(read(transcript, atBorders).reasons, transcript);
    return reasons.size === conditions.length ? [...reasons.values()].flat() : [];
  };
}

/** What those conditions gave that have fired in the run, by their place, in the order in which they did. */
interface Fired {
  readonly reasons: ReadonlyMap<number, readonly StopReason[]>;
}
