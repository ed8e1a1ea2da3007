import type { Delta, EventBody, StopReason } from "./events/events.ts";
import type { Transcript } from "./reading/transcript.ts";
import type { Turn } from "./turn.ts";

/** A participant. Its turn is a function of the log: after a crash or an answer it is called again, and goes on from what is recorded. */
export interface Agent {
  readonly name: string;
  /** One line: when to call on this agent. The selector reads it. */
  readonly description: string;
  /** A leading agent speaks after everyone and ends its turn by naming the next speaker; its own selection is not recorded. */
  readonly leads?: boolean;
  /** For an agent with others inside it: whether it has something to do although one of them waits for a person. */
  readonly goesOn?: (transcript: Transcript) => boolean;
  /** For those who let others speak: whether what is said at this place inside, by the participants on the way to it, stays inside. */
  readonly keepsInside?: (place: readonly string[]) => boolean;
  /** For an agent that acts on the content of messages, such as code: the seqs of those that it would act on if it had a turn now. */
  readonly wouldActOn?: (transcript: Transcript) => readonly number[];
  /**
   * Yields events, each a fact only once the caller has recorded it, and deltas. The caller appends an event to `transcript` before it
   * asks for the next item. A turn must record at least one event.
   */
  turn(turn: Turn): AsyncGenerator<EventBody | Delta, void, void>;
}

/**
 * Decides who speaks next by reading the log alone: usually one agent; several, whose turns then run side by side; none when nobody is
 * left to speak. Asked only while no turn is open. Keeps nothing between calls.
 */
export type SpeakerPolicy = (transcript: Transcript, agents: readonly Agent[]) => readonly Agent[];

/** Decides whether to stop by reading the current run alone; every reason that holds now, none to go on. Keeps nothing between calls. */
export type TerminationCondition = (transcript: Transcript) => readonly StopReason[];

export interface Team {
  readonly name: string;
  readonly agents: readonly Agent[];
  readonly nextSpeakers: SpeakerPolicy;
  /** The team's goal: asked between turns. */
  readonly stopWhen: TerminationCondition;
  /** Caps that are always on: asked after every event, hence before each model call and each code run. */
  readonly limits: TerminationCondition;
  /** Speaks last in a run that a person ends at a limit; without it, such a run ends at once. */
  readonly closer?: Agent;
  /** Sums up a run for people before it ends with an answer, where it had at least `fromTurns` turns; no run is summed up when absent. */
  readonly summarizer?: { readonly agent: Agent; readonly fromTurns: number };
  /** Each is asked, in a turn that is one `stance.given`, whether it agrees, before a run ends with an answer; nobody is when absent. */
  readonly stances?: readonly Agent[];
}
