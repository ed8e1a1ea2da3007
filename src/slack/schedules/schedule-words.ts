import type { KnownBlock } from "@slack/types";
import { nextTimes } from "../../schedules/rule.ts";
import { dueAt, type Schedule, type Starts } from "../../schedules/schedule.ts";
import { ACTIONS, actions, button, confirmed, context, dollars, mention, section, timeOf } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";

/** What a schedule is called in its buttons and commands. */
export interface Named {
  readonly id: string;
  readonly schedule: Schedule;
}

const TIMES_SHOWN = 3;
const TASK_CHARS_SHOWN = 200;
const WORDS_CHARS_SHOWN = 100;

/** When it begins, in mrkdwn: the words it was made with. */
export function startsText(starts: Starts): string {
  switch (starts.kind) {
    case "times": {
      const { words, rule } = starts;
      const zone = words.includes(rule.timeZone) ? "" : ` (${rule.timeZone})`;
      return safeMrkdwn(`${words}${zone}`);
    }
    case "message": {
      const says = starts.says === undefined ? "" : ` “${safeMrkdwn(shorten(starts.says, WORDS_CHARS_SHOWN))}”`;
      if (starts.bot === undefined) return `when a message says${says}`;
      const bot = botText({ ...starts, bot: starts.bot });
      return says === "" ? `when ${bot} posts` : `when ${bot} says${says}`;
    }
    case "reaction":
      return `when :${safeMrkdwn(starts.name)}: is added`;
    case "file":
      return `when a ${starts.ending === undefined ? "" : `${safeMrkdwn(starts.ending)} `}file is posted`;
  }
}

/** By its id, for any app can post under any name. */
function botText({ bot, botName }: { readonly bot: string; readonly botName?: string | undefined }): string {
  if (/^[UW][A-Z0-9]{2,20}$/.test(bot)) return `<@${bot}>`;
  const id = `\`${safeMrkdwn(bot)}\``;
  return botName === undefined ? id : `*${safeMrkdwn(botName)}* (${id})`;
}

/** The next times, in the clock of whoever reads and of the place that the rule names. */
export function nextTimesText({ starts }: Schedule, afterMs: number): string {
  if (starts.kind !== "times") return "";
  const times = nextTimes(starts.rule, afterMs, TIMES_SHOWN);
  const there = new Intl.DateTimeFormat("en-GB", {
    timeZone: starts.rule.timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  return times.map((ms) => `• ${there.format(ms)} ${starts.rule.timeZone} (for you ${timeOf(new Date(ms).toISOString())})`).join("\n");
}

const RESULTS: { readonly [to in Schedule["results"]["to"]]: string } = {
  thread: "answered in a thread",
  channel: "the answer goes to the channel",
  canvas: "the answer goes to a canvas",
};

/** What holds for it, in a line. */
export function termsText({ team, usdPerRun, runsPerDay, missed, results, starts, owner }: Schedule): string {
  const where = "under" in results ? "answered in one thread, the same each time" : RESULTS[results.to];
  return [
    `team ${team === undefined ? "of the channel" : `*${safeMrkdwn(team)}*`}`,
    `${usdPerRun === undefined ? "the team's own limits" : `at most ${dollars(usdPerRun)} a run`}, on the account of ${mention(owner)}`,
    ...(starts.kind === "times"
      ? [missed === "once" ? "what is missed is run once" : "what is missed is left out"]
      : [`at most ${runsPerDay} runs a day`]),
    where,
  ].join(" · ");
}

const STATES: { readonly [kind in Schedule["state"]["kind"]]: string } = {
  draft: "not kept yet",
  on: "on",
  off: "off",
  paused: "paused",
  over: "over",
};

/** One line and what there is to know below it, in mrkdwn. */
export function scheduleText({ id, schedule }: Named): string {
  const { state, starts, task, last, place } = schedule;
  const next = dueAt(schedule);
  const isPast = state.kind === "on" && starts.kind === "times" && next === undefined;
  const stands = [
    isPast ? STATES.over : state.kind === "on" && next !== undefined ? `next ${timeOf(new Date(next).toISOString())}` : STATES[state.kind],
    ...(state.kind === "paused" ? [safeMrkdwn(state.why)] : []),
    ...(last ? [`last ${timeOf(new Date(last.at).toISOString())}: ${safeMrkdwn(shorten(last.words, TASK_CHARS_SHOWN))}`] : []),
  ];
  return [
    `*${startsText(starts)}* in <#${place}> · \`${id}\``,
    `>${safeMrkdwn(shorten(task.replaceAll(/\s+/g, " "), TASK_CHARS_SHOWN))}`,
    stands.join(" · "),
  ].join("\n");
}

/** What was understood, before it is kept. */
export function draftBlocks({ id, schedule }: Named, nowMs: number): { readonly text: string; readonly blocks: readonly KnownBlock[] } {
  const times = nextTimesText(schedule, nowMs);
  const title = `*${startsText(schedule.starts)}*`;
  const task = `>${safeMrkdwn(shorten(schedule.task.replaceAll(/\s+/g, " "), TASK_CHARS_SHOWN))}`;
  const lines = [title, task, ...(times === "" ? [] : ["The next times would be:", times])];
  const blocks = [
    section(lines.join("\n")),
    context(termsText(schedule)),
    actions(button("Keep it", ACTIONS.keepSchedule, { s: id }, "primary"), button("Not like this", ACTIONS.dropSchedule, { s: id })),
  ];
  return { text: [...lines, termsText(schedule)].join("\n"), blocks };
}

/** A list of them with their switches; `mayChange`: which ones this person may. */
export function scheduleBlocks(
  all: readonly Named[],
  { mayChange, actionOf }: { readonly mayChange: (named: Named) => boolean; readonly actionOf: (verb: ScheduleVerb) => string },
): readonly KnownBlock[] {
  return all.flatMap((named) => {
    const { id, schedule } = named;
    const isOn = schedule.state.kind === "on";
    const switches = [
      ...(schedule.state.kind === "over"
        ? []
        : [button(isOn ? "Switch off" : "Switch on", actionOf(isOn ? "scheduleOff" : "scheduleOn"), { s: id })]),
      confirmed(button("Delete…", actionOf("scheduleDelete"), { s: id }, "danger"), DELETE),
    ];
    return [section(scheduleText(named)), ...(mayChange(named) ? [actions(...switches)] : [])];
  });
}

export type ScheduleVerb = "scheduleOn" | "scheduleOff" | "scheduleDelete";

const DELETE = {
  title: "Delete this schedule?",
  text: "Nothing starts by it any more. Runs that it began stay where they are.",
  confirm: "Delete",
};
