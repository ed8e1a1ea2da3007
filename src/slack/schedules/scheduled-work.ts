import type { Led } from "../../runner/leader.ts";
import { createTimetable, type Began, type Occasion } from "../../runner/timetable.ts";
import { counted, hasBegunBy, runsLeft, type Schedule } from "../../schedules/schedule.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { createScheduledResults } from "./scheduled-results.ts";
import { beginScheduled, tellLeftOut, tellPaused, type Begun } from "./begin-scheduled.ts";

/** While Slack does not answer. */
const AGAIN_MS = 30_000;
const LAST_CHARS_MAX = 900;

/** What begins at a time in one workspace, and where its answers go, for the process that leads there. */
export function createScheduledWork(ctx: HandlerContext): Led {
  const results = createScheduledResults(ctx);
  const timetable = createTimetable({
    schedules: ctx.schedules,
    workspace: ctx.me.team,
    clock: ctx.clock,
    begin: (occasion) => begin(ctx, occasion),
    log: ctx.log,
  });
  return {
    start() {
      results.start();
      timetable.start();
    },
    async close() {
      await timetable.close();
      await results.close();
    },
  };
}

async function begin(ctx: HandlerContext, { id, schedule, at }: Occasion): Promise<Began> {
  const cause = String(at);
  const begun: Begun =
    runsLeft(schedule, ctx.clock.now()) === 0
      ? { kind: "left out", why: `It has begun ${schedule.runsPerDay} runs today, as many as it may.` }
      : await beginScheduled(ctx, { id, schedule, cause });
  if (begun.kind === "again") return { kind: "again", afterMs: AGAIN_MS };
  return { kind: "done", schedule: await settled(ctx, { id, schedule, cause, begun, byBot: false }) };
}

/** What has become of it is said where it has to be, and kept. */
export async function settled(
  ctx: HandlerContext,
  what: {
    readonly id: string;
    readonly schedule: Schedule;
    readonly cause: string;
    readonly begun: Exclude<Begun, { kind: "again" }>;
    readonly byBot: boolean;
  },
): Promise<Schedule> {
  const { id, schedule, cause, begun, byBot } = what;
  const nowMs = ctx.clock.now();
  const last = (words: string, thread?: string): Schedule["last"] => ({
    at: nowMs,
    words: words.slice(0, LAST_CHARS_MAX),
    ...(thread === undefined ? {} : { thread }),
  });
  switch (begun.kind) {
    case "begun": {
      const open = schedule.results.to === "thread" ? schedule.open : [...schedule.open, { thread: begun.thread, run: begun.run }];
      return {
        ...(hasBegunBy(schedule, cause) ? schedule : counted(schedule, { cause, byBot, nowMs })),
        open,
        last: last("begun", begun.thread),
      };
    }
    case "known":
      return { ...schedule, last: last("begun", begun.thread) };
    case "left out":
      await tellLeftOut(ctx, { id, schedule, why: begun.why });
      return { ...schedule, last: last(`left out: ${begun.why}`) };
    case "pause":
      await tellPaused(ctx, { id, schedule, cause, why: begun.why });
      return { ...schedule, state: { kind: "paused", why: begun.why.slice(0, LAST_CHARS_MAX) }, last: last("paused") };
  }
}
