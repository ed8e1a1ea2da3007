import type { Outcome, WhyNot } from "../../schedules/outcome.ts";
import type { Schedule } from "../../schedules/schedule.ts";
import type { Refused } from "../../runner/refused.ts";
import { codeIn } from "../language/code-words.ts";
import { ratedIn, usedUpIn } from "../language/refused-words.ts";
import type { Translator } from "../language/translator.ts";
import { mention } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";

const WORDS_CHARS_MAX = 900;

/** Why a run was not begun, or a schedule has stopped itself, in mrkdwn. */
export function whyNotIn(t: Translator, why: WhyNot, { owner, place: channel }: Pick<Schedule, "owner" | "place">): string {
  const place = `<#${channel}>`;
  switch (why.kind) {
    case "ownerLeft":
      return t("scheduledRuns.text.why.ownerLeft", { owner: mention(owner) });
    case "ownerOutside":
      return t("scheduledRuns.text.why.ownerOutside", { owner: mention(owner), place });
    case "ownerMayNot":
      return t("scheduledRuns.text.why.ownerMayNot", { owner: mention(owner), doing: t(`refusals.text.doing.${why.deed}`) });
    case "outside":
      return t("refusals.text.invite");
    case "closed":
      return t("scheduledRuns.text.why.closed", { place, code: safeMrkdwn(why.code), says: codeIn(t, why.code) });
    case "team":
      return safeMrkdwn(why.why ?? t("help.text.noTeam", { team: why.team }));
    case "budget":
      return usedUpIn(t, why);
    case "rate":
      return ratedIn(t, { ...why, kind: "run" });
    case "refused":
      return safeMrkdwn(why.words);
    case "enoughToday":
      return t("scheduledRuns.text.why.enoughToday", { count: why.runs });
    case "enoughByBots":
      return t("scheduledRuns.text.why.enoughByBots", { count: why.runs });
    case "queue":
      return t("scheduledRuns.text.why.queue", { count: why.runs });
    case "busy":
    case "botByName":
    case "silent":
    case "late":
    case "missed":
      return t(`scheduledRuns.text.why.${why.kind}`);
  }
}

/** What became of it, in mrkdwn. */
export const outcomeIn = (t: Translator, outcome: Outcome, schedule: Schedule): string =>
  outcome.kind === "leftOut"
    ? t("schedules.text.leftOut", { why: whyNotIn(t, outcome.why, schedule) })
    : t(`schedules.text.outcome.${outcome.kind}`);

/** Why the runner did not begin it, as it is kept; in its own words where a schedule, which was looked at when it was made, meets it as good as never. */
export function whyRefusedBy({ why, reason }: Refused): WhyNot {
  switch (why.kind) {
    case "rate":
      return { kind: "rate", perHour: why.rate.perHour, until: why.rate.until };
    case "budget": {
      const budgets = why.budgets.map(({ account, spent, limit, priced }) => ({ account, spent, limit, priced }));
      return { kind: "budget", budgets, until: why.until };
    }
    default:
      return { kind: "refused", words: shorten(reason, WORDS_CHARS_MAX) };
  }
}
