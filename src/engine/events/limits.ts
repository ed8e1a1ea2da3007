import type { StopReason } from "./run.ts";
import type { Notices, Person, Usage } from "./values.ts";

/** How far a run may go, and what people make of its limits. */
export type LimitFact =
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
  | { readonly type: "summary.requested"; readonly run: string; readonly person: Person };

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

/** How far a run may go. */
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
