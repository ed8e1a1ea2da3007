import type { RaiseOffer, RunEvent } from "../../../src/engine/events/events.ts";
import { ceilingWords, offerAt } from "../../../src/engine/limits/run-limits.ts";
import { money } from "../state/words.ts";

/** To what a run that has halted there is raised; `mayNot`: why nobody can from here. */
export function offerNow(reached: Extract<RunEvent, { readonly type: "limit.reached" }>): {
  readonly to: RaiseOffer["to"];
  readonly mayNot?: string;
} {
  if (reached.reasons.some(({ kind }) => kind === "budget"))
    return { to: {}, mayNot: "A budget of the day is used up: it is raised where it was set, and the run goes on then." };
  const { to, atCeiling } = reached.offer ?? offerAt(reached.reasons);
  return atCeiling ? { to, mayNot: ceilingWords(atCeiling).replaceAll("`", "") } : { to };
}

/** ` to 40 turns and $2.00`; nothing where there is nothing to name. */
export function raisedTo({ turns, minutes, tokens, usd }: RaiseOffer["to"]): string {
  const parts = [
    ...(turns === undefined ? [] : [`${turns} turns`]),
    ...(minutes === undefined ? [] : [`${minutes} minutes`]),
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
    ...(usd === undefined ? [] : [money(usd)]),
  ];
  return parts.length === 0 ? "" : ` to ${parts.join(" and ")}`;
}
