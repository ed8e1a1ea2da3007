import type { RaiseOffer, RunEvent } from "../../../src/engine/events/events.ts";
import { ceilingWords, offerAt } from "../../../src/engine/limits/run-limits.ts";
import { ownerOf } from "../../../src/engine/limits/termination.ts";
import type { ActsOffer } from "../state/api.ts";
import { money } from "../state/words.ts";

type Reached = Extract<RunEvent, { readonly type: "limit.reached" }>;

/** To what a run that has halted there is raised; `no`: why they cannot, by what they may and by how far anybody can. */
export function offerNow(reached: Reached, mayNot: ActsOffer["mayNot"]): { readonly offer: RaiseOffer; readonly no: string | undefined } {
  const offer = reached.offer ?? offerAt(reached.reasons);
  const ofDay = reached.reasons.filter(({ kind }) => kind === "budget").length;
  const no = (ofDay > 0 ? mayNot.raiseBudget : undefined) ?? (ofDay < reached.reasons.length ? mayNot.raise : undefined);
  return { offer, no: no ?? (offer.atCeiling && ceilingWords(offer.atCeiling)) };
}

/** ` to 40 turns and $2.00`; nothing where there is nothing to name. */
export function raisedTo({ to: { turns, minutes, tokens, usd }, budgets = [] }: RaiseOffer): string {
  const parts = [
    ...budgets.map(({ account, usd: most }) => `${money(most)} a day for ${ownerOf(account)}`),
    ...(turns === undefined ? [] : [`${turns} turns`]),
    ...(minutes === undefined ? [] : [`${minutes} minutes`]),
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
    ...(usd === undefined ? [] : [money(usd)]),
  ];
  return parts.length === 0 ? "" : ` to ${parts.join(" and ")}`;
}
