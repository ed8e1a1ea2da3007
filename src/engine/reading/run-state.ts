import {
  HUMAN,
  type EventBody,
  type HandoffMade,
  type Person,
  type PersonMessage,
  type Recorded,
  type RunEvent,
  type Whereabouts,
} from "../events/events.ts";
import { isHalted, NO_LIMITS_MET, stepAtLimits, summed, type AtLimits } from "../limits/halt.ts";
import { usageOf } from "./spender.ts";
import { type SummedUsage, NOTHING_SPENT, spend, type Spent } from "../limits/usage.ts";

/** Where the current or the last run stands. */
export interface RunState extends AtLimits {
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
  /** What was handed to a person and is not answered, the oldest first; several where turns run side by side. */
  readonly questions: readonly Question[];
  /** Who holds the run; nobody while it goes on. */
  readonly pausedBy: Person | undefined;
  /** Whom a person wants to hear next. */
  readonly requested: string | undefined;
  /** Whose turn a person has just broken off; nobody once somebody else has the floor. */
  readonly skipped: readonly string[];
  /** Calls that wait for a person's yes. */
  readonly approvals: readonly OpenApproval[];
  /** The last event ended a turn or asked a person, or nobody has the floor: here goals are looked at, and not in the middle of a turn. */
  readonly atBorder: boolean;
  readonly turns: number;
  /** Milliseconds of this run so far, without the time spent waiting for people. */
  readonly elapsedMs: number;
  readonly usage: SummedUsage;
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

export interface OpenApproval {
  readonly call: string;
  /** In whose turn it was asked for: the agent, or the team that it is part of. */
  readonly participant: string;
  /** ISO 8601; when it is taken for a no. */
  readonly approveBy: string | undefined;
}

/** Who of the team waits for a person: once for each answer, or yes, that they wait for. */
export const waiters = ({ questions, approvals }: Pick<RunState, "questions" | "approvals">): readonly string[] =>
  [...questions, ...approvals].map(({ participant }) => participant);

type FoldedRun = RunState & { readonly lastAtMs: number };

/** The reading of the log that says where its last run stands. */
export const runState = {
  initial: (): FoldedRun => ({
    run: undefined,
    team: undefined,
    startedBy: undefined,
    startIndex: -1,
    running: false,
    openTurns: [],
    toBeSelected: [],
    sideBySide: [],
    ...NOTHING_OPEN,
    ...NO_LIMITS_MET,
    atBorder: true,
    turns: 0,
    elapsedMs: 0,
    ...NOTHING_SPENT,
    lastAtMs: 0,
  }),
  step: (before: FoldedRun, event: RunEvent): FoldedRun => {
    const after = stepped(before, event);
    return after.atBorder === isBorder(before, after, event) ? after : { ...after, atBorder: !after.atBorder };
  },
};

/** Whether only a person, or time, can bring it on. */
export const waits = (state: RunState): boolean => {
  const { running, pausedBy, halt, openTurns, toBeSelected } = state;
  if (!running || isHalted(state)) return true;
  // A summary is being written, and nothing else is waited for.
  if (halt) return false;
  const waiting = waiters(state);
  return pausedBy !== undefined || (waiting.length > 0 && toBeSelected.length === 0 && openTurns.every((name) => waiting.includes(name)));
};

function stepped(before: FoldedRun, event: RunEvent): FoldedRun {
  const atMs = Date.parse(event.at);
  const state = {
    ...before,
    lastAtMs: atMs,
    elapsedMs: before.elapsedMs + (waits(before) || event.type === "run.resumed" ? 0 : Math.max(0, atMs - before.lastAtMs)),
    ...spent(before, event),
  };
  // Inside a participant: it costs and it can wait for a person, but whose turn it is outside does not change.
  if (event.within !== undefined && !REACHES_OUT.has(event.type)) return state;
  switch (event.type) {
    case "run.started":
      return {
        ...runState.initial(),
        run: event.run,
        team: event.team,
        startedBy: event.startedBy,
        startIndex: event.seq - 1,
        running: true,
        haltsAtLimits: event.haltsAtLimits === true,
        lastAtMs: atMs,
      };
    case "run.stopped":
      return { ...state, running: false, openTurns: [], toBeSelected: [], ...NOTHING_OPEN, halt: undefined };
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
        requested: state.requested === event.agent ? undefined : state.requested,
        skipped: [],
      };
    case "message.posted":
      return "agent" in event ? summed(endTurn(state, event.agent)) : { ...state, questions: stillOpen(event, state.questions) };
    case "turn.failed":
      return summed(endTurn(state, event.agent));
    case "turn.ended":
      return event.usage ? summed(endTurn(state, event.agent)) : endTurn(state, event.agent);
    case "handoff.made":
      if (event.outside) return state;
      if (event.to !== HUMAN) return event.within === undefined ? endTurn(state, event.agent) : state;
      return { ...state, questions: [...state.questions, questionOf(event)] };
    case "question.expired":
      return { ...state, questions: state.questions.filter(({ seq }) => seq !== event.of) };
    case "approval.requested":
      return { ...state, approvals: [...state.approvals, approvalOf(event)] };
    case "approval.given":
    case "approval.expired":
      return { ...state, approvals: state.approvals.filter(({ call }) => call !== event.call) };
    case "turn.skipped":
      return skip(state, event.agent);
    case "speaker.requested":
      return { ...state, requested: event.speaker };
    case "run.paused":
      return { ...state, pausedBy: event.person };
    case "run.unpaused":
      return { ...state, pausedBy: undefined };
    case "limit.neared":
    case "limit.reached":
    case "limit.raised":
    case "summary.requested":
      return stepAtLimits(state, event);
    case "message.edited":
    case "message.deleted":
    case "feedback.given":
    case "approval.withdrawn":
    case "run.resumed":
    case "stop.requested":
    case "code.written":
    case "context.summarized":
    case "tool.called":
    case "tool.returned":
    case "tool.failed":
    case "code.ran":
    case "finish.decided":
    case "stance.given":
      return state;
  }
}

