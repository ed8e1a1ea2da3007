/**
 * The words of the log. A {@link RunEvent} is a stored fact: past tense, numbered, never changed, but that its words may be forgotten.
 * A {@link Delta} is seen while it happens and is not kept. Plain unions of plain JSON, so that the log
 * can be read by a person, by `--json` and by a newer version.
 */
export type RunEvent = EventBody & Recorded;

/** What recording adds to an event. */
export interface Recorded {
  /** 1, 2, 3 … within the thread, without a gap. */
  readonly seq: number;
  /** When it was recorded: ISO 8601, UTC. */
  readonly at: string;
  /** When its words were taken out of the log: ISO 8601, UTC. They were there once; see forgotten.ts. */
  readonly forgotten?: string;
}

/** An event as an agent or the runner yields it, before it has been recorded. */
export type EventBody = Fact & Whereabouts;

/** Set on what happens inside a team that is itself a participant. */
export interface Whereabouts {
  /** The participant inside which it happened; `outer/inner` where teams are nested deeper. */
  readonly within?: string;
  /** Shown to watchers, but no part of what the agents outside hear: their participant speaks with one voice. */
  readonly quiet?: true;
  /**
   * Said outside the team in whose log it stands, which is a participant: its task, and no word of its members. Never stored; a team's own
   * log is read off the thread's.
   */
  readonly outside?: true;
}

