import { HUMAN, type RunEvent } from "../events/events.ts";
import { read, type Fold } from "./fold.ts";
import { isMessage, speakerOf, type Transcript } from "./transcript.ts";

/** What an agent hears of one speaker: all of it, or its first or last words since the agent's own last turn. */
export interface HearingRule {
  readonly from: string;
  readonly take?: { readonly which: "first" | "last"; readonly count: number };
}

/**
 * What the agent of this name hears of a log by these rules. Speakers without a rule are not heard. People's words are under the name `user`;
 * their answer to its own question is always heard.
 */
export function hearing(name: string, rules: readonly HearingRule[]): (transcript: Transcript) => Transcript {
  const heard = heardBy(name, rules);
  // The fold's array is the same object from call to call, so what has been read of it stays read.
  return (transcript) => ({ get events() { return read(transcript, heard).events; } }); // prettier-ignore
}

interface Heard {
  readonly events: RunEvent[];
  /** Happened since its last turn; what is heard of it is decided when the next one begins. */
  readonly since: RunEvent[];
  inTurn: boolean;
  hasAsked: boolean;
}

function heardBy(name: string, rules: readonly HearingRule[]): Fold<Heard> {
  const isOwn = (event: RunEvent) => "agent" in event && event.agent === name;
  const hasRule = (event: RunEvent) => rules.some((rule) => rule.from === sourceOf(event));
  return {
    growsInPlace: true,
    initial: () => ({ events: [], since: [], inTurn: false, hasAsked: false }),
    step(state, event) {
      if (event.type === "speaker.selected" && isOwn(event) && event.within === undefined) {
        state.events.push(...taken(state.since.splice(0), rules), event);
        state.inTurn = true;
        state.hasAsked = false;
        return state;
      }
      if (!state.inTurn || (isMessage(event) && "agent" in event && !isOwn(event))) state.since.push(event);
      else if (isOwn(event) || !isMessage(event) || hasRule(event) || state.hasAsked) state.events.push(event);
      if (event.type === "run.stopped" || (isOwn(event) && ENDS.includes(event.type))) state.inTurn = false;
      if (isOwn(event) && event.type === "handoff.made" && event.to === HUMAN) state.inTurn = state.hasAsked = true;
      return state;
    },
  };
}

const ENDS: readonly RunEvent["type"][] = ["message.posted", "handoff.made", "turn.ended", "turn.failed", "turn.skipped"];

function taken(events: readonly RunEvent[], rules: readonly HearingRule[]): readonly RunEvent[] {
  const kept = new Set<RunEvent>(
    rules.flatMap(({ from, take }) => {
      const words = events.filter((event) => sourceOf(event) === from);
      if (!take) return words;
      return take.which === "first" ? words.slice(0, take.count) : words.slice(-take.count);
    }),
  );
  return events.filter((event) => !isMessage(event) || kept.has(event));
}

const sourceOf = (event: RunEvent): string => (!isMessage(event) ? "" : "person" in event || event.outside ? "user" : speakerOf(event));
