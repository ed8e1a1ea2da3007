import type { Beside, Failure, FileRef, Notices, Person, Usage } from "./values.ts";

/** Who speaks and what is said: the floor, messages and hand-overs. */
export type TalkFact =
  | {
      readonly type: "speaker.selected";
      readonly agent: string;
      readonly by: SelectedBy;
      /** One line for people: why this one. */
      readonly reason?: string;
      /** What the selector asks of the chosen agent. The agent reads it as the last words before its turn. */
      readonly instruction?: string;
      /** Who could be chosen, where a model was asked; absent in older logs. */
      readonly candidates?: readonly string[];
      /** The selector's own view: did the last turn bring the task forward? */
      readonly progress?: boolean;
      /** The others that speak side by side with it. They are recorded next, also after a crash in between. Only on the first one. */
      readonly others?: readonly string[];
      /** The leader that chose, where that is not the selector. */
      readonly leader?: string;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  | PersonMessage
  | AgentMessage
  | HandoffMade
  /** A turn without a message of its own: of a team that is a participant, whose members have spoken; or of an agent with nothing to add to its tools' results. */
  | { readonly type: "turn.ended"; readonly agent: string; readonly reason: string; readonly notices?: Notices; readonly usage?: Usage }
  | {
      readonly type: "turn.failed";
      readonly agent: string;
      /** Where the agent is a team: the member whose turn failed, behind the teams between them, such as `Desk/Ana`. */
      readonly member?: string;
      readonly error: Failure;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  /** A person wants this agent to speak next: it has the floor when the turns that are open have ended. */
  | { readonly type: "speaker.requested"; readonly speaker: string; readonly person: Person }
  /** A person has ended this agent's turn; another agent speaks next. */
  | { readonly type: "turn.skipped"; readonly agent: string; readonly person: Person; readonly id?: string }
  /** A person has changed a message before anybody had read it. `of`: its seq; `id`: its id. Agents read the new text in its place. */
  | {
      readonly type: "message.edited";
      readonly of: number;
      readonly id: string;
      readonly person: Person;
      readonly text: string;
      /** The files of the message, which stay. */
      readonly files?: readonly FileRef[];
      readonly beside?: Beside;
    }
  /** A person has taken a message back before anybody had read it. */
  | { readonly type: "message.deleted"; readonly of: number; readonly id: string; readonly person: Person }
  /** Nobody has answered the question with this seq in time; the agents go on without an answer. */
  | { readonly type: "question.expired"; readonly of: number }
  /** From here on the agent reads `text` instead of what was said up to that event. */
  | {
      readonly type: "context.summarized";
      readonly agent: string;
      readonly upToSeq: number;
      readonly text: string;
      readonly usage?: Usage;
    };

export interface PersonMessage {
  readonly type: "message.posted";
  readonly person: Person;
  readonly text: string;
  /** Id of the message where it came from; a second message with the same id is not recorded. */
  readonly id?: string;
  /** Files posted with the words. */
  readonly files?: readonly FileRef[];
  readonly beside?: Beside;
  /** Seq of the question that it answers; 0 where it answers none of those that are open. Where it is absent, the message answered all that were. */
  readonly answers?: number;
}

export interface AgentMessage {
  readonly type: "message.posted";
  readonly agent: string;
  readonly text: string;
  /** `stop`: the message asks for the end. `summary`: it is the output of tools, in place of the agent's own words. */
  readonly kind?: "stop" | "summary";
  /** The part of the text that code has printed; absent where there is none, and where it was not known. */
  readonly printed?: { readonly from: number; readonly to: number };
  /** The model that wrote it, as the provider names it. */
  readonly model?: string;
  readonly notices?: Notices;
  /** Set where an agent that somebody else runs has written it: it may have been written to deceive. */
  readonly touched?: readonly "untrusted"[];
  readonly usage?: Usage;
}

/** The floor goes to another agent, or a question to a person. A question does not end the turn: with the answer, the agent goes on. */
export interface HandoffMade {
  readonly type: "handoff.made";
  readonly agent: string;
  /** An agent's name, or {@link HUMAN}. */
  readonly to: string;
  /** For people: the question. For agents: the notice that the target reads. */
  readonly text: string;
  /** It asks a participant who is a person for their turn: people are shown the text, agents do not read it. */
  readonly turn?: true;
  /** Words that the agent wrote beside it, for everybody; absent where they are the text. A question that was cut is the beginning of them. */
  readonly beside?: string;
  /** Answers offered to choose from; only when `to` is a person. */
  readonly options?: readonly string[];
  /** The model's call that made the hand-over. */
  readonly call?: string;
  /** The tool call that waits for the answer, and the state that the tool gets back with it. Only when `to` is a person. */
  readonly asks?: { readonly call: string; readonly state: string };
  /** A server wants a login, which this person can give in private; everybody may read the text. Only when `to` is a person. */
  readonly login?: LoginWish;
  /** ISO 8601, UTC: when the run goes on without an answer; without it, the run waits for ever. Only when `to` is a person. */
  readonly answerBy?: string;
  readonly usage?: Usage;
}

/** A longer text of a question to a person is cut. */
export const QUESTION_CHARS_MAX = 2_000;

/** All that was said with a hand-over, by the one who made it. */
export const saidWith = ({ beside, text }: Pick<HandoffMade, "beside" | "text">): string =>
  beside === undefined ? text : beside.startsWith(text) ? beside : `${beside}\n${text}`;

export interface LoginWish {
  readonly server: string;
  readonly person: Person;
  /** Who may use it: this person, everybody in the place where the thread is, or everybody in the workspace. */
  readonly share: "person" | "place" | "workspace";
}

/**
 * Who chose. `policy`: a rule. `selector`: a model. `only`: nobody, since no other agent could speak. `fallback`: a rule, since the model named no agent
 * that could. `person`: a person asked for the agent.
 */
export type SelectedBy = "policy" | "selector" | "only" | "fallback" | "person";

/** The name under which a hand-over goes to a person. */
export const HUMAN = "human";
