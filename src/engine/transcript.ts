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
  /** The oldest question that was handed to a person and is not answered. */
  readonly question: Question | undefined;
  /** All of them, the oldest first; several where turns run side by side. */
  readonly questions: readonly Question[];
  /** Who holds the run; nobody while it goes on. */
  readonly pausedBy: Person | undefined;
  /** Whom a person wants to hear next. */
  readonly requested: string | undefined;
  /** Whose turn a person has just broken off; nobody once somebody else has the floor. */
  readonly skipped: readonly string[];
  /** Calls that wait for a person's yes. */
  readonly approvals: readonly string[];
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
  /** In whose turn it was asked: the agent, or the team that it is part of. */
  readonly participant: string;
  readonly text: string;
  readonly options: readonly string[];
  /** ISO 8601; when the run goes on without an answer. */
  readonly answerBy: string | undefined;
}

interface Asking {
  readonly call: string;
  /** The participant in whose turn it asks. */
  readonly of: string;
}

const runState: Fold<RunState & { readonly lastAtMs: number; readonly asking: readonly Asking[] }> = {
  initial: () => ({
    run: undefined,
    team: undefined,
    startedBy: undefined,
    startIndex: -1,
    running: false,
    openTurns: [],
    toBeSelected: [],
    question: undefined,
    questions: [],
    pausedBy: undefined,
    requested: undefined,
    skipped: [],
    approvals: [],
    asking: [],
    turns: 0,
    elapsedMs: 0,
    ...NOTHING_SPENT,
    lastAtMs: 0,
  }),
  step: (before, event) => {
    const atMs = Date.parse(event.at);
    const waited = before.questions.length > 0 || before.approvals.length > 0 || before.pausedBy !== undefined || !before.running;
    const state = {
      ...before,
      lastAtMs: atMs,
      elapsedMs: before.elapsedMs + (waited || event.type === "run.resumed" ? 0 : Math.max(0, atMs - before.lastAtMs)),
      ...spent(before, event),
    };
    // Inside a participant: it costs and it can wait for a person, but whose turn it is outside does not change.
    if (
      event.within !== undefined &&
      event.type !== "handoff.made" &&
      event.type !== "approval.requested" &&
      event.type !== "approval.given"
    )
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
        return { ...state, running: false, openTurns: [], toBeSelected: [], ...NOTHING_OPEN };
      case "speaker.selected":
        return {
          ...state,
          openTurns: [...state.openTurns.filter((name) => name !== event.agent), event.agent],
          toBeSelected: event.others ?? state.toBeSelected.filter((name) => name !== event.agent),
          requested: state.requested === event.agent ? undefined : state.requested,
          skipped: [],
        };
      case "message.posted":
        return "agent" in event ? endTurn(state, event.agent) : withQuestions(state, answeredBy(event, state.questions));
      case "turn.ended":
      case "turn.failed":
        return endTurn(state, event.agent);
      case "handoff.made":
        if (event.to !== HUMAN) return event.within === undefined ? endTurn(state, event.agent) : state;
        return withQuestions(state, [...state.questions, questionOf(event)]);
      case "question.expired":
        return withQuestions(
          state,
          state.questions.filter(({ seq }) => seq !== event.of),
        );
      case "approval.requested":
        return withAsking(state, [...state.asking, { call: event.call, of: participantOf(event) }]);
      case "approval.given":
        return withAsking(
          state,
          state.asking.filter(({ call }) => call !== event.call),
        );
      case "turn.skipped":
        return skip(state, event.agent);
      case "speaker.requested":
        return { ...state, requested: event.speaker };
      case "run.paused":
        return { ...state, pausedBy: event.person };
      case "run.unpaused":
        return { ...state, pausedBy: undefined };
      case "message.edited":
      case "message.deleted":
      case "feedback.given":
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
  },
};

function endTurn<S extends RunState>(state: S, agent: string): S {
  if (!state.openTurns.includes(agent)) return state;
  return { ...state, openTurns: state.openTurns.filter((name) => name !== agent), turns: state.turns + 1 };
}

