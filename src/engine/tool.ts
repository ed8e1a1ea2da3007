import type { ToolSpec } from "./model.ts";
import type { Turn } from "./turn.ts";
import type { ActionPolicy, HeldCode, Failure, FileRef, Leak, Person, Source, Usage } from "./events/events.ts";

/**
 * What an agent asks of a tool. Contract: `run` gets the arguments already parsed as JSON (checked by the tool itself), and returns a
 * result the model can read; it does not throw for bad arguments or a failing service.
 */
export interface Tool extends ToolSpec {
  /** Whether a person is asked before it runs; never when absent, whatever the rule of the run: it touches nothing outside. `first-time`: until somebody has said yes to it in the thread. */
  readonly approval?: "never" | "always" | "first-time";
  /** What its calls bring into a conversation, or take out of it; nothing when absent. */
  readonly touches?: readonly Touch[];
  /**
   * A mark of all that it says of itself. A yes that was given to another one is none to this. Absent where it cannot change. In parts with dots between
   * them, of which older logs have the first ones.
   */
  readonly spec?: string;
  /** What it says of itself beside that, for people; nothing when empty. */
  readonly annotations?: string;
  /** Whether it says something else of itself than when it was last used: then a person is asked, whatever its rule. */
  readonly hasChanged?: () => boolean;
  /**
   * Whom it acts for, with what is theirs, such as a login. Where words of others stand in the thread, this person is asked before a call, and
   * nobody else's yes counts. Nothing where it acts for nobody in particular.
   */
  readonly actsFor?: (turn: Turn) => Person | undefined;
  run(args: unknown, turn: Turn, origin?: CallOrigin): Promise<ToolResult>;
}

/**
 * `private`: what it gives is not for everybody. `untrusted`: somebody may have written what it gives to deceive who reads it. `outside`: what it is
 * given reaches others.
 */
export type Touch = "private" | "untrusted" | "outside";

/** Where a call comes from. Absent only outside of a conversation. After a crash, the same call comes again with the same origin. */
export interface CallOrigin {
  /** The run, inside a participant that is a team its turn, behind a tool the call of that tool. */
  readonly run: string;
  readonly agent: string;
  /**
   * Id of the call; with `run` and `agent` unique in the thread. In a log that nobody keeps: what is called, and for which time, so that it is the
   * same when the conversation is held again.
   */
  readonly call: string;
  /** For a tool that must act once: the same for the same call, also after a crash, and no other's in any thread. Absent where nobody gives one. */
  readonly key?: string;
  /** Tells who watches how far a long call has come: `is waiting for …`, behind the agent's name. */
  readonly tell?: (doing: string) => void;
  /** The person whose words led to it. */
  readonly askedBy: Person;
  /** What a person has said to what the same call has asked before, the oldest first. */
  readonly answers?: readonly ToolAnswer[];
  /** The same for what it wanted a yes for. */
  readonly verdicts?: readonly ToolVerdict[];
  /** Has the agent's own model answer for the tool, within the budgets of the run; absent where none is there. */
  readonly sample?: Sample;
  /** The thread's files, as far as the guards let them go to the tool, without those of these keys; nothing where none are kept. */
  readonly files?: (known: ReadonlySet<string>) => Promise<readonly ThreadFile[]>;
  /** The rules of that run; what the tool does inside keeps to them. */
  readonly policy?: { readonly code?: ActionPolicy; readonly tools?: ActionPolicy };
  /** Code that people hold back there. */
  readonly held?: readonly HeldCode[];
}

/** What a call wants to be told by a person before it goes on. */
export interface ToolQuestion {
  /** For people: all that they need to answer it in words. */
  readonly text: string;
  /** Answers offered to choose from. */
  readonly options?: readonly string[];
  /** What the tool has to be given back with the answer; kept in the log. */
  readonly state: string;
}

/** `text`: the answer; nothing where none came in time. */
export interface ToolAnswer {
  readonly state: string;
  readonly text: string | undefined;
}

/** What a call wants a person's yes for before it goes on, beside the yes to itself. */
export interface ToolWish {
  /** Letters, digits and `-`. Known to whoever runs the tool as long as the process is there: a call that comes again with another's has been lost in between. */
  readonly id: string;
  /** What is wanted, as if it were a call: a yes for the run holds for all of this name. */
  readonly tool: string;
  /** JSON text. */
  readonly args: string;
  /** As an approval has them. */
  readonly spec?: string;
  readonly says?: string;
  readonly because?: Leak;
  readonly only?: Person;
  readonly lasting?: true;
}

/** What was said to a {@link ToolWish}; `edited`: what the person made of its `args`. */
export interface ToolVerdict {
  readonly wish: string;
  readonly tool: string;
  /** As they were asked for. */
  readonly args: string;
  readonly approved: boolean;
  /** Who said it; nobody where no answer came in time. */
  readonly person?: Person;
  readonly reason?: string;
  readonly edited?: string;
}

/** `key`: another one for another content, or another name. */
export interface ThreadFile {
  readonly key: string;
  /** Without folders. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** What a tool has a model answer: words and pictures, the oldest first, with nothing of the conversation. */
export interface Sampled {
  readonly system: string;
  readonly messages: readonly { readonly role: "user" | "assistant"; readonly text: string; readonly images?: readonly FileRef[] }[];
  readonly outputTokensMax: number;
  readonly temperature?: number;
}

/** Contract: it does not throw for a model that fails, or a budget that is used up. */
export type Sample = (
  asked: Sampled,
) => Promise<
  | { readonly kind: "answer"; readonly text: string; readonly model: string; readonly usage: Usage }
  | { readonly kind: "failed"; readonly error: Failure; readonly usage?: Usage }
>;

/** `asks`: the call waits for a person, and is made again with the answer. `wishes`: the same for a yes. */
export type ToolResult =
  ToolEnd | { readonly kind: "asks"; readonly question: ToolQuestion } | { readonly kind: "wishes"; readonly wish: ToolWish };

/** `files`: kept already, for people; the agent reads the output. `images`: those of them that its model is shown, named in the output in this order. `sources`: where it was found, for people. `usage`: of the models that worked inside. `touched`: what came in there, beside what the tool says that it touches. */
export type ToolEnd =
  | {
      readonly kind: "returned";
      readonly output: string;
      readonly files?: readonly FileRef[];
      readonly images?: readonly FileRef[];
      readonly sources?: readonly Source[];
      readonly usage?: Usage;
      readonly touched?: readonly (keyof Leak)[];
    }
  | {
      readonly kind: "failed";
      readonly error: Failure;
      readonly files?: readonly FileRef[];
      readonly images?: readonly FileRef[];
      readonly usage?: Usage;
      readonly touched?: readonly (keyof Leak)[];
    };
