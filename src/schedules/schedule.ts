import { z } from "zod";
import { isOnce, lastTime, nextTime } from "./rule.ts";

/** Of a workspace, and of one owner in it: more is somebody's mistake, or a flood. */
export const SCHEDULES_MAX = 200;
export const SCHEDULES_PER_OWNER_MAX = 20;
export const TASK_CHARS_MAX = 4_000;
/** What begins by what happens may happen all day. */
export const RUNS_PER_DAY_DEFAULT = 24;
export const RUNS_PER_DAY_MAX = 96;
/** Runs that bots' words begin with no person doing anything between them; then only a person lets it go on. */
export const BOT_RUNS_IN_A_ROW_MAX = 5;
/** So late a run is still on time: a restart takes less. */
const ON_TIME_MS = 10 * 60_000;
/** Whoever has claimed a time and is gone is taken over from after so long. */
export const CLAIM_MS = 60_000;
/** What began it, so that it begins once: a message that is handled again is one of these. */
const RECENT_MAX = 20;

const words = z.string().max(300);
const Person = z.object({ id: z.string().max(200), name: z.string().max(200) });

/** What begins a run: the clock, or something that happens where the schedule is. */
export const Starts = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("times"), rule: z.object({ pattern: z.string().max(100), timeZone: z.string().max(60) }), words }),
  /** A message of a person with these words in it, or of the bot of this name or id; its own words may say which. */
  z.object({ kind: z.literal("message"), says: words.optional(), bot: words.optional() }),
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
  /** It has stopped itself, for this reason; a person can switch it on again. */
  z.object({ kind: z.literal("paused"), why: z.string().max(1_000) }),
  /** Its one time has come. */
  z.object({ kind: z.literal("over") }),
]);

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
  last: z.object({ at: z.number(), words: z.string().max(1_000), thread: z.string().optional() }).optional(),
  /** Runs whose results are still to go somewhere. */
  open: z.array(z.object({ thread: z.string(), run: z.string() })).default([]),
});
export type Schedule = z.output<typeof Schedule>;

/** As it is kept; nothing where a newer Parley, or nobody, has written it. */
export const readSchedule = (value: unknown): Schedule | undefined => Schedule.safeParse(value).data;

/** When somebody is to look at it next, in ms since the epoch. */
export function dueAt({ starts, state, since, claimed }: Schedule): number | undefined {
  if (starts.kind !== "times" || state.kind !== "on") return undefined;
  return claimed?.until ?? nextTime(starts.rule, since);
}

export type Claim =
  | { readonly kind: "begin"; readonly at: number; readonly schedule: Schedule }
  /** It was missed, and is not run. */
  | { readonly kind: "skipped"; readonly schedule: Schedule }
  | { readonly kind: "not due" };

/** Takes the time that has come, for who puts the schedule that comes back: the same time again for whoever takes over. */
export function claim(schedule: Schedule, nowMs: number): Claim {
  const { starts, state, since, claimed, missed } = schedule;
  if (starts.kind !== "times" || state.kind !== "on") return { kind: "not due" };
  if (claimed && claimed.until > nowMs) return { kind: "not due" };
  const at = claimed?.at ?? lastTime(starts.rule, since, nowMs);
  if (at === undefined) return { kind: "not due" };
  if (!claimed && missed === "skip" && nowMs - at > ON_TIME_MS) {
    const last = { at: nowMs, words: "missed while Parley was away, and left out" };
    return { kind: "skipped", schedule: passed({ ...schedule, last }, at) };
  }
  return { kind: "begin", at, schedule: { ...schedule, claimed: { at, until: nowMs + CLAIM_MS } } };
}

/** That time lies behind it. */
export function passed(schedule: Schedule, at: number): Schedule {
  const { claimed: _, ...rest } = schedule;
  const isOver = schedule.starts.kind === "times" && isOnce(schedule.starts.rule.pattern) && schedule.state.kind === "on";
  return { ...rest, since: Math.max(schedule.since, at), ...(isOver ? { state: { kind: "over" } } : {}) };
}

/** How many more may begin today. */
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

/** Switched on: what was missed while it was off stays missed. */
export const switchedOn = (schedule: Schedule, nowMs: number): Schedule => {
  const { claimed: _, ...rest } = schedule;
  return { ...rest, state: { kind: "on" }, since: nowMs, botRuns: 0 };
};

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
