import type { Led } from "../../runner/leader.ts";
import { createTimetable, type Began, type Occasion } from "../../runner/timetable.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { createScheduledResults } from "./scheduled-results.ts";
import { beginScheduled } from "./begin-scheduled.ts";
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

async function begin(ctx: HandlerContext, { id, schedule, due }: Occasion): Promise<Began> {
  if (due.kind === "posted") {
    const isAgain = (await beginPosted(ctx, id, due.post)) === "again";
    return isAgain ? { kind: "again", afterMs: AGAIN_MS } : { kind: "done", change: (now) => now };
  }
  const cause = String(due.at);
  const begun = await beginScheduled(ctx, { id, schedule, cause });
  if (begun.kind === "again") return { kind: "again", afterMs: AGAIN_MS };
  return { kind: "done", change: await settled(ctx, { id, schedule, cause, begun, byBot: false }) };
}
