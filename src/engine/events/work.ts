import type { Failure, FileRef, Notices, Person, Source, Usage } from "./values.ts";

/** What agents do beside talking (tools and code), and what people allow of it. */
export type WorkFact =
  | {
      readonly type: "tool.called";
      readonly agent: string;
      /** Id of the call, unique in the thread. */
      readonly call: string;
      readonly tool: string;
      /** The arguments as the model wrote them: JSON text, perhaps invalid. */
      readonly args: string;
      /** Words the model wrote beside its calls; on the first call of a reply only, as is `usage`. */
      readonly text?: string;
      /** The other calls of the reply. They are recorded next, also after a crash in between. Only on its first call. */
      readonly others?: readonly { readonly call: string; readonly tool: string; readonly args: string }[];
      /** What the provider gave with the reply and gets back with its calls; only on the first call. See `Kept`. */
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
      /** Files that it returned, for people. */
      readonly files?: readonly FileRef[];
      /** Those of the files that the model is shown, in the order in which the output names them. */
      readonly images?: readonly FileRef[];
      /** Where the output was found. */
      readonly sources?: readonly Source[];
      readonly changed?: { readonly person: Person; readonly args: string };
      /** What the output has brought into the conversation. */
      readonly touched?: readonly (keyof Leak)[];
      readonly usage?: Usage;
    }
  | {
      readonly type: "tool.failed";
      readonly agent: string;
      readonly call: string;
      readonly tool: string;
      readonly error: Failure;
      /** Files that it returned all the same, such as a picture of what went wrong; as in `tool.returned`. */
      readonly files?: readonly FileRef[];
      readonly images?: readonly FileRef[];
      readonly changed?: { readonly person: Person; readonly args: string };
      /** What it has brought into the conversation, since a failure has words, too. */
      readonly touched?: readonly (keyof Leak)[];
      readonly usage?: Usage;
    }
  | CodeRan
  | {
      readonly type: "approval.requested";
      readonly agent: string;
      readonly call: string;
      /** The code, or the tool and its arguments; where it was cut, it says so. */
      readonly what: string;
      /** The tool that would be called; for code, `language` instead. Older logs have neither. */
      readonly tool?: string;
      readonly language?: string;
      /** The only person whose yes counts, since something of theirs is used. */
      readonly only?: Person;
      /** Set where a yes holds for this tool in the whole thread. */
      readonly lasting?: true;
      /** A fingerprint of what the tool says of itself: the yes is to a tool with this one. */
      readonly spec?: string;
      /** What the tool says of itself, where that has changed since it was last used. */
      readonly says?: string;
      /** Set where the call would reach others: what was read before, by the tools that brought it in. */
      readonly because?: Leak;
      /** ISO 8601, UTC: when no answer counts as a no; without it, the run waits for ever. */
      readonly approveBy?: string;
    }
  | {
      readonly type: "approval.given";
      readonly call: string;
      readonly approved: boolean;
      readonly person: Person;
      readonly reason?: string;
      /**
       * `run`: the yes holds in this run for all code of that agent, or for all calls of that tool. `call`: it holds for this call alone, also where a yes
       * to the tool would hold in the whole thread. Only with a yes.
       */
      readonly scope?: "run" | "call";
      /** The code, or the tool's arguments, as the person changed them; these are used. Only with a yes. */
      readonly edited?: string;
    }
  /** Nobody has said yes or no in time: it is not run. */
  | { readonly type: "approval.expired"; readonly call: string }
  /** A person takes back the yes for the whole run that was given to this call: from here on, a person is asked before each call again. */
  | { readonly type: "approval.withdrawn"; readonly call: string; readonly person: Person }
  /** A model wrote code that the same agent is about to run. */
  | { readonly type: "code.written"; readonly agent: string; readonly text: string; readonly notices?: Notices; readonly usage?: Usage };

/** The tools, by name, that have brought words into a conversation which are not for everybody (`private`), or may have been written to deceive (`untrusted`). */
export interface Leak {
  readonly private: readonly string[];
  readonly untrusted: readonly string[];
}

/** Whether code is run, or a tool called: not at all, after a person's yes, or at once. */
export type ActionPolicy = "off" | "ask" | "auto";

export interface CodeRan {
  readonly type: "code.ran";
  readonly agent: string;
  /** Seq of the message that held the block, and which block of it (from 0). */
  readonly source: { readonly seq: number; readonly block: number };
  readonly language: string;
  readonly outcome: CodeOutcome;
  readonly exitCode: number;
  /** What it printed, stdout and stderr in order, up to a limit; where it was cut, it says so. */
  readonly output: string;
  readonly elapsedMs: number;
  /** Where it ran, such as `container` or `wasm`, in words for people. */
  readonly executor: string;
  readonly files: readonly FileRef[];
  /** The highest memory use of the sandbox until then; absent where that is not known. */
  readonly memoryPeakBytes?: number;
  /** The limits of the block; absent where it was not run. */
  readonly limits?: { readonly timeoutMs: number; readonly memoryMb: number; readonly outputBytesMax: number };
  /** A person has changed the block before it ran; this is what ran. */
  readonly changed?: { readonly person: Person; readonly code: string };
  /** Why it was not run without anybody having been asked (code is off, or the block is held back); `output` says it in words. */
  readonly withheld?: Withheld;
}

export type Withheld = { readonly why: "off" | HeldCode["why"] } & Pick<HeldCode, "by" | "reason">;

export type CodeOutcome = "ok" | "error" | "timeout" | "oom" | "output_limit" | "cancelled" | "rejected" | "sandbox_lost";

/** Code that is not simply run when an agent writes it again in the run, because of what a person said or did about it; or that now may be run again. */
export interface HeldCode {
  readonly language: string;
  readonly code: string;
  /** `code` is the whole text of a question: code that stands anywhere in it is meant. */
  readonly isWithin?: true;
  /** `code` is only the beginning: the person was shown no more. */
  readonly isBeginning?: true;
  /**
   * `asked`: it stood in a question that nobody has answered with a plain yes. `changed`: a person had it run in another form. `allowed`: it is not held
   * back any more.
   */
  readonly why: "refused" | "expired" | "skipped" | "asked" | "changed" | "allowed";
  readonly by?: string;
  readonly reason?: string;
  /** Seq of the event that says so. */
  readonly seq: number;
}