type Fact =
  | {
      readonly type: "run.started";
      readonly run: string;
      readonly team: string;
      readonly startedBy: Person;
      /** SHA-256 (hex) of the team's settings, which are kept under it: the run keeps them to its end. Absent for a team without a file. */
      readonly teamHash?: string;
      /** Set where people see the card, the questions and the result of this run, and find the turns in a file. */
      readonly turnsInFile?: true;
      /** Set where people are there to ask: at a limit the run halts and waits for them, and does not stop at once. */
      readonly haltsAtLimits?: true;
      /** Whether code is run in this run, whatever its team and its place say later; `auto` when absent. An agent's own rule may be stricter. */
      readonly code?: ActionPolicy;
      /** The same for tools that touch the world outside. */
      readonly tools?: ActionPolicy;
      /** How many others waited to be worked on when it began, and went first or took turns with it; nobody when absent. */
      readonly ahead?: number;
      /** Of a team that is a participant: another turn of it in the same run outside. Never stored; see `outside`. */
      readonly goesOn?: true;
      /** Of a log that nobody keeps, behind a tool: after a crash the conversation is held again from its beginning. */
      readonly unkept?: true;
      /** Of a conversation inside another: code that is held back there. Never stored; see `outside`. */
      readonly held?: readonly HeldCode[];
      /** Of a team that is a participant with one voice: who speaks is decided as if nobody of it had spoken before. Never stored. */
      readonly anew?: true;
      /** What follows, up to that event, is a copy of another run, which had that team. */
      readonly forkedFrom?: { readonly run: string; readonly seq: number; readonly team: string };
    }
  | {
      readonly type: "speaker.selected";
      readonly agent: string;
      readonly by: SelectedBy;
      /** One line for people: why this one. */
      readonly reason?: string;
      /** What the selector asks of the chosen agent. The agent reads it as the last words before its turn. */
      readonly instruction?: string;
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
      readonly changed?: { readonly person: Person; readonly args: string };
      readonly usage?: Usage;
    }
  | {
      readonly type: "tool.failed";
      readonly agent: string;
      readonly call: string;
      readonly tool: string;
      readonly error: Failure;
      readonly changed?: { readonly person: Person; readonly args: string };
      readonly usage?: Usage;
    }
  | CodeRan
  | HandoffMade
  | {
      readonly type: "approval.requested";
      readonly agent: string;
      readonly call: string;
      /** The code, or the tool and its arguments; says so where it was cut. */
      readonly what: string;
      /** The tool that it would call; for code, `language` instead. Neither in logs of older versions. */
      readonly tool?: string;
      readonly language?: string;
      /** A yes holds for this tool in the whole thread. */
      readonly lasting?: true;
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
  /** A participant that is a team has come to its end, and its members have said what there was to say; or an agent had nothing to add to what its tools gave. */
  | { readonly type: "turn.ended"; readonly agent: string; readonly reason: string; readonly notices?: Notices; readonly usage?: Usage }
  | {
      readonly type: "turn.failed";
      readonly agent: string;
      readonly error: Failure;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  | { readonly type: "finish.decided"; readonly agent: string; readonly reason: string; readonly usage?: Usage }
  /**
   * How an agent stands to the answer with which a run is about to end, said to nobody of the team. `of`: the answer's seq. `unclear`: neither a
   * plain yes nor a no, as it stands in `reason`, or none was given, as `error` says.
   */
  | {
      readonly type: "stance.given";
      readonly agent: string;
      readonly of: number;
      readonly stance: "agree" | "disagree" | "unclear";
      readonly reason: string;
      readonly error?: Failure;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  /** A person wants this agent to speak next: it has the floor when the turns that are open have ended. */
  | { readonly type: "speaker.requested"; readonly speaker: string; readonly person: Person }
  /** A person has broken this agent's turn off; somebody else speaks next. */
  | { readonly type: "turn.skipped"; readonly agent: string; readonly person: Person; readonly id?: string }
  /** From here on no model call and no code run begins; what is under way comes to its end. */
  | { readonly type: "run.paused"; readonly run: string; readonly person: Person; readonly id?: string }
  | { readonly type: "run.unpaused"; readonly run: string; readonly person: Person; readonly id?: string }
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
  /** What a person thinks of a run. Agents do not read it. */
  | { readonly type: "feedback.given"; readonly run: string; readonly person: Person; readonly helpful: boolean }
  /** Four fifths of a limit are used up: told once for each limit, and once more when it was raised. Agents do not read it. */
  | ({ readonly type: "limit.neared"; readonly run: string } & NearedLimit)
  /**
   * The run halts until a person raises what it has reached, asks for a summary, or stops it. A turn that was refused its next model call
   * stays open: `agent` says whose, and what it had cost.
   */
  | {
      readonly type: "limit.reached";
      readonly run: string;
      /** One line for people; the reasons, joined. */
      readonly reason: string;
      readonly reasons: readonly StopReason[];
      /** ISO 8601, UTC: when it stops by itself. */
      readonly until?: string;
      /** What a person can make of it; twice as much where an older log says nothing. */
      readonly offer?: RaiseOffer;
      readonly agent?: string;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  /** The halted run goes on, from here on within these limits. Nobody has raised them where a new day has brought new budgets. */
  | {
      readonly type: "limit.raised";
      readonly run: string;
      readonly person?: Person;
      readonly to: Partial<RunLimits>;
      /** Budgets of the day that were raised, which the run shares with others. */
      readonly budgets?: readonly { readonly account: string; readonly usd: number }[];
    }
  /** The halted run is to end with a summary: one last reply, within an allowance of its own. */
  | { readonly type: "summary.requested"; readonly run: string; readonly person: Person }
  /** A person asks for the end at the next border of a turn; to end it at once, the runner aborts and records `run.stopped`. */
  | { readonly type: "stop.requested"; readonly person: Person }
  /** A model wrote code that the same agent is about to run. */
  | { readonly type: "code.written"; readonly agent: string; readonly text: string; readonly notices?: Notices; readonly usage?: Usage }
  /** From here on the agent reads `text` instead of what was said up to that event. */
  | { readonly type: "context.summarized"; readonly agent: string; readonly upToSeq: number; readonly text: string; readonly usage?: Usage }
  /** The process was away and goes on with the run; the time in between does not count. */
  | { readonly type: "run.resumed"; readonly run: string }
  | {
      readonly type: "run.stopped";
      readonly run: string;
      /** One line for people; the reasons that fired together, joined. */
      readonly reason: string;
      readonly reasons: readonly StopReason[];
      /** `done`: a goal of the team. `limit`: a cap that is always on. `stopped`: a person. `failed`: a turn could not be had. */
      readonly outcome: "done" | "limit" | "stopped" | "failed";
    };

/** How far a run may go. */
/** What becomes of the limits when a person raises them. */
export interface RaiseOffer {
  readonly to: Partial<RunLimits>;
  readonly budgets?: readonly { readonly account: string; readonly usd: number }[];
  /** Limits that may not be raised any further; then nothing is offered. */
  readonly atCeiling?: readonly AtCeiling[];
}

export interface AtCeiling {
  readonly limit: keyof RunLimits | "budget";
  readonly account?: string;
  readonly most: number;
}

export interface RunLimits {
  readonly turns: number;
  readonly minutes: number;
  readonly tokens: number;
  readonly usd: number;
}

export interface NearedLimit {
  /** `budget`: of the day, which the run shares with others. */
  readonly limit: keyof RunLimits | "budget";
  /** Whose budget of the day it is. */
  readonly account?: string;
  readonly used: number;
  readonly of: number;
}

/** Whether code is run, or a tool called: not at all, after a person's yes, or at once, code in the sandbox. */
export type ActionPolicy = "off" | "ask" | "auto";

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

/** What came along with a person's words and is none of theirs: words of others, whose `source` is named, and the app's own notes. */
export type Beside = readonly { readonly source?: string; readonly text: string }[];

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
  readonly usage?: Usage;
}

/** What was not as it was asked for in the model calls behind an event, one line for people each: which model failed and why, which setting was left out. */
export type Notices = readonly string[];

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
  /** Words that the agent wrote beside it, for everybody; of a question they are in the text. */
  readonly beside?: string;
  /** Answers offered to choose from; only when `to` is a person. */
  readonly options?: readonly string[];
  /** The tool call that asked for it, when a model did. */
  readonly call?: string;
  /** ISO 8601, UTC: when the run goes on without an answer; it waits for as long as it takes when absent. Only when `to` is a person. */
  readonly answerBy?: string;
  readonly usage?: Usage;
}

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
}

export type CodeOutcome = "ok" | "error" | "timeout" | "oom" | "output_limit" | "cancelled" | "rejected" | "sandbox_lost";

/** A file kept in the store under its content's hash. */
export interface FileRef {
  /** SHA-256 of the content, hex. */
  readonly hash: string;
  /** A cleaned name without folders. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
}

export interface Person {
  /** Unique where the person comes from: the id of their account, or `terminal`. */
  readonly id: string;
  /** The name that agents and people read. */
  readonly name: string;
}

/** Tokens and money of the model calls behind an event, failed attempts included. `usd` is absent when a price is unknown. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input: read from the provider's cache. */
  readonly cachedTokens?: number;
  /** Of the input: written to the provider's cache, where that has a price of its own. */
  readonly cacheWriteTokens?: number;
  /** Of the output: spent on reasoning. */
  readonly reasoningTokens?: number;
  readonly usd?: number;
  /** How many calls this sums; 1 when absent. */
  readonly calls?: number;
  /** The server counted nothing, or not all: tokens were estimated. */
  readonly estimated?: true;
}

