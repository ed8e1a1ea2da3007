import type { Failure, Forecast, Notices, Person, ReadBefore, Usage } from "./values.ts";
import type { ActionPolicy, HeldCode } from "./work.ts";

/** A run as a whole: its beginning and end, what people do with it, and how it is decided that it ends. */
export type RunFact =
  | {
      readonly type: "run.started";
      readonly run: string;
      readonly team: string;
      readonly startedBy: Person;
      /** In which language people are told what happens in this run, such as `de`; English when absent. What agents say is theirs. */
      readonly language?: string;
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
      /** In US dollars, where it may cost less than the team's own limit lets it: of a run that began by itself. */
      readonly usdMax?: number;
      /** How many others waited to be worked on when it began, and went first or took turns with it; nobody when absent. */
      readonly ahead?: number;
      /** What it would probably take, before anything was known of it but its task; absent where too few such runs were known. */
      readonly forecast?: Forecast;
      /** What people had said where it begins, before it began, and how much of that its agents were given. */
      readonly before?: ReadBefore;
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
      /** Its agents say what models have said in that run, which that person has started; who forgets those words forgets them here. */
      readonly plays?: { readonly run: string; readonly startedBy: Person };
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
  /**
   * What the run came to, for people alone: agents do not read it. `upToSeq`: of what was said up to that event. `person`: who asked for it; absent
   * where the run is about to end. `text` is empty where none could be had, as `error` says.
   */
  | {
      readonly type: "run.summarized";
      readonly run: string;
      readonly agent: string;
      readonly upToSeq: number;
      readonly text: string;
      readonly person?: Person;
      readonly error?: Failure;
      readonly model?: string;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  /** From here on no model call and no code run begins; what is under way comes to its end. */
  | { readonly type: "run.paused"; readonly run: string; readonly person: Person; readonly id?: string }
  | { readonly type: "run.unpaused"; readonly run: string; readonly person: Person; readonly id?: string }
  /** What a person thinks of a run. Agents do not read it. */
  | { readonly type: "feedback.given"; readonly run: string; readonly person: Person; readonly helpful: boolean }
  /** A person asks for the end at the next border of a turn; to end it at once, the runner aborts and records `run.stopped`. */
  | { readonly type: "stop.requested"; readonly person: Person }
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
