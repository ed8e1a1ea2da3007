import {
  CALLER,
  HUMAN,
  type AgentMessage,
  type EventBody,
  type HandoffMade,
  type Person,
  type PersonMessage,
  type Recorded,
  type RunEvent,
  type Usage,
  type Whereabouts,
} from "./events.ts";
import { NOTHING_SPENT, spend, type Spent } from "./usage.ts";

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
  const reached: Memory<State> = known ?? { upTo: 0, state: fold.initial() };
  for (; reached.upTo < events.length; reached.upTo++) reached.state = fold.step(reached.state, events[reached.upTo] as RunEvent);
  if (!known) memory.set(fold as Fold<unknown>, reached as Memory<unknown>);
  return reached.state;
}

interface Memory<State> {
  upTo: number;
  state: State;
}
const memories = new WeakMap<readonly RunEvent[], Map<Fold<unknown>, Memory<unknown>>>();

/** Where the current or the last run stands. */
export interface RunState {
  readonly run: string | undefined;
  readonly team: string | undefined;
  readonly startedBy: Person | undefined;
  /** Index of `run.started` in the events; -1 before any run. */
  readonly startIndex: number;
  readonly running: boolean;
  /** The agents whose turns have begun and not ended; several where turns run side by side. */
  readonly openTurns: readonly string[];
  /** Agents that have been chosen to speak beside them and whose selection is not recorded yet. */
  readonly toBeSelected: readonly string[];
  /** Those whose turns began together, the last to begin. */
  readonly sideBySide: readonly string[];
  /** The latest question handed to a person and not answered. An answer is for all who have asked: those side by side may ask together. */
  readonly question: Question | undefined;
  /** Calls that wait for a person's yes. */
  readonly approvals: readonly string[];
  /** The agents that wait for a person, once for each thing that they wait for. */
  readonly asking: readonly { readonly agent: string; readonly call: string | undefined }[];
  /** The last event ended a turn or asked a person, or nobody has the floor: here goals are looked at, and not in the middle of a turn. */
  readonly atBorder: boolean;
  readonly turns: number;
  /** Milliseconds of this run so far, without the time spent waiting for people. */
  readonly elapsedMs: number;
  readonly usage: Required<Usage>;
  /** False when a model without a known price was used: then `usage.usd` is only a lower bound. */
  readonly priced: boolean;
}

export interface Question {
  readonly seq: number;
  readonly agent: string;
  readonly text: string;
  readonly options: readonly string[];
}

type FoldedRun = RunState & { readonly lastAtMs: number };

const runState: Fold<FoldedRun> = {
  initial: () => ({
    run: undefined,
    team: undefined,
    startedBy: undefined,
    startIndex: -1,
    running: false,
    openTurns: [],
    toBeSelected: [],
    sideBySide: [],
    question: undefined,
    approvals: [],
    asking: [],
    atBorder: true,
    turns: 0,
    elapsedMs: 0,
    ...NOTHING_SPENT,
    lastAtMs: 0,
  }),
  step: (before, event) => {
    const after = stepped(before, event);
    return after.atBorder === isBorder(before, after, event) ? after : { ...after, atBorder: !after.atBorder };
  },
};

function stepped(before: FoldedRun, event: RunEvent): FoldedRun {
  const atMs = Date.parse(event.at);
  const waited = waits(before);
  const state = {
    ...before,
    lastAtMs: atMs,
    elapsedMs: before.elapsedMs + (waited || event.type === "run.resumed" ? 0 : Math.max(0, atMs - before.lastAtMs)),
    ...spent(before, event),
  };
  // Inside a participant: it costs and it can wait for a person, but whose turn it is outside does not change.
  if (event.within !== undefined && event.type !== "handoff.made" && event.type !== "approval.requested" && event.type !== "approval.given")
    return state;
  switch (event.type) {
    case "run.started":
      return {
        ...runState.initial(),
        run: event.run,
        team: event.team,
        startedBy: event.startedBy,
        startIndex: event.seq - 1,
        running: true,
        lastAtMs: atMs,
      };
    case "run.stopped":
      return { ...state, running: false, openTurns: [], toBeSelected: [], question: undefined, approvals: [], asking: [] };
    case "speaker.selected":
      return {
        ...state,
        openTurns: [...state.openTurns.filter((name) => name !== event.agent), event.agent],
        sideBySide: event.others
          ? [event.agent, ...event.others]
          : state.toBeSelected.includes(event.agent)
            ? state.sideBySide
            : [event.agent],
        toBeSelected: event.others ?? state.toBeSelected.filter((name) => name !== event.agent),
      };
    case "message.posted":
      return "agent" in event
        ? endTurn(state, event.agent)
        : { ...state, question: undefined, asking: state.asking.filter(({ call }) => call !== undefined) };
    case "turn.ended":
    case "turn.failed":
      return endTurn(state, event.agent);
    case "handoff.made":
      if (event.outside) return state;
      if (event.to !== HUMAN) return event.within === undefined ? endTurn(state, event.agent) : state;
      return {
        ...state,
        question: { seq: event.seq, agent: event.agent, text: event.text, options: event.options ?? [] },
        asking: [...state.asking, { agent: participantOf(event), call: undefined }],
      };
    case "approval.requested":
      return {
        ...state,
        approvals: [...state.approvals, event.call],
        asking: [...state.asking, { agent: participantOf(event), call: event.call }],
      };
    case "approval.given":
      return {
        ...state,
        approvals: state.approvals.filter((call) => call !== event.call),
        asking: state.asking.filter(({ call }) => call !== event.call),
      };
    case "run.resumed":
    case "stop.requested":
    case "code.written":
    case "context.summarized":
    case "tool.called":
    case "tool.returned":
    case "tool.failed":
    case "code.ran":
    case "finish.decided":
      return state;
  }
}

