import type { Led } from "../../runner/leader.ts";
import { createTimetable, type Began, type Occasion } from "../../runner/timetable.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { createScheduledResults } from "./scheduled-results.ts";
import { announcedNote, beginScheduled, type Begun } from "./begin-scheduled.ts";
import { AGAIN_MS, beginPosted } from "./posted-run.ts";
import { settled } from "./settled.ts";

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

/** A time that was taken, and not begun, as where a process died or Slack did not answer: so late it is missed as any other. */
const LATE_MS = 3_600_000;
const TOO_LATE = { kind: "left out", why: { kind: "late" } } as const;

/** Where missed times are to be left out, and nothing of this one may have been posted yet. */
export async function isTooLate(
  { store, clock }: Pick<HandlerContext, "store" | "clock">,
  { id, schedule, due }: Pick<Occasion, "id" | "schedule" | "due">,
): Promise<boolean> {
  if (due.kind !== "time" || schedule.missed !== "skip" || clock.now() - due.at <= LATE_MS) return false;
  return (await store.note(announcedNote(id, String(due.at)))) === undefined;
}

async function begin(ctx: HandlerContext, { id, schedule, due }: Occasion): Promise<Began> {
  if (due.kind === "posted") {
    const isAgain = (await beginPosted(ctx, id, due.post)) === "again";
    return isAgain ? { kind: "again", afterMs: AGAIN_MS } : { kind: "done", change: (now) => now };
  }
  const cause = String(due.at);
  const begun: Begun = (await isTooLate(ctx, { id, schedule, due })) ? TOO_LATE : await beginScheduled(ctx, { id, schedule, cause });
  if (begun.kind === "again") return { kind: "again", afterMs: AGAIN_MS };
  return { kind: "done", change: await settled(ctx, { id, schedule, cause, begun, byBot: false }) };
}
