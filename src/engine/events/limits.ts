import type { StopReason } from "./run.ts";
import type { Notices, Person, Usage } from "./values.ts";

/** How far a run may go, and what people do about its limits. */
export type LimitFact =
  /** Four fifths of a limit are used up. Recorded once for each limit, and again after it was raised. Agents do not read it. */
  | ({ readonly type: "limit.neared"; readonly run: string } & NearedLimit)
  /**
   * The run halts until a person raises the limit, asks for a summary, or stops it. Where an agent's model call was refused, its turn stays open: `agent`
   * says whose, and `usage` what the turn had cost.
   */
  | {
      readonly type: "limit.reached";
      readonly run: string;
      /** One line for people: all reasons, joined. */
      readonly reason: string;
      readonly reasons: readonly StopReason[];
      /** ISO 8601, UTC: when the run stops unless somebody decides. */
      readonly until?: string;
      /** How far a person can raise the limits. Older logs have none; there it is twice as much. */
      readonly offer?: RaiseOffer;
      readonly agent?: string;
      readonly notices?: Notices;
      readonly usage?: Usage;
    }
  /** The halted run goes on, from here on within these limits. Without `person`, a new day has brought new budgets. */
  | {
      readonly type: "limit.raised";
      readonly run: string;
      readonly person?: Person;
      readonly to: Partial<RunLimits>;
      /** Budgets of the day that were raised; the run shares them with other runs. */
      readonly budgets?: readonly { readonly account: string; readonly usd: number }[];
    }
  /** The halted run ends with a summary: one last reply, with limits of its own. */
  | { readonly type: "summary.requested"; readonly run: string; readonly person: Person };

/** The limits as they will be when a person raises them. */
export interface RaiseOffer {
  readonly to: Partial<RunLimits>;
  readonly budgets?: readonly { readonly account: string; readonly usd: number }[];
  /** Limits that may not be raised any further. Where there is one, nothing can be raised. */
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
  /** `budget`: a budget of the day, shared with other runs. */
  readonly limit: keyof RunLimits | "budget";
  /** The account whose budget it is. */
  readonly account?: string;
  readonly used: number;
  readonly of: number;
}
