import type { Outcome } from "../../schedules/outcome.ts";
import { counted, hasBegunBy, type Schedule } from "../../schedules/schedule.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { tellLeftOut, tellPaused, type Begun } from "./begin-scheduled.ts";

/**
 * What has become of a beginning is said where it has to be. Resolves to what it changes in the schedule, as that stands when it is put: what
 * others have changed meanwhile stays, and what was put down already is not put down twice.
 */
export async function settled(
  ctx: HandlerContext,
  what: {
    readonly id: string;
    readonly schedule: Schedule;
    readonly cause: string;
    readonly begun: Exclude<Begun, { kind: "again" }>;
    readonly byBot: boolean;
  },
): Promise<(now: Schedule) => Schedule> {
  const { id, schedule, cause, begun, byBot } = what;
  const nowMs = ctx.clock.now();
  const last = (outcome: Outcome, thread?: string): Schedule["last"] => ({
    at: nowMs,
    outcome,
    words: "",
    ...(thread === undefined ? {} : { thread }),
  });
  switch (begun.kind) {
    case "begun": {
      const { thread, run } = begun;
      return (now) => ({
        ...(run === undefined || hasBegunBy(now, cause) ? now : counted(now, { cause, byBot, nowMs })),
        open: run === undefined || now.results.to === "thread" ? now.open : [...now.open.filter((one) => one.run !== run), { thread, run }],
        last: last({ kind: "begun" }, thread),
      });
    }
    case "left out":
      await tellLeftOut(ctx, { id, schedule, why: begun.why });
      return (now) => ({ ...now, last: last({ kind: "leftOut", why: begun.why }) });
    case "pause":
      await tellPaused(ctx, { id, schedule, cause, why: begun.why });
      return (now) => ({
        ...now,
        ...(now.state.kind === "on" ? { state: { kind: "paused", reason: begun.why, why: "" } } : {}),
        last: last({ kind: "paused" }),
      });
  }
}