/** Who of the team it was: a member of a team inside speaks for that team. */
const participantOf = (event: { readonly agent: string } & Whereabouts): string => event.within?.split("/")[0] ?? event.agent;

function isBorder(before: RunState, after: RunState, event: RunEvent): boolean {
  if (event.type === "run.resumed") return before.atBorder;
  if (after.openTurns.length === 0 || after.turns > before.turns || after.asking.length > before.asking.length) return true;
  // A leader's choice may have cost something.
  return event.type === "speaker.selected" && event.within === undefined && event.usage !== undefined;
}

const waits = ({ running, asking, openTurns, toBeSelected }: RunState): boolean =>
  !running || (asking.length > 0 && toBeSelected.length === 0 && openTurns.every((name) => asking.some(({ agent }) => agent === name)));

function endTurn<S extends RunState>(state: S, agent: string): S {
  if (!state.openTurns.includes(agent)) return state;
  return { ...state, openTurns: state.openTurns.filter((name) => name !== agent), turns: state.turns + 1 };
}

function spent({ usage, priced }: RunState, event: EventBody): Spent {
  const one = "usage" in event ? event.usage : undefined;
  return one ? spend({ usage, priced }, one) : { usage, priced };
}

/** The current run, or the last one when nobody is talking. */
export const currentRun = (transcript: Transcript): RunState => read(transcript, runState);

/** True while only a person can bring the conversation on: no run, or a question or an approval for which everybody waits who has the floor. */
export const isWaiting = (transcript: Transcript): boolean => waits(currentRun(transcript));

/** What is said to everybody: words of agents and people, and hand-overs. */
export type Message = (AgentMessage | PersonMessage | HandoffMade) & Whereabouts & Recorded;

export const isMessage = (event: RunEvent): event is Message =>
  (event.type === "message.posted" || event.type === "handoff.made") && !event.quiet;

const runMessages: Fold<{ messages: Message[] }> = {
  initial: () => ({ messages: [] }),
  step: (state, event) => {
    if (event.type === "run.started") return { messages: [] };
    if (isMessage(event)) state.messages.push(event);
    return state;
  },
};

/** What was said in the current run, the task first. */
export const messagesOfRun = (transcript: Transcript): readonly Message[] => read(transcript, runMessages).messages;

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
    const usage = "usage" in event ? event.usage : undefined;
    // What a tool spends is no reply of the agent that called it.
    if (!usage || event.type === "tool.returned" || event.type === "tool.failed") return counts;
    const spender = spenderOf(event);
    return counts.set(spender, (counts.get(spender) ?? 0) + (usage.calls ?? 1));
  },
};

/** How many replies of a model an agent has been given in this thread. */
export const repliesGiven = (transcript: Transcript, agent: string): number => read(transcript, repliesByAgent).get(agent) ?? 0;

/** The selector's name in the log and in replay files; of one inside a participant only in the log of its own team. */
export const SELECTOR = "selector";

/** The name of the selector inside this participant, where there may be others: in requests, and so in replay files. */
export const selectorWithin = (participant: string): string => `${participant}/${SELECTOR}`;

/** Whose model an event's cost is for. A selection's is the selector's, not the chosen agent's. */
export function spenderOf(event: RunEvent): string {
  const spender = event.type === "speaker.selected" ? (event.leader ?? SELECTOR) : (event as { readonly agent: string }).agent;
  return spender === SELECTOR && event.within !== undefined ? selectorWithin(event.within.split("/").at(-1) ?? "") : spender;
}

/** Who said it, as agents read it. */
export const speakerOf = (message: Message): string => ("agent" in message ? message.agent : message.person.name);

const last: Fold<{ speaker: string | undefined }> = {
  initial: () => ({ speaker: undefined }),
  step: (state, event) => (event.type === "speaker.selected" && event.within === undefined ? { speaker: event.agent } : state),
};

/** The agent that had the floor last, in this run or an earlier one, whoever chose it. */
export const lastSpeaker = (transcript: Transcript): string | undefined => read(transcript, last).speaker;

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
