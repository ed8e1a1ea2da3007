import type { NearedLimit, RunLimits, StopReason } from "./events.ts";
import type { AtLimits } from "./halt.ts";
import type { RunState } from "./run-state.ts";
import type { TerminationCondition } from "./team.ts";
import { any, maxTurns, minutes, ownerOf, tokens, usd } from "./termination.ts";
import { currentRun } from "./transcript.ts";

/** The caps of a run, as people have raised them. */
export const capsOf =
  (limits: RunLimits): TerminationCondition =>
  (transcript) => {
    const now = limitsNow(limits, currentRun(transcript));
    return any(maxTurns(now.turns), minutes(now.minutes), tokens({ total: now.tokens }), usd(now.usd))(transcript);
  };

export const limitsNow = <Some extends Partial<RunLimits>>(limits: Some, { raised }: AtLimits): Some => ({ ...limits, ...raised });

/** From here on people are told that a limit comes near. */
export const NEAR_SHARE = 0.8;

/** What has come near and has not been told of; what is used up already is told of otherwise. */
export function nearing(limits: RunLimits, state: RunState): readonly NearedLimit[] {
  const now = limitsNow(limits, state);
  const used: RunLimits = {
    turns: state.turns,
    minutes: state.elapsedMs / 60_000,
    tokens: state.usage.inputTokens + state.usage.outputTokens,
    usd: state.usage.usd,
  };
  const found = KINDS.map((limit) => ({ limit, used: used[limit], of: now[limit] }));
  return found.filter(isNear).filter(({ limit }) => !state.neared.some((one) => one.limit === limit));
}

const KINDS = ["turns", "minutes", "tokens", "usd"] as const;

export const isNear = ({ used, of }: { readonly used: number; readonly of: number }): boolean => used >= of * NEAR_SHARE && used < of;

/** One line for people. */
export function nearWords({ limit, account = "", used, of }: NearedLimit): string {
  if (limit === "usd") return `$${used.toFixed(2)} of $${of.toFixed(2)} used`;
  if (limit === "budget") return `$${used.toFixed(2)} of the $${of.toFixed(2)} that ${ownerOf(account)} may spend a day`;
  return `${Math.round(used)} of ${of} ${limit} used`;
}

/** What a person is offered at a limit: twice as much of what has been reached. */
export function twice(reasons: readonly StopReason[]): Partial<RunLimits> {
  const to: { -readonly [limit in keyof RunLimits]?: number } = {};
  for (const reason of reasons) {
    if (reason.kind === "maxTurns") to.turns = reason.limit * 2;
    if (reason.kind === "minutes" || reason.kind === "tokens" || reason.kind === "usd") to[reason.kind] = reason.limit * 2;
    if (reason.kind === "failure" && reason.error.limit) to[reason.error.limit.kind] = reason.error.limit.of * 2;
  }
  return to;
}

/** The same for the budgets of the day among them. */
export const twiceTheBudgets = (reasons: readonly StopReason[]): readonly { readonly account: string; readonly usd: number }[] =>
  reasons.flatMap((reason) => (reason.kind === "budget" ? [{ account: reason.account, usd: reason.limit * 2 }] : []));
