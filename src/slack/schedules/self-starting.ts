import { isWorker, type Role } from "../../engine/role.ts";
import { createLeader } from "../../runner/leader.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { createProposalNews } from "../proposals/proposal-news.ts";
import { createStepAnswers } from "../steps/step-answers.ts";
import { createScheduledWork } from "./scheduled-work.ts";
import { createTriggers, type Triggers } from "./triggers.ts";

/**
 * All that starts by itself in a workspace: at its time and by workflows, and what people are told of proposals for their teams, by the process that
 * leads there; and by what is posted, by whichever hears it.
 */
export interface SelfStarting extends Omit<Triggers, "start" | "close"> {
  start(role: Role): void;
  close(): Promise<void>;
}

export function createSelfStarting(ctx: HandlerContext): SelfStarting {
  const { store, clock, log } = ctx;
  const triggers = createTriggers(ctx);
  const scheduled = createLeader({ store, key: `schedules/${ctx.me.team}`, create: () => createScheduledWork(ctx), clock, log });
  const steps = createLeader({ store, key: `steps/answers/${ctx.me.team}`, create: () => createStepAnswers(ctx), clock, log });
  const proposals = createLeader({ store, key: `proposals/${ctx.me.team}`, create: () => createProposalNews(ctx), clock, log });
  return {
    ...triggers,
    start(role) {
      triggers.start();
      if (!isWorker(role)) return;
      scheduled.start();
      steps.start();
      proposals.start();
    },
    async close() {
      triggers.close();
      await Promise.all([scheduled.close(), steps.close(), proposals.close()]);
    },
  };
}
