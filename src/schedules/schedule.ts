import { z } from "zod";
import { Outcome, WhyNot } from "./outcome.ts";
import { isOnce, lastTime, nextTime } from "./rule.ts";

/** Of a workspace, and of one owner in it: more is somebody's mistake, or a flood. */
export const SCHEDULES_MAX = 200;
export const SCHEDULES_PER_OWNER_MAX = 20;
export const TASK_CHARS_MAX = 4_000;
/** Shown, and not kept or dropped yet: of one owner, whose oldest makes room for a new one; and so long. */
export const DRAFTS_PER_OWNER_MAX = 5;
export const DRAFT_KEPT_MS = 24 * 3_600_000;
/** What is over is still listed: so many of one owner, and so long. */
export const OVER_PER_OWNER_MAX = 10;
export const OVER_KEPT_MS = 7 * 24 * 3_600_000;
/** What begins by what happens may happen all day; a time comes as often as its rule says. */
export const RUNS_PER_DAY_DEFAULT = 24;
export const RUNS_PER_DAY_MAX = 96;
/** Runs that bots' words begin with no person doing anything between them; then only a person lets it go on. */
export const BOT_RUNS_IN_A_ROW_MAX = 5;
/** So late a run is still on time: a restart takes less. */
const ON_TIME_MS = 10 * 60_000;
/** Whoever has claimed a time and is gone is taken over from after so long. */
export const CLAIM_MS = 60_000;
/** So many runs wait at once, and so long, while Slack does not answer; what comes beyond is left out. */
export const WAITING_MAX = 20;
export const WAITING_MS_MAX = 3_600_000;
/** What began it, so that it begins once: a message that is handled again is one of these. */
const RECENT_MAX = 20;

const words = z.string().max(300);
const Person = z.object({ id: z.string().max(200), name: z.string().max(200) });

/** What begins a run: the clock, or something that happens where the schedule is. */
export const Starts = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("times"), rule: z.object({ pattern: z.string().max(100), timeZone: z.string().max(60) }), words }),
  /**
   * A message of a person with these words in it, or of the bot with this id (of the bot, its user or its app); its own words may say which.
   * `botName` is for people to read: whoever posts chooses what they are called.
   */
  z.object({ kind: z.literal("message"), says: words.optional(), bot: words.optional(), botName: words.optional() }),
  z.object({ kind: z.literal("reaction"), name: words }),
  /** A file that a person posts; `ending`: of its name, such as `pdf`. */
  z.object({ kind: z.literal("file"), ending: words.optional() }),
]);
export type Starts = z.output<typeof Starts>;

/** Where what comes of a run goes, beside its own thread. */
export const Results = z.discriminatedUnion("to", [
  /** `under`: a thread that is there already, in which every run is held; one of its own for each when absent. */
  z.object({ to: z.literal("thread"), under: z.string().max(100).optional() }),
  z.object({ to: z.literal("channel") }),
  /** `canvas`: the one that is written on, once there is one. */
  z.object({ to: z.literal("canvas"), canvas: z.string().max(100).optional() }),
]);
export type Results = z.output<typeof Results>;

const State = z.discriminatedUnion("kind", [
  /** Shown to its owner, and not yet kept. */
  z.object({ kind: z.literal("draft") }),
  z.object({ kind: z.literal("on") }),
  z.object({ kind: z.literal("off"), by: Person }),
  /** It has stopped itself, for this reason; a person can switch it on again. `why`: in the words in which earlier versions kept it. */
  z.object({ kind: z.literal("paused"), reason: WhyNot.optional(), why: z.string().max(1_000).default("") }),
  /** Its one time has come. */
  z.object({ kind: z.literal("over") }),
]);

/** A run that is to begin by something that was posted, as soon as Slack answers. */
const Waiting = z.object({
  /** What begins it, the same each time that it is begun anew. */
  cause: z.string().max(200),
  /** The message under which it is to be held. */
  ts: z.string().max(40),
  /** Who posted or reacted, where no bot did. */
  by: z.string().max(200).optional(),
  /** Since when, and when it is to be looked at next, in ms since the epoch. */
  since: z.number(),
  until: z.number(),
});
export type Waiting = z.output<typeof Waiting>;

/** Work that starts by itself: whose, where, when, what, by whom, and how it stands. */
export const Schedule = z.object({
  kind: z.literal("schedule"),
  owner: Person,
  /** Where it is, as its surface names it. */
  place: z.string().max(100),
  starts: Starts,
  team: z.string().max(100).optional(),
  task: z.string().max(TASK_CHARS_MAX),
  results: Results,
  /** Times at which nobody was there: the last of them is run when somebody is, or none. */
  missed: z.enum(["once", "skip"]),
  /** In US dollars; the team's own limit where that is lower, or this is absent. */
  usdPerRun: z.number().positive().optional(),
  runsPerDay: z.number().int().positive().max(RUNS_PER_DAY_MAX),
  state: State,
  /** Times after this one (ms since the epoch) are still to come. */
  since: z.number(),
  /** This time is being begun by somebody, who is taken for gone after `until`. */
  claimed: z.object({ at: z.number(), until: z.number() }).optional(),
  /** How many began on this day (UTC). */
  day: z.object({ date: z.string(), runs: z.number() }).optional(),
  /** That bots' words began, since a person last did something. */
  botRuns: z.number().default(0),
  /** What began the last runs. */
  recent: z.array(z.string()).default([]),
  /** What became of it last; `words`: as earlier versions kept it. */
  last: z
    .object({ at: z.number(), outcome: Outcome.optional(), words: z.string().max(1_000).default(""), thread: z.string().optional() })
    .optional(),
  waiting: z.array(Waiting).default([]),
  /** Runs whose results are still to go somewhere. */
  open: z.array(z.object({ thread: z.string(), run: z.string() })).default([]),
});
export type Schedule = z.output<typeof Schedule>;

