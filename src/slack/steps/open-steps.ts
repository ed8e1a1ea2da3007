import { z } from "zod";
import { editNote } from "../../store/notes.ts";
import type { HandlerContext } from "../commands/handler-context.ts";

/** Steps of workflows that wait for their answer: Slack is told of each what became of it, also by another process, after a restart. */

/** Of a workspace; what comes beyond is answered at once that there are too many. */
export const OPEN_STEPS_MAX = 50;

const OpenStep = z.object({
  /** Slack's id of this one execution. */
  execution: z.string(),
  channel: z.string(),
  team: z.string().optional(),
  task: z.string(),
  /** Why it cannot be done, in plain words. */
  no: z.string().optional(),
  /** When Slack told of it, in ms since the epoch. */
  since: z.number(),
  /** Once it has begun. */
  begun: z.object({ thread: z.string(), run: z.string() }).optional(),
});
export type OpenStep = z.output<typeof OpenStep>;

/** Under which they are noted in a workspace. */
export const stepsNote = (team: string): string => `steps/${team}`;

type Around = Pick<HandlerContext, "store" | "me">;

export async function openSteps({ store, me }: Around): Promise<readonly OpenStep[]> {
  return readSteps(await store.note(stepsNote(me.team)));
}

/** False where there are too many. Called again for the same execution, it changes nothing. */
export async function addStep(ctx: Around, step: OpenStep): Promise<boolean> {
  let isTaken = true;
  await editSteps(ctx, (steps) => {
    isTaken = steps.length < OPEN_STEPS_MAX || steps.some(({ execution }) => execution === step.execution);
    return isTaken && !steps.some(({ execution }) => execution === step.execution) ? [...steps, step] : steps;
  });
  return isTaken;
}

/** Its task stands in the log from there on. */
export const beganStep = (ctx: Around, execution: string, begun: OpenStep["begun"]): Promise<void> =>
  editSteps(ctx, (steps) => steps.map((step) => (step.execution === execution ? { ...step, task: "", begun } : step)));

export const dropStep = (ctx: Around, execution: string): Promise<void> =>
  editSteps(ctx, (steps) => steps.filter((step) => step.execution !== execution));

function editSteps({ store, me }: Around, change: (steps: readonly OpenStep[]) => readonly OpenStep[]): Promise<void> {
  return editNote(store, stepsNote(me.team), (noted) => JSON.stringify(change(readSteps(noted))));
}

/** What nobody here has written is none. */
function readSteps(noted: string | undefined): readonly OpenStep[] {
  try {
    return z.array(OpenStep).parse(JSON.parse(noted || "[]"));
  } catch {
    return [];
  }
}
