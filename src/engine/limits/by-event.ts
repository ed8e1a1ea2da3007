import type { RunEvent, StopReason } from "../events/events.ts";
import { read, type Fold } from "../reading/fold.ts";
import type { TerminationCondition } from "../team.ts";

/**
 * The first event of the run for which `test` gives a reason; it holds from then on. `participants`: those whose turn ends with this event,
 * where it is the answer of a person who is one.
 */
export function when(test: (event: RunEvent, participants: readonly string[]) => StopReason | undefined): TerminationCondition {
  const first: Fold<{ readonly reason: StopReason | undefined; readonly turns: PersonsTurns }> = {
    initial: () => ({ reason: undefined, turns: NO_TURNS }),
    step: (state, event) => {
      if (event.type === "run.started") return { reason: undefined, turns: NO_TURNS };
      if (state.reason || event.quiet || event.outside) return state;
      const { turns, ended } = stepTurns(state.turns, event);
      return { reason: test(event, ended), turns };
    },
  };
  return (transcript) => {
    const { reason } = read(transcript, first);
    return reason ? [reason] : NONE;
  };
}

/** Participants who are people and are asked for their turn, by the seq of the question. */
type PersonsTurns = ReadonlyMap<number, string>;
const NO_TURNS: PersonsTurns = new Map();
const NOBODY: readonly string[] = [];

function stepTurns(turns: PersonsTurns, event: RunEvent): { readonly turns: PersonsTurns; readonly ended: readonly string[] } {
  if (event.type === "handoff.made" && event.turn) return { turns: new Map([...turns, [event.seq, event.agent]]), ended: NOBODY };
  if (turns.size === 0 || event.type !== "message.posted" || !("person" in event)) return { turns, ended: NOBODY };
  // An answer that does not say to what is for all who have asked.
  const answered = event.answers === undefined ? [...turns.keys()] : [event.answers];
  return {
    turns: new Map([...turns].filter(([seq]) => !answered.includes(seq))),
    ended: answered.flatMap((seq) => turns.get(seq) ?? []),
  };
}

const NONE: readonly StopReason[] = [];

/** Not what a participant who is a person is asked at their turn, nor that a server wants a login, or a tool an answer: those are nobody's words. */
export const isHandover = (event: RunEvent): event is Extract<RunEvent, { type: "handoff.made" }> =>
  event.type === "handoff.made" && !event.turn && !event.login && !event.asks;
