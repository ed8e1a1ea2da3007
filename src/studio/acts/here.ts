import { randomUUID } from "node:crypto";
import type { AtCeiling, Person, RaiseOffer } from "../../engine/events/events.ts";
import { isHalted } from "../../engine/events/limits-fold.ts";
import { ceilingWords } from "../../engine/limits/run-limits.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import { isUsedUp, reasonsOf } from "../../runner/day-budgets.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Settings } from "../../store/settings.ts";
import { workspaceOf } from "../forks/forking.ts";
import { TOO_LATE, type Acting } from "./acting.ts";

/** What the studio asks of a runner, forks included. */
export type StudioRunner = ActingRunner & Pick<Runner, "fork">;
type ActingRunner = Pick<Runner, "say" | "approve" | "stop" | "steer" | "read" | "offerAt" | "budgets" | "budgetsRaised">;

/** By the runner of this process: whichever takes the run's turns hears of it. */
export function actingHere({
  runner: runnerNow,
  linkTo = async () => undefined,
  heldAs = (thread) => thread,
  decisions,
  ...who
}: {
  /** Once it is there. */
  readonly runner: () => ActingRunner | undefined;
  readonly linkTo?: Acting["linkTo"];
  /** As which thread of this runner's one that is forked here is held to budgets; as itself when absent. */
  readonly heldAs?: (thread: string) => string;
  /** The audit log in which it stands that somebody wanted more than anybody can raise here; in none when absent. */
  readonly decisions?: Pick<Settings, "record">;
} & Pick<Acting, "isHere" | "refusal">): Acting {
  const done = (was: boolean): string | undefined => (was ? undefined : TOO_LATE);
  const refusedAt = async (atCeiling: readonly AtCeiling[], thread: string, person: Person): Promise<string> => {
    const detail = ceilingWords(atCeiling);
    await decisions?.record({ workspace: workspaceOf(thread), person, deed: "raise", subject: thread, allowed: false, detail });
    return detail;
  };
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
        const offer = runner.offerAt(halt.reasons);
        if (offer.atCeiling) return refusedAt(offer.atCeiling, thread, person);
        // Budgets of the day first, and the other runs that they hold: said again, it does what is left to do.
        await raiseBudgets(runner, offer, { thread, person });
        return done(await runner.steer(thread, { kind: "raise", seq, person }));
      }),
    async usedUp(thread, person) {
      const runner = runnerNow();
      const held = (await runner?.budgets?.held(workspaceOf(heldAs(thread)), heldAs(thread), person)) ?? [];
      const budgets = held.filter(isUsedUp);
      return { budgets, offer: runner && budgets.length > 0 ? runner.offerAt(reasonsOf(budgets)) : { to: {} } };
    },
    raiseUsedUp: (asked, person) =>
      withRunner(async (runner) => {
        const thread = heldAs(asked);
        const held = (await runner.budgets?.held(workspaceOf(thread), thread, person)) ?? [];
        const offer = runner.offerAt(reasonsOf(held));
        if (offer.atCeiling) return refusedAt(offer.atCeiling, asked, person);
        await raiseBudgets(runner, offer, { thread, person });
        return undefined;
      }),
  };
}

async function raiseBudgets(
  runner: ActingRunner,
  { budgets = [] }: RaiseOffer,
  { thread, person }: { readonly thread: string; readonly person: Person },
): Promise<void> {
  const workspace = workspaceOf(thread);
  for (const budget of budgets) await runner.budgets?.raise(workspace, budget, person);
  const accounts = budgets.map(({ account }) => account);
  await runner.budgetsRaised(workspace, accounts, thread);
}

const NOT_READY = "Parley is not ready yet. Try again in a moment.";
