import type { NearedLimit, RaiseOffer, RunLimits, StopReason } from "../../engine/events/events.ts";
import { failureIn } from "./failure-words.ts";
import type { Translator } from "./translator.ts";

/** Why a run stands or has ended, in the reader's language; as the engine's `describe` says it in the log. Not escaped. */
export function reasonIn(t: Translator, reason: StopReason): string {
  switch (reason.kind) {
    case "maxMessages":
      return t("limits.text.atMessages", { limit: t.number(reason.limit) });
    case "maxTurns":
      return t("limits.text.atTurns", { count: reason.limit });
    case "textMention":
      return t("limits.text.saidWords", { agent: reason.agent, words: reason.text });
    case "tokens":
      return t("limits.text.usedTokens", { total: t.number(reason.total), limit: t.number(reason.limit) });
    case "usd":
      return t("limits.text.spentMoney", { spent: t.money(reason.spent), limit: t.money(reason.limit) });
    case "minutes":
      return t("limits.text.tookMinutes", { count: Math.round(reason.elapsed), limit: t.number(reason.limit) });
    case "budget": {
      const spent = t.money(reason.spent);
      const known = reason.priced ? spent : t("units.text.atLeast", { what: spent });
      return t("limits.text.spentToday", { spent: known, owner: ownerIn(t, reason.account), limit: t.money(reason.limit) });
    }
    case "handoff":
      return t("limits.text.handedOver", { agent: reason.agent, to: reason.to });
    case "finish":
      return reason.reason || t("limits.text.decidedFinished", { agent: reason.agent });
    case "source":
      return t("limits.text.hasSpoken", { agent: reason.agent });
    case "stopMessage":
      return t("limits.text.askedForEnd", { agent: reason.agent });
    case "toolCalled":
      return t("limits.text.wasCalled", { tool: reason.tool });
    case "goal":
      return reason.text;
    case "person":
      return t("limits.text.stoppedBy", { person: reason.person.name });
    case "failure":
      return reason.error.kind === "limit"
        ? failureIn(t, reason.error)
        : t("limits.text.couldNotAnswer", { agent: reason.agent, why: failureIn(t, reason.error) });
    case "nobody":
      return t("limits.text.nobodyLeft");
  }
}

/** Whose money it is: an account is named `workspace`, `person/U1`, or for a place its kind and its id. */
export function ownerIn(t: Translator, account: string): string {
  if (!account.includes("/")) return t("limits.text.ofWorkspace");
  return account.startsWith("person/") ? t("limits.text.ofPerson") : t("limits.text.ofChannel");
}

/** To what a press raises it. */
export const raisedIn = (t: Translator, { to, budgets = [] }: Pick<RaiseOffer, "to" | "budgets">): string =>
  t.list([...amountsIn(t, to), ...budgets.map(({ usd }) => t("limits.text.today", { money: t.dollars(usd) }))]);

const amountsIn = (t: Translator, { turns, minutes, tokens, usd }: Partial<RunLimits>): readonly string[] => [
  ...(turns === undefined ? [] : [t("units.text.turns", { count: turns })]),
  ...(minutes === undefined ? [] : [t("limits.text.minutes", { count: minutes })]),
  ...(tokens === undefined ? [] : [t("units.text.tokens", { count: t.count(tokens) })]),
  ...(usd === undefined ? [] : [t.dollars(usd)]),
];

/** Why nothing is offered. */
export function ceilingIn(t: Translator, atCeiling: NonNullable<RaiseOffer["atCeiling"]>): string {
  const most = atCeiling.map((one) => {
    switch (one.limit) {
      case "budget":
        return t("limits.text.mostBudget", { owner: ownerIn(t, one.account ?? ""), most: t.money(one.most) });
      case "usd":
        return t("limits.text.mostMoney", { most: t.money(one.most) });
      case "turns":
        return t("limits.text.mostTurns", { most: t.number(one.most) });
      case "minutes":
        return t("limits.text.mostMinutes", { most: t.number(one.most) });
      case "tokens":
        return t("limits.text.mostTokens", { most: t.number(one.most) });
    }
  });
  return t("limits.text.atCeiling", { most: t.list(most) });
}

/** How near a run is to a limit. */
export function nearIn(t: Translator, { limit, account = "", used, of }: NearedLimit): string {
  switch (limit) {
    case "usd":
      return t("limits.text.nearMoney", { used: t.money(used), limit: t.money(of) });
    case "budget":
      return t("limits.text.nearBudget", { used: t.money(used), limit: t.money(of), owner: ownerIn(t, account) });
    case "turns":
      return t("limits.text.nearTurns", { used: t.number(Math.round(used)), limit: t.number(of) });
    case "minutes":
      return t("limits.text.nearMinutes", { used: t.number(Math.round(used)), limit: t.number(of) });
    case "tokens":
      return t("limits.text.nearTokens", { used: t.number(Math.round(used)), limit: t.number(of) });
  }
}
