import {
  CALLER,
  type AgentMessage,
  type HandoffMade,
  type Person,
  type PersonMessage,
  type Recorded,
  type RunEvent,
  type Whereabouts,
} from "../events/events.ts";
import { requesterOf, usageOf } from "./spender.ts";
import { runState, waits, type RunState } from "./run-state.ts";

/**
 * The log of one thread, as it is read. The runner appends to it; everyone else only reads. All that can be asked of a conversation
 * (who spoke last, is it waiting, what has it cost) is a fold over its events.
 */
export interface Transcript {
  readonly events: readonly RunEvent[];
}

/** A pure reading of the log, event by event. `initial` is called once per transcript. */
export interface Fold<State> {
  readonly initial: () => State;
  readonly step: (state: State, event: RunEvent) => State;
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

/** The current run, or the last one when nobody is talking. */
export const currentRun = (transcript: Transcript): RunState => read(transcript, runState);

/**
 * True while only a person, or time, can bring the conversation on: no run, a pause, or a question or an approval for which everybody waits
 * who has the floor.
 */
export const isWaiting = (transcript: Transcript): boolean => waits(currentRun(transcript));

/** What is said to everybody: words of agents and people, and hand-overs; not what a person whose turn it is, is asked. */
export type Message = (AgentMessage | PersonMessage | HandoffMade) & Whereabouts & Recorded;

export const isMessage = (event: RunEvent): event is Message =>
  (event.type === "message.posted" || (event.type === "handoff.made" && !event.turn)) && !event.quiet;

const runMessages: Fold<{ messages: Message[] }> = {
  initial: () => ({ messages: [] }),
  step: (state, event) => {
    if (event.type === "run.started") return { messages: [] };
    if (isMessage(event)) state.messages.push(event);
    if (event.type === "message.edited" || event.type === "message.deleted") amend(state.messages, event);
    return state;
  },
};

/** What was said in the current run, the task first. */
export const messagesOfRun = (transcript: Transcript): readonly Message[] => read(transcript, runMessages).messages;

export type Amendment = Extract<RunEvent, { readonly type: "message.edited" | "message.deleted" }>;

/** What a message that was changed before anybody had read it says now. */
export const amendedText = (event: Amendment): string => (event.type === "message.edited" ? event.text : "(took this message back)");

/** Puts what a message says now into its place, where it is among these. */
export function amend(events: RunEvent[], event: Amendment): void {
  const at = events.findLastIndex((one) => one.type === "message.posted" && "person" in one && one.id === event.id);
  const message = events[at];
  if (message?.type !== "message.posted" || !("person" in message)) return;
  // What was posted with the words goes back with them.
  const { beside: _beside, ...rest } = message;
  const beside = event.type === "message.edited" && event.beside ? { beside: event.beside } : {};
  events[at] = { ...rest, text: amendedText(event), ...beside, ...(event.type === "message.deleted" ? { files: [] } : {}) };
}

/** Where the turn that this agent has begun, or its last one, begins: the seq of the selection that gave it the floor, else of the run's start. */
export const beginOfTurn = (transcript: Transcript, agent: string): number =>
  transcript.events[transcript.events.length - eventsOfTurn(transcript, agent).length - 1]?.seq ?? 0;

/** The events of the turn that this agent has begun, without the selection that gave it the floor. */
export function eventsOfTurn(transcript: Transcript, agent: string): readonly RunEvent[] {
  const { events } = transcript;
  const begin = events.findLastIndex(
    (event) => event.type === "run.started" || (event.type === "speaker.selected" && event.agent === agent),
  );
  return events.slice(begin + 1);
}

const repliesByAgent: Fold<Map<string, number>> = {
  initial: () => new Map(),
  step: (counts, event) => {
    const requester = requesterOf(event);
    return requester === undefined ? counts : counts.set(requester, (counts.get(requester) ?? 0) + (usageOf(event)?.calls ?? 1));
  },
};

/** How many replies of a model an agent has been given in this thread. */
export const repliesGiven = (transcript: Transcript, agent: string): number => read(transcript, repliesByAgent).get(agent) ?? 0;

/** Who said it, as agents read it. */
export const speakerOf = (message: Message): string => ("agent" in message ? message.agent : message.person.name);

const last: Fold<{ speaker: string | undefined }> = {
  initial: () => ({ speaker: undefined }),
  step: (state, event) =>
    event.type === "run.started" && event.anew
      ? { speaker: undefined }
      : event.type === "speaker.selected" && event.within === undefined
        ? { speaker: event.agent }
        : state,
};

/** The agent that had the floor last, in this run or an earlier one, whoever chose it. */
export const lastSpeaker = (transcript: Transcript): string | undefined => read(transcript, last).speaker;

const failed: Fold<{ agent: string | undefined }> = {
  initial: () => ({ agent: undefined }),
  step: (state, event) => {
    if (event.within !== undefined) return state;
    if (event.type === "turn.failed") return { agent: event.agent };
    return event.type === "speaker.selected" || (event.type === "run.started" && event.anew) ? { agent: undefined } : state;
  },
};

/** Whose turn failed, as long as nobody has had the floor since: it is still owed. */
export const owedTurn = (transcript: Transcript): string | undefined => read(transcript, failed).agent;

const asker: Fold<{ person: Person | undefined }> = {
  initial: () => ({ person: undefined }),
  step: (state, event) => {
    if (event.type === "message.posted" && "person" in event && event.person.id !== CALLER.id) return { person: event.person };
    return event.type === "run.started" && !state.person ? { person: event.startedBy } : state;
  },
};

/** The person who spoke last; who started the conversation, where no person speaks. */
export const askedBy = (transcript: Transcript): Person => read(transcript, asker).person ?? CALLER;

const seen: Fold<Set<string>> = {
  initial: () => new Set(),
  step: (ids, event) => (event.type === "message.posted" && "person" in event && event.id ? ids.add(event.id) : ids),
};

/** Whether a person's message with this id is in the log. */
export const wasHeard = (transcript: Transcript, id: string): boolean => read(transcript, seen).has(id);
