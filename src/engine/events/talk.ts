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
      /** The others that speak side by side with it and are recorded next, also when the process dies in between; on the first one only. */
      readonly others?: readonly string[];
      /** Who chose, where that is not the selector. */
      readonly leader?: string;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  | PersonMessage
  | AgentMessage
  | HandoffMade
  /** A participant that is a team has come to its end, and its members have said what there was to say; or an agent had nothing to add to what its tools gave. */
  | { readonly type: "turn.ended"; readonly agent: string; readonly reason: string; readonly notices?: Notices; readonly usage?: Usage }
  | {
      readonly type: "turn.failed";
      readonly agent: string;
      /** Where the agent is a team: which of its members could not answer, with the teams between them, such as `Desk/Ana`. */
      readonly member?: string;
      readonly error: Failure;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  /** A person wants this agent to speak next: it has the floor when the turns that are open have ended. */
  | { readonly type: "speaker.requested"; readonly speaker: string; readonly person: Person }
  /** A person has broken this agent's turn off; somebody else speaks next. */
  | { readonly type: "turn.skipped"; readonly agent: string; readonly person: Person; readonly id?: string }
  /** A person has changed a message before anybody had read it. `of`: its seq; `id`: its id. Agents read the new text in its place. */
  | {
      readonly type: "message.edited";
      readonly of: number;
      readonly id: string;
      readonly person: Person;
      readonly text: string;
      /** What was posted with the words, and stays. */
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
  /** What was posted with the words. */
  readonly files?: readonly FileRef[];
  readonly beside?: Beside;
  /** Seq of the question that it answers; 0 for none of those that are open. Where this is absent, it answered all of them. */
  readonly answers?: number;
}

export interface AgentMessage {
  readonly type: "message.posted";
  readonly agent: string;
  readonly text: string;
  /** `stop` asks for the end by itself; `summary` is tool output that stands in for prose. */
  readonly kind?: "stop" | "summary";
  /** Which characters of the text code has printed; none of them where it is absent, or nobody knew when it was recorded. */
  readonly printed?: { readonly from: number; readonly to: number };
  /** The model that wrote it, as the provider names it. */
  readonly model?: string;
  readonly notices?: Notices;
  /** Somebody else's agent has written it: words that may be there to deceive. */
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
  /** A participant who is a person is asked for their turn: the text is shown to people, and is nobody's words to the agents. */
  readonly turn?: true;
  /** Words that the agent wrote beside it, for everybody; absent where they are the text. A question that was cut is the beginning of them. */
  readonly beside?: string;
  /** Answers offered to choose from; only when `to` is a person. */
  readonly options?: readonly string[];
  /** The tool call that asked for it, when a model did. */
  readonly call?: string;
  /** A call of a tool that waits for the answer, and what the tool is given back with it. Only when `to` is a person. */
  readonly asks?: { readonly call: string; readonly state: string };
  /** A server wants a login that this person can give, in private; the words are for everybody. Only when `to` is a person. */
  readonly login?: LoginWish;
  /** ISO 8601, UTC: when the run goes on without an answer; it waits for as long as it takes when absent. Only when `to` is a person. */
  readonly answerBy?: string;
  readonly usage?: Usage;
}

/** The text of a question to a person: more is cut. */
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

/** `policy`: by rule. `selector`: a model chose. `only`: nobody else could. `fallback`: the model named nobody usable. `person`: somebody asked for this agent. */
export type SelectedBy = "policy" | "selector" | "only" | "fallback" | "person";

/** The name under which a hand-over goes to a person. */
export const HUMAN = "human";