/** Of what happens inside a participant. */
const REACHES_OUT: ReadonlySet<RunEvent["type"]> = new Set(["handoff.made", "approval.requested", "approval.given", "approval.expired"]);

const NOTHING_OPEN = {
  questions: [],
  approvals: [],
  pausedBy: undefined,
  requested: undefined,
  skipped: [],
};

function endTurn(state: FoldedRun, agent: string): FoldedRun {
  if (!state.openTurns.includes(agent)) return state;
  return { ...state, openTurns: state.openTurns.filter((name) => name !== agent), turns: state.turns + 1 };
}

/** The turn is over, and with it what it was waiting for. */
function skip(state: FoldedRun, agent: string): FoldedRun {
  const isOfOthers = ({ participant }: { readonly participant: string }) => participant !== agent;
  return {
    ...endTurn(state, agent),
    questions: state.questions.filter(isOfOthers),
    approvals: state.approvals.filter(isOfOthers),
    skipped: [...state.skipped, agent],
  };
}

/** What is still open after a person's words; those that do not say which question they answer are for all who have asked. */
const stillOpen = (message: PersonMessage, questions: readonly Question[]): readonly Question[] =>
  message.answers === undefined ? [] : questions.filter(({ seq }) => seq !== message.answers);

const approvalOf = (event: Extract<RunEvent, { readonly type: "approval.requested" }>): OpenApproval => ({
  call: event.call,
  participant: participantOf(event),
  approveBy: event.approveBy,
});

const questionOf = (event: HandoffMade & Whereabouts & Recorded): Question => ({
  seq: event.seq,
  agent: event.agent,
  participant: participantOf(event),
  text: event.text,
  options: event.options ?? [],
  answerBy: event.answerBy,
});

/** Who of the team it was: a member of a team inside speaks for that team. */
const participantOf = (event: { readonly agent: string } & Whereabouts): string => event.within?.split("/")[0] ?? event.agent;

function isBorder(before: RunState, after: RunState, event: RunEvent): boolean {
  if (event.type === "run.resumed" || event.type === "stance.given" || event.type.startsWith("limit.")) return before.atBorder;
  if (after.openTurns.length === 0 || after.turns > before.turns || waiters(after).length > waiters(before).length) return true;
  // A leader's choice may have cost something.
  return event.type === "speaker.selected" && event.within === undefined && event.usage !== undefined;
}

function spent({ usage, priced }: RunState, event: EventBody): Spent {
  const one = usageOf(event);
  return one ? spend({ usage, priced }, one) : { usage, priced };
}
