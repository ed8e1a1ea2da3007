import { randomUUID } from "node:crypto";
import { isHalted } from "../../engine/events/limits-fold.ts";
import { ceilingWords } from "../../engine/limits/run-limits.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Runner } from "../../runner/runner.ts";
import { workspaceOf } from "../forks/forking.ts";
import { TOO_LATE, type Acting } from "./acting.ts";

/** What the studio asks of a runner, forks included. */
export type StudioRunner = ActingRunner & Pick<Runner, "fork">;
type ActingRunner = Pick<Runner, "say" | "approve" | "stop" | "steer" | "read" | "offerAt" | "budgets" | "budgetsRaised">;

/** By the runner of this process: whichever takes the run's turns hears of it. */
export function actingHere({
  runner: runnerNow,
  linkTo = async () => undefined,
  ...who
}: {
  /** Once it is there. */
  readonly runner: () => ActingRunner | undefined;
  readonly linkTo?: Acting["linkTo"];
} & Pick<Acting, "isHere" | "refusal">): Acting {
  const done = (was: boolean): string | undefined => (was ? undefined : TOO_LATE);
  const withRunner = async (job: (runner: ActingRunner) => Promise<string | undefined>) => {
    const runner = runnerNow();
    return runner ? job(runner) : NOT_READY;
  };
  return {
    ...who,
    linkTo,
    say: (thread, person, { text, answers }) =>
      withRunner(async (runner) => {
        const own = answers === undefined ? {} : { answers };
        const said = { thread, workspace: workspaceOf(thread), person, text, id: randomUUID(), addressed: false, ...own };
        const heard = await runner.say(said);
        if (heard.kind === "refused") return heard.reason;
        return done(heard.kind !== "ignored" && heard.kind !== "too late");
      }),
    approve: (thread, person, verdict) => withRunner(async (runner) => done(await runner.approve(thread, { ...verdict, person }))),
    stop: (thread, person) => withRunner(async (runner) => done(await runner.stop(thread, person))),
    decideAtLimit: (thread, person, { halt: seq, wish }) =>
      withRunner(async (runner) => {
        const run = currentRun(await runner.read(thread));
        const halt = isHalted(run) && run.halt?.seq === seq ? run.halt : undefined;
        if (!halt) return TOO_LATE;
        if (wish === "finish") return done(await runner.steer(thread, { kind: "summarize", seq, person }));
        const { budgets = [], atCeiling } = runner.offerAt(halt.reasons);
        if (atCeiling) return ceilingWords(atCeiling);
        const workspace = workspaceOf(thread);
        // Budgets of the day first, and the other runs that they hold: said again, it does what is left to do.
        for (const budget of budgets) await runner.budgets?.raise(workspace, budget, person);
        await runner.budgetsRaised(
          workspace,
          budgets.map(({ account }) => account),
          thread,
        );
        return done(await runner.steer(thread, { kind: "raise", seq, person }));
      }),
  };
}

const NOT_READY = "Parley is not ready yet. Try again in a moment.";
