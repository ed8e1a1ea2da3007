import type { KnownBlock } from "@slack/types";
import { nextTimes } from "../../schedules/rule.ts";
import { dueAt, type Schedule, type Starts } from "../../schedules/schedule.ts";
import type { Translator } from "../language/translator.ts";
import { ACTIONS, actions, button, confirmed, context, mention, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { outcomeIn, whyNotIn } from "./why-not-words.ts";

/** What a schedule is called in its buttons and commands. */
export interface Named {
  readonly id: string;
  readonly schedule: Schedule;
}

const TIMES_SHOWN = 3;
const TASK_CHARS_SHOWN = 200;
const WORDS_CHARS_SHOWN = 100;

/** When it begins, in mrkdwn; a time in the words it was made with. */
export function startsText(t: Translator, starts: Starts): string {
  switch (starts.kind) {
    case "times": {
      const { words, rule } = starts;
      const said = safeMrkdwn(words);
      return words.includes(rule.timeZone) ? said : t("schedules.text.ofZone", { words: said, zone: safeMrkdwn(rule.timeZone) });
    }
    case "message": {
      const words = safeMrkdwn(shorten(starts.says ?? "", WORDS_CHARS_SHOWN));
      if (starts.bot === undefined) return t("schedules.text.whenMessage", { words });
      const bot = botText(t, { ...starts, bot: starts.bot });
      return starts.says === undefined ? t("schedules.text.whenPosts", { bot }) : t("schedules.text.whenSays", { bot, words });
    }
    case "reaction":
      return t("schedules.text.whenAdded", { reaction: `:${safeMrkdwn(starts.name)}:` });
    case "file":
      return starts.ending === undefined
        ? t("schedules.text.whenFile")
        : t("schedules.text.whenFileOf", { ending: safeMrkdwn(starts.ending) });
  }
}

/** By its id, for any app can post under any name. */
function botText(t: Translator, { bot, botName }: { readonly bot: string; readonly botName?: string | undefined }): string {
  if (/^[UW][A-Z0-9]{2,20}$/.test(bot)) return `<@${bot}>`;
  const id = `\`${safeMrkdwn(bot)}\``;
  return botName === undefined ? id : t("schedules.text.botCalled", { name: safeMrkdwn(botName), id });
}

/** Who is told of times: in which language, and where they are, an IANA name; by Slack's own mark for times where that is not known. */
export interface Reader {
  readonly t: Translator;
  readonly timeZone: string | undefined;
}

/** The next times, by the clocks of the place that the rule names, and by those of whoever reads where they are others. */
export function nextTimesText({ t, timeZone }: Reader, { starts }: Schedule, afterMs: number): string {
  if (starts.kind !== "times") return "";
  const zone = starts.rule.timeZone;
  return nextTimes(starts.rule, afterMs, TIMES_SHOWN)
    .map((ms) => {
      const there = t.moment(ms, zone);
      const here = timeZone === undefined ? t.at(new Date(ms).toISOString()) : t.moment(ms, timeZone);
      return there === here ? t("schedules.text.time", { there, zone }) : t("schedules.text.timeForYou", { there, zone, here });
    })
    .join("\n");
}

/** What holds for it, in a line. */
export function termsText(t: Translator, { team, usdPerRun, runsPerDay, missed, results, starts, owner }: Schedule): string {
  const account = mention(owner);
  return [
    team === undefined ? t("schedules.text.channelsTeam") : t("channelSettings.text.ofTeam", { team: safeMrkdwn(team) }),
    usdPerRun === undefined
      ? t("schedules.text.ownLimits", { owner: account })
      : t("schedules.text.atMost", { money: t.dollars(usdPerRun), owner: account }),
    starts.kind === "times" ? t(`schedules.text.missed.${missed}`) : t("schedules.text.runsADay", { count: runsPerDay }),
    "under" in results ? t("schedules.text.underOne") : t(`schedules.text.to.${results.to}`),
  ].join(" · ");
}

/** One line and what there is to know below it, in mrkdwn. */
export function scheduleText(t: Translator, { id, schedule }: Named): string {
  const { state, starts, task, place } = schedule;
  const next = dueAt(schedule);
  const isPast = state.kind === "on" && starts.kind === "times" && next === undefined;
  const stands = [
    state.kind === "on" && next !== undefined
      ? t("schedules.text.next", { at: t.at(new Date(next).toISOString()) })
      : t(`schedules.text.state.${isPast ? "over" : state.kind}`),
    ...(state.kind === "paused" ? [state.reason ? whyNotIn(t, state.reason, schedule) : safeMrkdwn(state.why)] : []),
    ...lastText(t, schedule),
  ];
  return [
    t("schedules.text.line", { starts: startsText(t, starts), place: `<#${place}>`, id }),
    `>${safeMrkdwn(shorten(task.replaceAll(/\s+/g, " "), TASK_CHARS_SHOWN))}`,
    stands.join(" · "),
  ].join("\n");
}

function lastText(t: Translator, schedule: Schedule): readonly string[] {
  const { last } = schedule;
  if (!last) return [];
  const what = last.outcome ? outcomeIn(t, last.outcome, schedule) : safeMrkdwn(shorten(last.words, TASK_CHARS_SHOWN));
  return [t("schedules.text.last", { at: t.at(new Date(last.at).toISOString()), what })];
}

/** What was understood, before it is kept. */
export function draftBlocks(
  reader: Reader,
  { id, schedule }: Named,
  nowMs: number,
): { readonly text: string; readonly blocks: readonly KnownBlock[] } {
  const { t } = reader;
  const times = nextTimesText(reader, schedule, nowMs);
  const title = `*${startsText(t, schedule.starts)}*`;
  const task = `>${safeMrkdwn(shorten(schedule.task.replaceAll(/\s+/g, " "), TASK_CHARS_SHOWN))}`;
  const lines = [title, task, ...(times === "" ? [] : [t("schedules.text.wouldBe"), times])];
  const terms = termsText(t, schedule);
  const blocks = [
    section(lines.join("\n")),
    context(terms),
    actions(
      button(t("schedules.button.keep"), ACTIONS.keepSchedule, { s: id }, "primary"),
      button(t("schedules.button.drop"), ACTIONS.dropSchedule, { s: id }),
    ),
  ];
  return { text: [...lines, terms].join("\n"), blocks };
}

/** A list of them with their switches; `mayChange`: which ones this person may. */
export function scheduleBlocks(
  t: Translator,
  all: readonly Named[],
  { mayChange, actionOf }: { readonly mayChange: (named: Named) => boolean; readonly actionOf: (verb: ScheduleVerb) => string },
): readonly KnownBlock[] {
  return all.flatMap((named) => {
    const { id, schedule } = named;
    const isOn = schedule.state.kind === "on";
    const remove = button(t("schedules.button.delete"), actionOf("scheduleDelete"), { s: id }, "danger");
    const switches = [
      ...(schedule.state.kind === "over"
        ? []
        : [button(t(isOn ? "schedules.button.off" : "schedules.button.on"), actionOf(isOn ? "scheduleOff" : "scheduleOn"), { s: id })]),
      confirmed(remove, {
        title: t("schedules.sure.delete"),
        text: t("schedules.meaning.delete"),
        confirm: t("schedules.yes.delete"),
        deny: t("limits.yes.notNow"),
      }),
    ];
    return [section(scheduleText(t, named)), ...(mayChange(named) ? [actions(...switches)] : [])];
  });
}

export type ScheduleVerb = "scheduleOn" | "scheduleOff" | "scheduleDelete";
