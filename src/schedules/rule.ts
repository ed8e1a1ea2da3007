import { Cron } from "croner";

/** When something begins, again and again or once, by the clocks of a place. */
export interface Rule {
  /** Five fields of cron (minute, hour, day of the month, month, day of the week; `L`, `MON#1` and `FRIL` too), or one local time as ISO 8601 without a zone. */
  readonly pattern: string;
  /** As the IANA database names it, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

/** A team's run takes minutes and costs money; what is wanted more often is not meant so. */
export const BETWEEN_RUNS_MINUTES_MIN = 15;
/** Looked at for runs that come too close: more than a day of the most frequent rule that is taken. */
const GAPS_LOOKED_AT = 100;

/**
 * The first time after `afterMs` (ms since the epoch); nothing where there is none.
 *
 * When clocks change, croner keeps to what people expect: a time that is left out in spring comes when the clocks have gone on, one that comes
 * twice in autumn is taken the first time, and every so many minutes go on by the minute.
 */
export function nextTime(rule: Rule, afterMs: number): number | undefined {
  return cronOf(rule).nextRun(new Date(afterMs))?.getTime();
}

/** The first `count` times after `afterMs`, as many as there are. */
export function nextTimes(rule: Rule, afterMs: number, count: number): readonly number[] {
  return cronOf(rule)
    .nextRuns(count, new Date(afterMs))
    .map((date) => date.getTime());
}

/** The last time that is not after `atMs` and is after `afterMs`; nothing where there was none. It is looked for from the end: however long ago `afterMs` was. */
export function lastTime(rule: Rule, afterMs: number, atMs: number): number | undefined {
  const last = cronOf(rule)
    .previousRuns(1, new Date(atMs + 1))[0]
    ?.getTime();
  return last === undefined || last <= afterMs ? undefined : last;
}

/** Why a rule cannot be kept. */
export type RuleTrouble =
  | { readonly kind: "noZone"; readonly zone: string }
  /** It is no rule of cron. */
  | { readonly kind: "noCron"; readonly pattern: string }
  /** There is no such time from now on. */
  | { readonly kind: "noTime" }
  /** It comes so often; at most every {@link BETWEEN_RUNS_MINUTES_MIN} minutes. */
  | { readonly kind: "tooOften"; readonly minutes: number };

/** Why a rule cannot be kept; nothing when it can. */
export function ruleTrouble(rule: Rule, nowMs: number): RuleTrouble | undefined {
  if (!isTimeZone(rule.timeZone)) return { kind: "noZone", zone: rule.timeZone };
  let times: readonly number[];
  try {
    times = nextTimes(rule, nowMs, GAPS_LOOKED_AT);
  } catch {
    return { kind: "noCron", pattern: rule.pattern };
  }
  if (times.length === 0) return { kind: "noTime" };
  const gapMs = Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
  if (gapMs >= BETWEEN_RUNS_MINUTES_MIN * 60_000) return undefined;
  return { kind: "tooOften", minutes: Math.round(gapMs / 60_000) };
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // An offset is no place: nobody's clocks change there.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** Cron's seconds and years are not taken: nothing here happens by the second. */
const cronOf = ({ pattern, timeZone }: Rule): Cron =>
  new Cron(pattern, { timezone: timeZone, paused: true, ...(isOnce(pattern) ? {} : { mode: "5-part" as const }) });

export const isOnce = (pattern: string): boolean => /^\d{4}-\d{2}-\d{2}T/.test(pattern);