const NOTHING_OPEN = {
  question: undefined,
  questions: [],
  approvals: [],
  asking: [],
  pausedBy: undefined,
  requested: undefined,
  skipped: [],
};

const withQuestions = <S extends RunState>(state: S, questions: readonly Question[]): S => ({
  ...state,
  questions,
  question: questions[0],
});

const withAsking = <S extends RunState>(state: S, asking: readonly Asking[]): S & { readonly asking: readonly Asking[] } => ({
  ...state,
  asking,
  approvals: asking.map(({ call }) => call),
});

/** What is still open after a person's words. Logs of before say nothing of which question was answered: it was all of them. */
const answeredBy = (message: PersonMessage, questions: readonly Question[]): readonly Question[] =>
  message.answers === undefined ? [] : questions.filter(({ seq }) => seq !== message.answers);

const questionOf = (event: HandoffMade & Whereabouts & Recorded): Question => ({
  seq: event.seq,
  agent: event.agent,
  participant: participantOf(event),
  text: event.text,
  options: event.options ?? [],
  answerBy: event.answerBy,
});

/** Whose turn it is part of: the outermost team's, where it happened inside one. */
const participantOf = (event: { readonly agent: string } & Whereabouts): string => event.within?.split("/")[0] ?? event.agent;

/** The turn is over, and with it what it was waiting for. */
function skip<S extends RunState & { readonly asking: readonly Asking[] }>(state: S, agent: string): S {
  const ended = endTurn(state, agent);
  const questions = state.questions.filter(({ participant }) => participant !== agent);
  const asking = state.asking.filter(({ of }) => of !== agent);
  return { ...withAsking(withQuestions(ended, questions), asking), skipped: [...state.skipped, agent] };
}

function spent({ usage, priced }: RunState, event: EventBody): Spent {
  const one = "usage" in event ? event.usage : undefined;
  return one ? spend({ usage, priced }, one) : { usage, priced };
}

/** The current run, or the last one when nobody is talking. */
export const currentRun = (transcript: Transcript): RunState => read(transcript, runState);

/** True while only a person, or time, can bring the conversation on: no run, an open question or approval, or a pause. */
export function isWaiting(transcript: Transcript): boolean {
  const run = currentRun(transcript);
  return !run.running || run.questions.length > 0 || run.approvals.length > 0 || run.pausedBy !== undefined;
}

/** What is said to everybody: words of agents and people, and hand-overs. */
export type Message = (AgentMessage | PersonMessage | HandoffMade) & Whereabouts & Recorded;

export const isMessage = (event: RunEvent): event is Message =>
  (event.type === "message.posted" || event.type === "handoff.made") && !event.quiet;

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

/** What a message that was changed before anybody had read it says now. */
export const amendedText = (event: Extract<RunEvent, { readonly type: "message.edited" | "message.deleted" }>): string =>
  event.type === "message.edited" ? event.text : "(took this message back)";

/** Puts what a message says now into its place, where it is among these. */
export function amend(events: RunEvent[], event: Extract<RunEvent, { readonly type: "message.edited" | "message.deleted" }>): void {
  const at = events.findLastIndex((one) => one.type === "message.posted" && "person" in one && one.id === event.id);
  const message = events[at];
  if (message?.type !== "message.posted" || !("person" in message)) return;
  // What was posted with the words goes back with them.
  events[at] = { ...message, text: amendedText(event), ...(event.type === "message.deleted" ? { files: [] } : {}) };
}

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
    // A selection's cost is the selector's, not the chosen agent's.
    const spender = event.type === "speaker.selected" ? (event.leader ?? SELECTOR) : (event as { readonly agent: string }).agent;
    return counts.set(spender, (counts.get(spender) ?? 0) + (usage.calls ?? 1));
  },
};

/** How many replies of a model an agent has been given in this thread. */
export const repliesGiven = (transcript: Transcript, agent: string): number => read(transcript, repliesByAgent).get(agent) ?? 0;

/** The selector's name in the log and in replay files. */
export const SELECTOR = "selector";

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
