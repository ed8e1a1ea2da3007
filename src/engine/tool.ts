import type { ToolSpec } from "./model.ts";
import type { Turn } from "./turn.ts";
import type { ActionPolicy, HeldCode, Failure, FileRef, Leak, Person, Source, Usage } from "./events/events.ts";

/**
 * What an agent asks of a tool. Contract: `run` gets the arguments already parsed as JSON (checked by the tool itself), and returns a
 * result the model can read; it does not throw for bad arguments or a failing service.
 */
export interface Tool extends ToolSpec {
  /**
   * Whether a person is asked before it runs. `first-time`: until somebody has allowed it in the thread. When absent nobody is asked, whatever the
   * rule of the run: such a tool touches nothing outside.
   */
  readonly approval?: "never" | "always" | "first-time";
  /** What its calls bring into a conversation, or take out of it; nothing when absent. */
  readonly touches?: readonly Touch[];
  /**
   * A fingerprint of everything that the tool says of itself. A yes to a tool with another one does not count for it. Absent where the tool cannot
   * change. Parts are joined by dots; older logs hold only the first ones.
   */
  readonly spec?: string;
  /** What it says of itself beside its description, for people; empty where it says nothing. */
  readonly annotations?: string;
  /** Whether it describes itself otherwise than when it was last used: then a person is asked, whatever its rule. */
  readonly hasChanged?: () => boolean;
  /**
   * The person for whom it acts, with something of theirs such as a login. Where others' words stand in the thread, that person is asked before a
   * call, and nobody else's yes counts. `undefined` where it acts for nobody in particular.
   */
  readonly actsFor?: (turn: Turn) => Person | undefined;
  run(args: unknown, turn: Turn, origin?: CallOrigin): Promise<ToolResult>;
}

/**
 * `private`: its results are not for everybody. `untrusted`: its results may have been written to deceive whoever reads them. `outside`: its
 * arguments reach others.
 */
export type Touch = "private" | "untrusted" | "outside";

/** Where a call comes from. Absent only outside of a conversation. After a crash, the same call comes again with the same origin. */
export interface CallOrigin {
  /** The run; inside a team that is a participant, that team's turn; inside a team behind a tool, the call of that tool. */
  readonly run: string;
  readonly agent: string;
  /**
   * Id of the call; with `run` and `agent` unique in the thread. Where the log is not kept, it is made of the tool's name and a count, so that it
   * is the same when the conversation is held again.
   */
  readonly call: string;
  /** For a tool that must act once: the same for the same call, also after a crash, and different from that of every other call in any thread. Absent where there is none. */
  readonly key?: string;
  /** Shows people how far a long call has come. `doing` follows the agent's name: `is waiting for …`. */
  readonly tell?: (doing: string) => void;
  /** The person whose words led to the call. */
  readonly askedBy: Person;
  /** What people answered to the questions that this call asked before, the oldest first. */
  readonly answers?: readonly ToolAnswer[];
  /** What people said to the wishes that this call had before. */
  readonly verdicts?: readonly ToolVerdict[];
  /** Has the agent's own model answer a request of the tool, within the budgets of the run; absent where the agent has no model. */
  readonly sample?: Sample;
  /** The thread's files that the guards let the tool have, except those with the `known` keys. Absent where no files are kept. */
  readonly files?: (known: ReadonlySet<string>) => Promise<readonly ThreadFile[]>;
  /** The rules of the run; what the tool does inside keeps to them. */
  readonly policy?: { readonly code?: ActionPolicy; readonly tools?: ActionPolicy };
  /** Code of the thread that is held back until a person allows it. */
  readonly held?: readonly HeldCode[];
}

/** What a call wants to be told by a person before it goes on. */
export interface ToolQuestion {
  /** For people: all that they need to answer it in words. */
  readonly text: string;
  /** Answers offered to choose from. */
  readonly options?: readonly string[];
  /** Given back to the tool with the answer; kept in the log. */
  readonly state: string;
}

/** `text`: the answer; nothing where none came in time. */
export interface ToolAnswer {
  readonly state: string;
  readonly text: string | undefined;
}

/** Something that a running call wants a person's yes for before it goes on. */
export interface ToolWish {
  /** Letters, digits and `-`. The tool knows it as long as its process lives: a verdict on another id belongs to a call that was lost in between. */
  readonly id: string;
  /** What is wanted, named as a tool is: a yes for the run holds for everything of this name. */
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
  /** As the wish had them. */
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

/** A tool's request to a model: words and pictures, the oldest first, and nothing of the conversation. */
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

/**
 * `files`: stored already, for people; the agent reads the output. `images`: those of the files that its model is shown, named in the output in this
 * order. `sources`: where it was found, for people. `usage`: of models that worked inside. `touched`: what came in, beside what the tool declares.
 */
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
