import type { RunEvent } from "../../engine/events/events.ts";
import { createKeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import type { Led } from "../../runner/leader.ts";
import { failureOf } from "../api/api-errors.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { runOf, type Of } from "../render/log-reading.ts";
import { answerOf } from "../../engine/reading/answer.ts";
import { safeMarkdown, shorten } from "../words/escape.ts";
import { ANSWER_CHARS_MAX } from "../words/limits.ts";
import { placeOf } from "../words/place.ts";
import { refuseStep } from "./ask-team-step.ts";
import { beginStep } from "./begin-step.ts";
import { beganStep, dropStep, openSteps, stepsNote, type OpenStep } from "./open-steps.ts";

const RETRY_MS = 5_000;
const RETRY_MS_MAX = 300_000;
/** So long a step waits for Slack before it is given up; a run has its own limits. */
const BEGIN_MS_MAX = 3_600_000;

/** So often an answer is tried in a row, for about a working day, before the workflow is left without one. */
export const ANSWER_TRIES_MAX = 100;
/** So often its link is asked for before the answer goes without Slack's word for it. */
const LINK_TRIES_MAX = 3;

/** Slack knows the step no more, or was answered already: by a try of which no answer came. */
const SETTLED: ReadonlySet<string> = new Set(["function_execution_not_found", "execution_not_in_running_state"]);

/** Begins what workflows ask for, and tells them what came of it, for the process that leads in the workspace. */
export function createStepAnswers(ctx: HandlerContext): Led {
  const work = createKeyedWorker<undefined>({
    clock: ctx.clock,
    begin: () => undefined,
    look: async (execution, { failures }) => {
      const step = (await openSteps(ctx)).find((one) => one.execution === execution);
      return step ? tend(ctx, step, failures) : { kind: "done" };
    },
    onError: (execution, error) => ctx.log(`a step of a workflow (${execution}) could not be answered; it is tried again`, error),
    retryDelayMs: RETRY_MS,
    retryDelayMsMax: RETRY_MS_MAX,
  });
  let unfollow: () => void = () => undefined;

  async function lookOver(concerns: (step: OpenStep) => boolean = () => true): Promise<void> {
    for (const step of await openSteps(ctx)) if (concerns(step)) work.poke(step.execution);
  }
  const look = (concerns?: (step: OpenStep) => boolean) =>
    void lookOver(concerns).catch((error: unknown) => ctx.log("the steps of workflows could not be read", error));

  return {
    start() {
      const stops = [
        ctx.store.followNotes((key) => {
          if (key === stepsNote(ctx.me.team)) look();
        }),
        ctx.store.follow(({ thread, events }) => {
          if (events.some(({ type }) => type === "run.stopped")) look(({ begun }) => begun?.thread === thread);
        }),
      ];
      unfollow = () => stops.forEach((stop) => stop());
      look();
    },
    async close() {
      unfollow();
      await work.close();
    },
  };
}

/** `failures`: in a row, before this look. */
async function tend(ctx: HandlerContext, step: OpenStep, failures: number): Promise<Worked> {
  const { execution, no } = step;
  const answer = (end: End): Promise<Worked> => settle(ctx, execution, end, failures);
  if (no !== undefined) return answer({ error: no });
  let { begun } = step;
  if (!begun) {
    const outcome = await beginStep(ctx, step);
    if (outcome.kind === "again" && ctx.clock.now() - step.since < BEGIN_MS_MAX) return { kind: "failed" };
    if (outcome.kind !== "begun") return answer({ error: outcome.kind === "again" ? SILENT : outcome.why });
    begun = outcome;
    await beganStep(ctx, execution, { thread: begun.thread, run: begun.run });
  }
  const { thread, run } = begun;
  const transcript = await ctx.runner.read(thread);
  const started = transcript.events.find((event): event is Of<"run.started"> => event.type === "run.started" && event.run === run);
  const events: readonly RunEvent[] = started ? runOf(transcript, started.seq).events : [];
  const stopped = events.find((event): event is Of<"run.stopped"> => event.type === "run.stopped");
  if (started && !stopped) return { kind: "done" };
  const link = await linkOf(ctx, thread, failures);
  const stopWords = ctx.teams.cards.find(({ name }) => name === started?.team)?.stopWords ?? [];
  const found = answerOf({ events }, stopWords);
  if (!found || stopped?.outcome !== "done")
    return answer({ error: `The run ${stopped ? ENDED[stopped.outcome] : "was forgotten"}${link === "" ? "." : `: ${link}`}` });
  return answer({ outputs: { answer: shorten(safeMarkdown(found.text), ANSWER_CHARS_MAX), link } });
}

const SILENT = "Slack did not answer Parley for an hour. Run the workflow again.";
const ENDED: { readonly [outcome in Of<"run.stopped">["outcome"]]: string } = {
  done: "ended without an answer",
  limit: "stopped at a limit",
  stopped: "was stopped by a person",
  failed: "was stopped by a failure",
};

type End = { readonly error: string } | { readonly outputs: { readonly answer: string; readonly link: string } };

async function settle(ctx: HandlerContext, execution: string, end: End, failures: number): Promise<Worked> {
  try {
    if ("error" in end) await refuseStep(ctx, execution, end.error);
    else await ctx.web.write.functions.completeSuccess({ function_execution_id: execution, outputs: end.outputs });
  } catch (error) {
    const { kind, code } = failureOf(error);
    const isLast = failures + 1 >= ANSWER_TRIES_MAX;
    if (kind !== "refused" && !SETTLED.has(code) && !isLast) throw error;
    if (!SETTLED.has(code)) ctx.log(`Slack does not take the answer of a workflow's step (${execution}): ${code}`);
  }
  await dropStep(ctx, execution);
  return { kind: "done" };
}

/** The step does not wait for its link: where the thread's first message is gone, or Parley was put out of the channel, Slack has none. */
async function linkOf({ web, me }: HandlerContext, thread: string, failures: number): Promise<string> {
  const place = placeOf(thread);
  if (!place) return "";
  const { channel, ts } = place;
  try {
    const { permalink } = await web.read.chat.getPermalink({ channel, message_ts: ts });
    return permalink ?? "";
  } catch (error) {
    const { kind } = failureOf(error);
    if (kind !== "refused" && kind !== "gone" && failures < LINK_TRIES_MAX) throw error;
    return me.url === "" ? "" : new URL(`archives/${channel}/p${ts.replace(".", "")}`, me.url).href;
  }
}
