import type { RunEvent } from "../../../src/engine/events/events.ts";

/** A budget of the day, in dollars; the log tells of it when it comes near, is used up, or is raised. */
interface BudgetThen {
  readonly account: string;
  readonly used: number;
  readonly of: number;
}

/** As the log said last up to there. */
export function budgetsAt(known: readonly RunEvent[]): readonly BudgetThen[] {
  const then = new Map<string, BudgetThen>();
  for (const event of known) {
    if (event.type === "limit.neared" && event.account !== undefined)
      then.set(event.account, { account: event.account, used: event.used, of: event.of });
    if (event.type === "limit.reached")
      for (const reason of event.reasons)
        if (reason.kind === "budget") then.set(reason.account, { account: reason.account, used: reason.spent, of: reason.limit });
    if (event.type === "limit.raised")
      for (const { account, usd } of event.budgets ?? []) then.set(account, { used: 0, ...then.get(account), account, of: usd });
  }
  return [...then.values()];
}
