import type { RunEvent } from "../events/events.ts";
import { read, type Fold } from "../reading/fold.ts";
import { messagesOfRun } from "../reading/transcript.ts";
import type { TerminationCondition } from "../team.ts";

/** The messages of the run, the task and hand-overs included; with `events`, also its tool calls, their results, and code written and run. */
export const maxMessages =
  (limit: number, counting: { readonly events?: boolean } = {}): TerminationCondition =>
  (transcript) => {
    const count = messagesOfRun(transcript).length + (counting.events ? read(transcript, workDone).count : 0);
    return count >= limit ? [{ kind: "maxMessages", limit, count }] : [];
  };

/** What agents did in the run besides speaking, counted where watchers see it. */
const workDone: Fold<{ readonly count: number }> = {
  initial: () => ({ count: 0 }),
  step: (state, event) => {
    if (event.type === "run.started") return { count: 0 };
    return WORK.includes(event.type) && !event.quiet && !event.outside ? { count: state.count + 1 } : state;
  },
};
const WORK: readonly RunEvent["type"][] = ["tool.called", "tool.returned", "tool.failed", "code.written", "code.ran"];
