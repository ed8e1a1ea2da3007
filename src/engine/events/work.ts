import type { Failure, FileRef, Notices, Person, Source, Usage } from "./values.ts";

/** What agents do beside talking: tools, code, and what people allow of them. */
export type WorkFact =
  | {
      readonly type: "tool.called";
      readonly agent: string;
      /** Id of the call, unique in the thread. */
      readonly call: string;
      readonly tool: string;
      /** The arguments as the model wrote them: JSON text, perhaps broken. */
      readonly args: string;
      /** Words the model wrote beside its calls; on the first call of a reply only, as is `usage`. */
      readonly text?: string;
      /** The other calls of the reply, which are recorded next, also when the process dies in between; on its first call only. */
      readonly others?: readonly { readonly call: string; readonly tool: string; readonly args: string }[];
      /** What came with the reply and goes back with its calls, to the same provider's model alone; on the first call only. See `Kept`. */
      readonly kept?: { readonly by: string; readonly what: { readonly [key: string]: unknown } };
      /** The model that wrote the calls; on the first call of a reply only, as are `notices`. */
      readonly model?: string;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  /** `usage`: of the models that worked inside the tool. `changed`: a person has changed the arguments before the call. */
  | {
      readonly type: "tool.returned";
      readonly agent: string;
      readonly call: string;
      readonly tool: string;
      readonly output: string;
      /** What it gave besides, for people. */
      readonly files?: readonly FileRef[];
      /** Those of the files that the model is shown, in the order in which the output names them. */
      readonly images?: readonly FileRef[];
      /** Where the output was found. */
      readonly sources?: readonly Source[];
      readonly changed?: { readonly person: Person; readonly args: string };
      /** What it has brought in. */
      readonly touched?: readonly (keyof Leak)[];
      readonly usage?: Usage;
    }
  | {
      readonly type: "tool.failed";
      readonly agent: string;
      readonly call: string;
      readonly tool: string;
      readonly error: Failure;
      /** What it gave all the same, such as a picture of what went wrong; as of one that returned. */
      readonly files?: readonly FileRef[];
      readonly images?: readonly FileRef[];
      readonly changed?: { readonly person: Person; readonly args: string };
      /** What it has brought in: a failure has words, too. */
      readonly touched?: readonly (keyof Leak)[];
      readonly usage?: Usage;
    }
  | CodeRan
  | {
      readonly type: "approval.requested";
      readonly agent: string;
      readonly call: string;
      /** The code, or the tool and its arguments; says so where it was cut. */
      readonly what: string;
      /** The tool that it would call; for code, `language` instead. Neither in logs of older versions. */
      readonly tool?: string;
      readonly language?: string;
      /** Nobody else's yes counts: it is done with what is theirs. */
      readonly only?: Person;
      /** A yes holds for this tool in the whole thread. */
      readonly lasting?: true;
      /** A mark of what the tool says of itself: a yes is to that alone. */
      readonly spec?: string;
      /** What it says, where that is something else than when it was last used. */
      readonly says?: string;
      /** The call would reach others, and these were read before. */
      readonly because?: Leak;
      /** ISO 8601, UTC: when it is taken for a no; it waits for as long as it takes when absent. */
      readonly approveBy?: string;
    }
  | {
      readonly type: "approval.given";
      readonly call: string;
      readonly approved: boolean;
      readonly person: Person;
      readonly reason?: string;
      /**
       * `run`: calls of the same kind need no question in this run: code of that agent, or that tool. `call`: for this call alone, also where a
       * yes to the tool would hold in the whole thread. Only with a yes.
       */
      readonly scope?: "run" | "call";
      /** What the person made of the code, or of the tool's arguments; that is run in its place. Only with a yes. */
      readonly edited?: string;
    }
  /** Nobody has said yes or no in time: it is not run. */
  | { readonly type: "approval.expired"; readonly call: string }
  /** A yes for the whole run, given to this call, is taken back: from here on each call is asked for again. */
  | { readonly type: "approval.withdrawn"; readonly call: string; readonly person: Person }
  /** A model wrote code that the same agent is about to run. */
  | { readonly type: "code.written"; readonly agent: string; readonly text: string; readonly notices?: Notices; readonly usage?: Usage };

/** What a conversation holds, by the names of the tools that have brought it in: what is not for everybody, and what may have been written to deceive. */
export interface Leak {
  readonly private: readonly string[];
  readonly untrusted: readonly string[];
}

/** Whether code is run, or a tool called: not at all, after a person's yes, or at once, code in the sandbox. */
export type ActionPolicy = "off" | "ask" | "auto";

export interface CodeRan {
  readonly type: "code.ran";
  readonly agent: string;
  /** Seq of the message that held the block, and which block of it (from 0). */
  readonly source: { readonly seq: number; readonly block: number };
  readonly language: string;
  readonly outcome: CodeOutcome;
  readonly exitCode: number;
  /** What it printed, stdout and stderr in order, capped; says so where it was cut. */
  readonly output: string;
  readonly elapsedMs: number;
  /** What contained it, such as `container` or `wasm`, in words for people. */
  readonly executor: string;
  readonly files: readonly FileRef[];
  /** The most memory that the sandbox had in use at one time until then, where that can be told. */
  readonly memoryPeakBytes?: number;
  /** What the block was held to; absent where it was not run. */
  readonly limits?: { readonly timeoutMs: number; readonly memoryMb: number; readonly outputBytesMax: number };
  /** A person has changed the block before it ran; this is what ran. */
  readonly changed?: { readonly person: Person; readonly code: string };
  /** Why it was not run, as `output` says it in words, where no person was asked: code is off there, or the block is held back. */
  readonly withheld?: Withheld;
}

export type Withheld = { readonly why: "off" | HeldCode["why"] } & Pick<HeldCode, "by" | "reason">;

export type CodeOutcome = "ok" | "error" | "timeout" | "oom" | "output_limit" | "cancelled" | "rejected" | "sandbox_lost";

/** A block of code that comes again unchanged in a run and is not simply run, because of what a person has said or done; or that now may be. */
export interface HeldCode {
  readonly language: string;
  readonly code: string;
  /** `code` is the whole text of a question: meant is whatever stands in it, in whatever form. */
  readonly isWithin?: true;
  /** The rest was cut from what the person was shown. */
  readonly isBeginning?: true;
  /** `asked`: in a question, which nobody has answered with a plain yes; `changed`: it was run in another form; `allowed`: what was said before is no more. */
  readonly why: "refused" | "expired" | "skipped" | "asked" | "changed" | "allowed";
  readonly by?: string;
  readonly reason?: string;
  /** Seq of the event that says so. */
  readonly seq: number;
}
