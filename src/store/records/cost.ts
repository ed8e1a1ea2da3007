import type { EventBody } from "../../engine/events/events.ts";
import { spentIn } from "../../engine/limits/usage.ts";
import { usageOf } from "../../engine/reading/spender.ts";
import type { DaySpent } from "../store.ts";

/** What these events cost together; nothing where they tell of no call. */
export function costOf(events: readonly EventBody[]): DaySpent | undefined {
  const paid = events.filter(hasCalls);
  if (paid.length === 0) return undefined;
  const { usage, priced } = spentIn(paid);
  return { usd: usage.usd, priced, ...(usage.estimated ? { estimated: true } : {}) };
}

/** A call that was refused for want of money was not made. */
function hasCalls(event: EventBody): boolean {
  const usage = usageOf(event);
  return usage !== undefined && (usage.calls ?? 1) > 0;
}
