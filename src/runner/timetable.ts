import { once } from "node:events";
import type { Clock } from "../engine/clock.ts";
import { again, claim, dueAt, ended, isUnderWay, readSchedule, type Due, type Schedule } from "../schedules/schedule.ts";
import type { KeptSchedule, ScheduleChange, Schedules } from "../store/schedules/schedules.ts";
import type { Led } from "./leader.ts";

/** Something is to begin. */
export interface Occasion {
  readonly id: string;
  readonly schedule: Schedule;
  /** What has come: the same each time that it is begun anew. */
  readonly due: Due;
}

/**
 * What became of it: what it changes in the schedule as that stands by then, or a while to wait, as while a service does not answer. `change` is
 * called with whatever others have put meanwhile, perhaps several times, and gives the same for what it has changed already.
 */
export type Began =
  { readonly kind: "done"; readonly change: (now: Schedule) => Schedule } | { readonly kind: "again"; readonly afterMs: number };

export interface TimetableParts {
  readonly schedules: Schedules;
  readonly workspace: string;
  readonly clock: Clock;
  /** Begins what it says. Called once for what has come, and again for the same where the first came to no end: then it finds what is there. */
  readonly begin: (occasion: Occasion) => Promise<Began>;
  readonly log: (problem: string, error?: unknown) => void;
}

/** Taken at a look; what is over that comes with the next. */
const DUE_PER_LOOK = 50;
/** A machine's clock may be set, and its timers take no more than 24 days. */
const LOOK_EVERY_MS_MAX = 10 * 60_000;
const AGAIN_MS = 30_000;
/** Others may have put it meanwhile. */
const TRIES_MAX = 20;

/**
 * Begins what is to begin at a time, or had to wait, in one workspace. It is taken by compare-and-set before it is begun, for a minute: of several
 * who look at once one begins it, and where that one is gone, another does.
 */
export function createTimetable(parts: TimetableParts): Led {
  const { schedules, workspace, clock, log } = parts;
  const closing = new AbortController();
  let changed = new AbortController();
  let looking: Promise<void> = Promise.resolve();
  const underWay = new Set<Promise<void>>();
  let unfollow: () => void = () => undefined;

  async function look(): Promise<void> {
    while (!closing.signal.aborted) {
      changed = new AbortController();
      const over = AbortSignal.any([closing.signal, changed.signal]);
      let waitMs: number | undefined;
      try {
        const due = await schedules.due(workspace, clock.now(), DUE_PER_LOOK);
        for (const kept of due) {
          if (closing.signal.aborted) return;
          await take(kept);
        }
        const next = due.length === DUE_PER_LOOK ? clock.now() : await schedules.nextDue(workspace);
        // At least a breath: a row that nobody can take must not spin.
        if (next !== undefined) waitMs = Math.max(BREATH_MS, Math.min(LOOK_EVERY_MS_MAX, next - clock.now()));
      } catch (error) {
        if (closing.signal.aborted) return;
        log("what is to start by itself could not be read; it is tried again", error);
        waitMs = AGAIN_MS;
      }
      if (waitMs !== undefined) await clock.sleep(waitMs, over);
      // Nothing is due, and what is put is told.
      else if (!over.aborted) await once(over, "abort");
    }
  }

  async function take(found: KeptSchedule): Promise<void> {
    const { id, value, revision } = found;
    const schedule = readSchedule(value);
    // What another version has written is left as it is, and not looked at again.
    if (!schedule) return void (await schedules.put(found));
    const taken = claim(schedule, clock.now());
    if (taken.kind === "not due") return void (await schedules.put(changeOf(workspace, id, schedule, revision)));
    if (!(await schedules.put(changeOf(workspace, id, taken.schedule, revision))) || taken.kind === "skipped") return;
    const job = begin({ id, schedule: taken.schedule, due: taken.due }).catch((error: unknown) => {
      if (!closing.signal.aborted) log(`what is to start by itself (${id}) could not be begun; it is tried again in a minute`, error);
    });
    underWay.add(job);
    void job.finally(() => underWay.delete(job));
  }

  async function begin(occasion: Occasion): Promise<void> {
    const began = await parts.begin(occasion);
    const { id, due } = occasion;
    await edit(parts, id, (now) => {
      const isOurs = isUnderWay(now, due);
      if (began.kind === "again") return isOurs ? again(now, due, clock.now() + began.afterMs) : undefined;
      // What has begun has begun, also where somebody has switched it off and on since.
      const changed = began.change(now);
      return isOurs ? ended(changed, due) : changed;
    });
  }

  return {
    start() {
      unfollow = schedules.follow((of) => {
        if (of === workspace) changed.abort();
      });
      looking = look();
    },
    async close() {
      closing.abort();
      unfollow();
      await looking;
      await Promise.all(underWay);
    },
  };
}

const BREATH_MS = 50;

/** As it is put: with the time at which somebody is to look at it. */
export const changeOf = (workspace: string, id: string, schedule: Schedule, revision: number): ScheduleChange => ({
  workspace,
  id,
  owner: schedule.owner.id,
  place: schedule.place,
  value: schedule,
  dueAt: dueAt(schedule),
  revision,
});

/** Puts one that is made of what stands there, whoever else does the same. `change` may be called several times; `undefined`: nothing is put. */
export async function edit(
  { schedules, workspace }: Pick<TimetableParts, "schedules" | "workspace">,
  id: string,
  change: (schedule: Schedule) => Schedule | undefined,
  decision?: ScheduleChange["decision"],
): Promise<Schedule | undefined> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const kept = await schedules.get(workspace, id);
    const schedule = kept && readSchedule(kept.value);
    const wanted = schedule && change(schedule);
    if (!kept || !wanted) return undefined;
    const put = { ...changeOf(workspace, id, wanted, kept.revision), ...(decision ? { decision } : {}) };
    if (await schedules.put(put)) return wanted;
  }
  throw new Error(`${id} could not be put: others did so at the same time, ${TRIES_MAX} times`);
}
