import type { StopReason } from "../../engine/events/events.ts";
import type { Budget } from "../../runner/day-budgets.ts";
import type { UsedRate } from "../../runner/rates.ts";
import type { RefusedFor } from "../../runner/refused.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { reasonIn } from "./limit-words.ts";
import type { Translator } from "./translator.ts";

const MINUTE_MS = 60_000;
const TEAMS_SHOWN_MAX = 20;

/** Why words are not heard or a fork is not begun, in the reader's language; as the runner says it in the log; in mrkdwn. */
export function refusedIn(t: Translator, why: RefusedFor): string {
  switch (why.kind) {
    case "long":
      return t("unheard.text.long", { chars: t.number(why.chars), max: t.number(why.charsMax) });
    case "team":
      return safeMrkdwn(why.because ?? t("unheard.text.team", { team: why.team, teams: why.teams.slice(0, TEAMS_SHOWN_MAX).join(", ") }));
    case "budget":
      return usedUpIn(t, why);
    case "rate":
      return ratedIn(t, why.rate);
    case "empty":
    case "ended":
    case "taken":
    case "later":
    case "elsewhere":
      return t(`unheard.text.for.${why.kind}`);
  }
}

type UsedUp = Pick<Budget, "account" | "spent" | "limit" | "priced">;

/** Budgets of the day that are used up, until then (ISO 8601). */
export function usedUpIn(t: Translator, { budgets, until }: { readonly budgets: readonly UsedUp[]; readonly until: string }): string {
  const reasons = budgets.map((one): StopReason => ({ kind: "budget", day: "", ...one }));
  return t("unheard.text.usedUp", { budgets: t.clauses(reasons.map((one) => reasonIn(t, one))), at: t.at(until) });
}

/** A rate that is used up, and when the next is heard: who tries at the next full minute is. */
export function ratedIn(t: Translator, { kind, perHour, until }: UsedRate): string {
  const at = t.at(new Date(Math.ceil(Date.parse(until) / MINUTE_MS) * MINUTE_MS).toISOString());
  return t(kind === "run" ? "unheard.text.runs" : "unheard.text.messages", { count: perHour, at });
}
