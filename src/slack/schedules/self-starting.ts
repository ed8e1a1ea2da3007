import { createLeader } from "../../runner/leader.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { createScheduledWork } from "./scheduled-work.ts";
import { createTriggers, type Triggers } from "./triggers.ts";

/** All that starts by itself in a workspace: at its time, by the process that leads there, and by what is posted, by whichever hears it. */
export interface SelfStarting extends Omit<Triggers, "close"> {
  close(): Promise<void>;
}

export function createSelfStarting(ctx: HandlerContext): SelfStarting {
  const { store, clock, log } = ctx;
  const triggers = createTriggers(ctx);
  const scheduled = createLeader({ store, key: `schedules/${ctx.me.team}`, create: () => createScheduledWork(ctx), clock, log });
  return {
    ...triggers,
    start() {
      triggers.start();
      scheduled.start();
    },
    async close() {
      triggers.close();
      await scheduled.close();
    },
  };
}
