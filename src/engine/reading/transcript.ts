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
import { read, type Fold, type Transcript } from "./fold.ts";
import { requesterOf, usageOf } from "./spender.ts";
import { runState, waits, type RunState } from "./run-state.ts";

export type { Transcript } from "./fold.ts";

/** The current run, or the last one when nobody is talking. */
export const currentRun = (transcript: Transcript): RunState => read(transcript, runState);

/** The run that people began, of which those of teams inside are parts; nothing outside of a conversation. */
export const runOfThread = ({ logs: [first] }: { readonly logs: readonly Transcript[] }): string | undefined =>
  first && currentRun(first).run;

/**
 * True while only a person, or time, can bring the conversation on: no run, a pause, or a question or an approval for which everybody waits
 * who has the floor.
 */
export const isWaiting = (transcript: Transcript): boolean => waits(currentRun(transcript));

/** What is said to everybody: words of agents and people, and hand-overs; not what a person whose turn it is, is asked. */
export type Message = (AgentMessage | PersonMessage | HandoffMade) & Whereabouts & Recorded;

export const isMessage = (event: RunEvent): event is Message =>
  (event.type === "message.posted" || (event.type === "handoff.made" && !event.turn)) && !event.quiet;

export const isPersonMessage = (event: RunEvent): event is PersonMessage & Whereabouts & Recorded =>
  event.type === "message.posted" && "person" in event;

const runMessages: Fold<readonly Message[]> = {
  initial: () => [],
  step: (messages, event) => {
    if (event.type === "run.started") return [];
    if (isMessage(event)) return [...messages, event];
    if (event.type !== "message.edited" && event.type !== "message.deleted") return messages;
    const amended = [...messages];
    amend(amended, event);
    return amended;
  },
};

/** What was said in the current run, the task first. */
export const messagesOfRun = (transcript: Transcript): readonly Message[] => read(transcript, runMessages);

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

const repliesByAgent: Fold<ReadonlyMap<string, number>> = {
  initial: () => new Map(),
  step: (counts, event) => {
    const requester = requesterOf(event);
    if (requester === undefined) return counts;
    return new Map(counts).set(requester, (counts.get(requester) ?? 0) + (usageOf(event)?.calls ?? 1));
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
  growsInPlace: true,
  initial: () => new Set(),
  step: (ids, event) => (event.type === "message.posted" && "person" in event && event.id ? ids.add(event.id) : ids),
};

/** Whether a person's message with this id is in the log. */
export const wasHeard = (transcript: Transcript, id: string): boolean => read(transcript, seen).has(id);
