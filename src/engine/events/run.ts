import type { Failure, Forecast, Notices, Person, ReadBefore, Usage } from "./values.ts";
import type { ActionPolicy, HeldCode } from "./work.ts";

/** A run as a whole: its beginning and end, what people do with it, and how its end is decided. */
export type RunFact =
  | {
      readonly type: "run.started";
      readonly run: string;
      readonly team: string;
      readonly startedBy: Person;
      /** The language in which people are told what happens, such as `de`; English when absent. Agents choose their own language. */
      readonly language?: string;
      /** SHA-256 (hex) of the team's settings, stored under it; the run keeps to them until its end. Absent for a team without a file. */
      readonly teamHash?: string;
      /** Set where people see only the card, the questions and the result of this run; its turns are in a file. */
      readonly turnsInFile?: true;
      /** Set where there are people to ask: at a limit the run halts and waits for them instead of stopping. */
      readonly haltsAtLimits?: true;
      /** Whether code runs in this run, whatever its team and its place say later; `auto` when absent. An agent's own rule may be stricter. */
      readonly code?: ActionPolicy;
      /** The same for tools that touch the world outside. */
      readonly tools?: ActionPolicy;
      /** What it may cost, in US dollars, where that is less than the team's own limit: for a run that began by itself. */
      readonly usdMax?: number;
      /** How many others waited to be worked on when it began; none when absent. */
      readonly ahead?: number;
      /** What it will probably take, as far as its task tells; absent where too few runs like it were known. */
      readonly forecast?: Forecast;
      /** How much its agents were given of what people had said there before it began. */
      readonly before?: ReadBefore;
      /** For a team that is a participant: this is another turn of the team in the same run outside. Never stored; see `outside`. */
      readonly goesOn?: true;
      /** For a log behind a tool, which is not kept: after a crash the conversation is held again from its beginning. */
      readonly unkept?: true;
      /** For a conversation inside another: code that is held back there. Never stored; see `outside`. */
      readonly held?: readonly HeldCode[];
      /** For a team that is a participant with one voice: who speaks is decided as if none of its agents had spoken before. Never stored. */
      readonly anew?: true;
      /** The events behind this one, up to `seq`, are a copy of that run, which had that team. */
      readonly forkedFrom?: { readonly run: string; readonly seq: number; readonly team: string };
      /** Its agents repeat what models said in that run, which that person started; when those words are forgotten there, they are forgotten here. */
      readonly plays?: { readonly run: string; readonly startedBy: Person };
    }
  | { readonly type: "finish.decided"; readonly agent: string; readonly reason: string; readonly usage?: Usage }
  /**
   * An agent's stance on the answer with which a run is about to end; the other agents do not read it. `of`: the answer's seq. `unclear`: `reason` is
   * neither a plain yes nor a no, or there is none, as `error` says.
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
   * A summary of the run up to the event `upToSeq`, for people; agents do not read it. `person`: who asked for it; absent where the run is about to end.
   * `text` is empty where there is none, as `error` says.
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
  /** A person asks for the end when the current turn is over; to end it at once, the runner aborts the turn and records `run.stopped`. */
  | { readonly type: "stop.requested"; readonly person: Person }
  /** The process was away and goes on with the run; the time in between does not count. */
  | { readonly type: "run.resumed"; readonly run: string }
  | {
      readonly type: "run.stopped";
      readonly run: string;
      /** One line for people: all reasons that held, joined. */
      readonly reason: string;
      readonly reasons: readonly StopReason[];
      /** Why it ended. `done`: a goal of the team was reached. `limit`: a limit was. `stopped`: a person stopped it. `failed`: an agent's turn failed. */
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
  /** The budget of the day is spent of an account such as `person/U1`. `priced` is false where `spent` is a lower bound. */
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
