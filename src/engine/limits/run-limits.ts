import type { AtCeiling, NearedLimit, RaiseOffer, RunLimits, StopReason } from "../events/events.ts";
import type { AtLimits } from "../events/limits-fold.ts";
import type { RunState } from "../reading/run-state.ts";
import type { TerminationCondition } from "../team.ts";
import { any } from "./combined.ts";
import { maxTurns } from "../stops/max-turns.ts";
import { minutes } from "../stops/minutes.ts";
import { ownerOf } from "./termination.ts";
import { tokens } from "../stops/tokens.ts";
import { usd } from "../stops/usd.ts";
import { currentRun } from "../reading/transcript.ts";
import { tokensOf } from "./usage.ts";

/** The caps of a run, as people have raised them. */
export const capsOf =
  (limits: RunLimits): TerminationCondition =>
  (transcript) => {
    const now = limitsNow(limits, currentRun(transcript));
    return any(maxTurns(now.turns), minutes(now.minutes), tokens({ total: now.tokens }), usd(now.usd))(transcript);
  };

/** The caps of one call of an agent that is a tool: it has one turn, and nobody raises them meanwhile. */
export const capsOfCall = (limits: Omit<RunLimits, "turns">): TerminationCondition =>
  any(minutes(limits.minutes), tokens({ total: limits.tokens }), usd(limits.usd));

export const limitsNow = <Some extends Partial<RunLimits>>(limits: Some, { raised, usdMax }: AtLimits): Some => ({
  ...limits,
  ...(usdMax === undefined ? {} : { usd: Math.min(limits.usd ?? usdMax, usdMax) }),
  ...raised,
});

/** People are told that a limit comes near once this share of it is used. */
export const NEAR_SHARE = 0.8;

/** Limits that have come near and that the run has not told of. Not those that are used up: the run stops or halts at them. */
export function nearing(limits: RunLimits, state: RunState): readonly NearedLimit[] {
  const now = limitsNow(limits, state);
  const used: RunLimits = {
    turns: state.turns,
    minutes: state.elapsedMs / 60_000,
    tokens: tokensOf(state.usage),
    usd: state.usage.usd,
  };
  const found = KINDS.map((limit) => ({ limit, used: used[limit], of: now[limit] }));
  return found.filter(isNear).filter(({ limit }) => !state.neared.some((one) => one.limit === limit));
}

const KINDS = ["turns", "minutes", "tokens", "usd"] as const;

export const isNear = ({ used, of }: { readonly used: number; readonly of: number }): boolean => used >= of * NEAR_SHARE && used < of;

/** How far people may raise a limit of a run, and a budget of the day. */
export interface RaiseCeilings {
  readonly limits: RunLimits;
  budget(account: string): number;
}

const UNBOUNDED: RaiseCeilings = {
  limits: { turns: Infinity, minutes: Infinity, tokens: Infinity, usd: Infinity },
  budget: () => Infinity,
};

/**
 * What a person is offered at a limit: twice as much of each limit that was reached, up to the ceilings. Where a ceiling allows no more of one of them
 * nothing is offered, since the run would halt again at once.
 */
export function offerAt(reasons: readonly StopReason[], ceilings: RaiseCeilings = UNBOUNDED): RaiseOffer {
  const to: { -readonly [limit in keyof RunLimits]?: number } = {};
  const budgets: { account: string; usd: number }[] = [];
  const atCeiling: AtCeiling[] = [];
  const raise = (limit: keyof RunLimits, of: number) => {
    const most = ceilings.limits[limit];
    if (most > of) to[limit] = Math.min(of * 2, most);
    else atCeiling.push({ limit, most });
  };
  for (const reason of reasons) {
    if (reason.kind === "maxTurns") raise("turns", reason.limit);
    if (reason.kind === "minutes" || reason.kind === "tokens" || reason.kind === "usd") raise(reason.kind, reason.limit);
    if (reason.kind === "failure" && reason.error.limit) raise(reason.error.limit.kind, reason.error.limit.of);
    if (reason.kind !== "budget") continue;
    const { account, limit } = reason;
    const most = ceilings.budget(account);
    if (most > limit) budgets.push({ account, usd: Math.min(limit * 2, most) });
    else atCeiling.push({ limit: "budget", account, most });
  }
  if (atCeiling.length > 0) return { to: {}, atCeiling };
  return { to, ...(budgets.length > 0 ? { budgets } : {}) };
}

/** For people: why nothing is offered. Plain text. */
export function ceilingWords(atCeiling: readonly AtCeiling[]): string {
  const words = atCeiling.map(({ limit, account = "", most }) => {
    if (limit === "budget") return `the budget of ${ownerOf(account)} to $${most.toFixed(2)} a day`;
    return limit === "usd" ? `the money to $${most.toFixed(2)}` : `the ${limit} to ${most}`;
  });
  return `Nobody can raise this any further here: ${words.join(" and ")} at most (ceilings.raised in the team file).`;
}
