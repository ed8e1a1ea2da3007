import { z } from "zod";
import type { HandlerContext } from "../commands/handler-context.ts";
import { TASK_CHARS_MAX } from "../../schedules/schedule.ts";
import type { StepBody } from "../words/event-payloads.ts";
import { addStep, OPEN_STEPS_MAX } from "./open-steps.ts";

/** The step "Ask a Parley team" of Workflow Builder, as the manifest calls it. */
export const ASK_TEAM = "ask_parley_team";

const Inputs = z.object({
  team: z
    .string()
    .max(100)
    .nullish()
    .transform((team) => team?.trim() || undefined),
  task: z
    .string("The step has no task. Give it one in Workflow Builder.")
    .trim()
    .min(1, "The step has no task. Give it one in Workflow Builder.")
    .max(TASK_CHARS_MAX, `The task is longer than ${TASK_CHARS_MAX} characters. Shorten it.`),
  channel: z
    .string("The step names no channel. Choose one in Workflow Builder.")
    .regex(/^[CG][A-Z0-9]{2,30}$/, "The step names no channel. Choose one in Workflow Builder."),
});

/** A workflow has come to the step: it is put down, and begun by the process that does so in the workspace. */
export async function takeStep(ctx: HandlerContext, { event }: z.output<typeof StepBody>): Promise<void> {
  const { function: of, inputs, function_execution_id: execution } = event;
  if (of.callback_id !== ASK_TEAM) return ctx.log(`a step of a workflow is none of Parley's (${of.callback_id})`);
  const read = Inputs.safeParse(inputs);
  const since = ctx.clock.now();
  const { team, ...asked } = read.data ?? { channel: "", task: "" };
  const no = read.error?.issues[0]?.message;
  const step = { execution, since, ...asked, ...(team === undefined ? {} : { team }), ...(no === undefined ? {} : { no }) };
  if (!(await addStep(ctx, step)))
    await refuseStep(ctx, execution, `${OPEN_STEPS_MAX} steps of workflows wait for their answer already. Try again when they are done.`);
}

/** In words for whoever looks after the workflow. */
export async function refuseStep(ctx: HandlerContext, execution: string, error: string): Promise<void> {
  await ctx.web.write.functions.completeError({ function_execution_id: execution, error });
}
