import type { Recorded, RunEvent, Whereabouts } from "./events.ts";
import { HUMAN, type HandoffMade, type PersonMessage } from "./talk.ts";
import { participantOf } from "./values.ts";

/** Who has the floor in a run, and who is to have it. */
export interface Floor {
  /** The agents whose turns have begun and not ended; several where turns run side by side. */
  readonly openTurns: readonly string[];
  /** Agents that have been chosen to speak beside them and whose selection is not recorded yet. */
  readonly toBeSelected: readonly string[];
  /** Those whose turns began together, the last to begin. */
  readonly sideBySide: readonly string[];
  /** Whom a person wants to hear next. */
  readonly requested: string | undefined;
  /** Whose turn a person has just broken off; nobody once somebody else has the floor. */
  readonly skipped: readonly string[];
  /** Turns that have ended. */
  readonly turns: number;
}

export const floor = {
  initial: (): Floor => NOBODY_SPEAKS,
  step<State extends Floor>(state: State, event: RunEvent): State {
    // Inside a participant: whose turn it is outside does not change.
    if (event.within !== undefined) return state;
    switch (event.type) {
      case "run.started":
        return { ...state, ...NOBODY_SPEAKS };
      case "run.stopped":
        return { ...state, openTurns: [], toBeSelected: [], requested: undefined, skipped: [] };
      case "speaker.selected":
        return selected(state, event);
      case "message.posted":
        return "agent" in event ? endTurn(state, event.agent) : state;
      case "turn.ended":
      case "turn.failed":
        return endTurn(state, event.agent);
      case "turn.skipped": {
        const ended = endTurn(state, event.agent);
        return { ...ended, skipped: [...ended.skipped, event.agent] };
      }
      case "handoff.made":
        return event.outside || event.to === HUMAN ? state : endTurn(state, event.agent);
      case "speaker.requested":
        return { ...state, requested: event.speaker };
      default:
        return state;
    }
  },
};

const NOBODY_SPEAKS: Floor = { openTurns: [], toBeSelected: [], sideBySide: [], requested: undefined, skipped: [], turns: 0 };

function selected<State extends Floor>(state: State, { agent, others }: Extract<RunEvent, { type: "speaker.selected" }>): State {
  const isBeside = state.toBeSelected.includes(agent);
  return {
    ...state,
    openTurns: [...state.openTurns.filter((name) => name !== agent), agent],
    sideBySide: others ? [agent, ...others] : isBeside ? state.sideBySide : [agent],
    toBeSelected: others ?? (isBeside ? state.toBeSelected.filter((name) => name !== agent) : state.toBeSelected),
    requested: state.requested === agent ? undefined : state.requested,
    skipped: [],
  };
}

function endTurn<State extends Floor>(state: State, agent: string): State {
  if (!state.openTurns.includes(agent)) return state;
  return { ...state, openTurns: state.openTurns.filter((name) => name !== agent), turns: state.turns + 1 };
}

/** What a run has asked people. */
export interface Asking {
  /** What was handed to a person and is not answered, the oldest first; several where turns run side by side. */
  readonly questions: readonly Question[];
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

export const asking = {
  initial: (): Asking => NOTHING_ASKED,
  step<State extends Asking>(state: State, event: RunEvent): State {
    // Those who speak inside a participant ask people too.
    if (event.type === "handoff.made") {
      return event.to === HUMAN && !event.outside ? { ...state, questions: [...state.questions, questionOf(event)] } : state;
    }
    if (event.type === "run.started" && event.within === undefined) return { ...state, ...NOTHING_ASKED };
    if (state.questions.length === 0 || event.within !== undefined) return state;
    switch (event.type) {
      case "run.stopped":
        return { ...state, ...NOTHING_ASKED };
      case "message.posted":
        return "person" in event ? { ...state, questions: stillOpen(event, state.questions) } : state;
      case "question.expired":
        return { ...state, questions: state.questions.filter(({ seq }) => seq !== event.of) };
      case "turn.skipped":
        // The turn is over, and with it what it was waiting for.
        return { ...state, questions: state.questions.filter(({ participant }) => participant !== event.agent) };
      default:
        return state;
    }
  },
};

const NOTHING_ASKED: Asking = { questions: [] };

/** What is still open after a person's words; those that do not say which question they answer are for all who have asked. */
const stillOpen = (message: PersonMessage, questions: readonly Question[]): readonly Question[] =>
  message.answers === undefined ? [] : questions.filter(({ seq }) => seq !== message.answers);

const questionOf = (event: HandoffMade & Whereabouts & Recorded): Question => ({
  seq: event.seq,
  agent: event.agent,
  participant: participantOf(event),
  text: event.text,
  options: event.options ?? [],
  answerBy: event.answerBy,
});