/** As it is kept; nothing where a newer Parley, or nobody, has written it. */
export const readSchedule = (value: unknown): Schedule | undefined => Schedule.safeParse(value).data;

/** When somebody is to look at it next, in ms since the epoch. */
export function dueAt({ starts, state, since, claimed, waiting }: Schedule): number | undefined {
  if (state.kind !== "on") return undefined;
  if (starts.kind === "times") return claimed?.until ?? nextTime(starts.rule, since);
  return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ until }) => until));
}

/** What has come: a time (ms since the epoch), or the moment for something that had to wait. */
export type Due = { readonly kind: "time"; readonly at: number } | { readonly kind: "posted"; readonly post: Waiting };

export type Claim =
  | { readonly kind: "begin"; readonly due: Due; readonly schedule: Schedule }
  /** It was missed, and is not run. */
  | { readonly kind: "skipped"; readonly schedule: Schedule }
  | { readonly kind: "not due" };

/** Takes what has come, for who puts the schedule that comes back: the same again for whoever takes over. */
export function claim(schedule: Schedule, nowMs: number): Claim {
  const { starts, state, since, claimed, missed, waiting } = schedule;
  if (state.kind !== "on") return { kind: "not due" };
  if (starts.kind !== "times") {
    const post = waiting.find(({ until }) => until <= nowMs);
    if (!post) return { kind: "not due" };
    const due = { kind: "posted", post } as const;
    return { kind: "begin", due, schedule: again(schedule, due, nowMs + CLAIM_MS) };
  }
  if (claimed && claimed.until > nowMs) return { kind: "not due" };
  const at = claimed?.at ?? lastTime(starts.rule, since, nowMs);
  if (at === undefined) return { kind: "not due" };
  if (!claimed && missed === "skip" && nowMs - at > ON_TIME_MS) {
    const last: Schedule["last"] = { at: nowMs, outcome: { kind: "leftOut", why: { kind: "missed" } }, words: "" };
    return { kind: "skipped", schedule: passed({ ...schedule, last }, at) };
  }
  const due = { kind: "time", at } as const;
  return { kind: "begin", due, schedule: again(schedule, due, nowMs + CLAIM_MS) };
}

/** Whether it is still to come to its end: it is not where somebody has taken it over and ended it, or it was switched off and on meanwhile. */
export const isUnderWay = ({ claimed, waiting }: Schedule, due: Due): boolean =>
  due.kind === "time" ? claimed?.at === due.at : waiting.some(({ cause }) => cause === due.post.cause);

/** It is to be begun again, not before `untilMs`. */
export function again(schedule: Schedule, due: Due, untilMs: number): Schedule {
  if (due.kind === "time") return { ...schedule, claimed: { at: due.at, until: untilMs } };
  const waiting = schedule.waiting.map((one) => (one.cause === due.post.cause ? { ...one, until: untilMs } : one));
  return { ...schedule, waiting };
}

/** That lies behind it. */
export function ended(schedule: Schedule, due: Due): Schedule {
  if (due.kind === "time") return passed(schedule, due.at);
  return { ...schedule, waiting: schedule.waiting.filter(({ cause }) => cause !== due.post.cause) };
}

/** That time lies behind it. */
function passed(schedule: Schedule, at: number): Schedule {
  const { claimed: _, ...rest } = schedule;
  const isOver = isForOnce(schedule) && schedule.state.kind === "on";
  return { ...rest, since: Math.max(schedule.since, at), ...(isOver ? { state: { kind: "over" } } : {}) };
}

/** It begins at one time, and never again. */
export const isForOnce = ({ starts }: Schedule): boolean => starts.kind === "times" && isOnce(starts.rule.pattern);

/** No time is to come any more, whether it is on or not. */
export const hasPassed = ({ starts, claimed }: Schedule, nowMs: number): boolean =>
  starts.kind === "times" && !claimed && nextTime(starts.rule, nowMs) === undefined;

/** How many more may begin today, of what begins by what is posted. */
export function runsLeft({ day, runsPerDay }: Schedule, nowMs: number): number {
  return day?.date === dateOf(nowMs) ? Math.max(0, runsPerDay - day.runs) : runsPerDay;
}

/** Whether this has begun a run of it already. */
export const hasBegunBy = ({ recent }: Schedule, cause: string): boolean => recent.includes(cause);

/** A run counts for its day, and what began it is remembered. */
export function counted(schedule: Schedule, { cause, byBot, nowMs }: { cause: string; byBot: boolean; nowMs: number }): Schedule {
  const date = dateOf(nowMs);
  const runs = schedule.day?.date === date ? schedule.day.runs + 1 : 1;
  return {
    ...schedule,
    day: { date, runs },
    botRuns: byBot ? schedule.botRuns + 1 : 0,
    recent: [...schedule.recent, cause].slice(-RECENT_MAX),
  };
}

/** Switched on: what was missed while it was off stays missed. Where no time is to come, it is over. */
export const switchedOn = (schedule: Schedule, nowMs: number): Schedule => {
  const { claimed: _, ...rest } = schedule;
  const state = hasPassed(rest, nowMs) ? ({ kind: "over" } as const) : ({ kind: "on" } as const);
  return { ...rest, state, since: nowMs, botRuns: 0, waiting: [] };
};

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
