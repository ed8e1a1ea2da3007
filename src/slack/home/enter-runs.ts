import type { HandlerContext } from "../commands/handler-context.ts";
import { createKeyedWorker } from "../../runner/keyed-worker.ts";

/** Runs that end meanwhile are entered together: each time costs the index some pages. A search enters those that it needs itself. */
const TOGETHER_MS = 10_000;
/** What an earlier version has left is entered bit by bit, beside what people wait for. */
const BETWEEN_MS = 100;
const RETRY_DELAY_MS = 10_000;
const RETRY_DELAY_MS_MAX = 600_000;

/** Sees to it that the runs of this workspace come into the index that Home searches: those that were there at the start, and each that ends. */
export function enterRuns(ctx: Pick<HandlerContext, "runs" | "me" | "clock" | "log">): { ended(): void; close(): Promise<void> } {
  const { team } = ctx.me;
  const worker = createKeyedWorker({
    clock: ctx.clock,
    begin: () => undefined,
    look: async () => ((await ctx.runs.enter(team)) ? { kind: "done", againMs: BETWEEN_MS } : { kind: "done", gapMs: TOGETHER_MS }),
    onError: (_team, error) => ctx.log("runs could not be entered into the index that Home searches", error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS_MAX,
  });
  worker.poke(team);
  return {
    ended() {
      worker.poke(team);
    },
    close: () => worker.close(),
  };
}