/** An expected failure: `kind` is for code, `message` for agents and people. */
export interface Failure {
  readonly kind: string;
  readonly message: string;
  /** The limit of the run that stands in the way, where one does. */
  readonly limit?: { readonly kind: "tokens" | "usd"; readonly of: number };
}

/** `policy`: by rule. `selector`: a model chose. `only`: nobody else could. `fallback`: the model named nobody usable. `person`: somebody asked for this agent. */
export type SelectedBy = "policy" | "selector" | "only" | "fallback" | "person";

/** Why a run stops, as data; `describe` in termination.ts puts it in words. */
export type StopReason =
  | { readonly kind: "maxMessages"; readonly limit: number; readonly count: number }
  | { readonly kind: "maxTurns"; readonly limit: number; readonly count: number }
  | { readonly kind: "textMention"; readonly text: string; readonly agent: string }
  | { readonly kind: "tokens"; readonly limit: number; readonly total: number; readonly input: number; readonly output: number }
  | { readonly kind: "usd"; readonly limit: number; readonly spent: number }
  | { readonly kind: "minutes"; readonly limit: number; readonly elapsed: number }
  /** What may be spent on a day for an account, such as `person/U1`, is spent. `priced` is false where it is at least that much. */
  | {
      readonly kind: "budget";
      readonly account: string;
      /** UTC: `2026-11-23`. */
      readonly day: string;
      readonly limit: number;
      readonly spent: number;
      readonly priced: boolean;
    }
  | { readonly kind: "handoff"; readonly agent: string; readonly to: string }
  | { readonly kind: "finish"; readonly agent: string; readonly reason: string }
  | { readonly kind: "source"; readonly agent: string }
  | { readonly kind: "stopMessage"; readonly agent: string }
  | { readonly kind: "toolCalled"; readonly tool: string }
  /** Any other condition: its key in the team file, and one line for people. */
  | { readonly kind: "goal"; readonly goal: string; readonly text: string }
  | { readonly kind: "person"; readonly person: Person }
  | { readonly kind: "failure"; readonly agent: string; readonly error: Failure }
  | { readonly kind: "nobody" };

/** Seen, not stored: shown while it happens, then dropped; the event that follows holds all of it. */
export type Delta =
  | { readonly type: "text.delta"; readonly agent: string; readonly text: string }
  | { readonly type: "reasoning.delta"; readonly agent: string; readonly text: string }
  | { readonly type: "output.delta"; readonly agent: string; readonly text: string }
  | { readonly type: "activity"; readonly agent: string; readonly doing: string };

/** Who gives the task to an agent or a team behind a tool: no person, but the call. */
export const CALLER: Person = { id: "caller", name: "Task" };

/** The name under which a hand-over goes to a person. */
export const HUMAN = "human";

/** True for what must be recorded, false for a {@link Delta}. */
export function isEvent<E extends { readonly type: string }>(item: E): item is Exclude<E, Delta> {
  return item.type !== "text.delta" && item.type !== "reasoning.delta" && item.type !== "output.delta" && item.type !== "activity";
}
