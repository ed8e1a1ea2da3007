import type { RunEvent } from "../../../src/engine/events/events.ts";
import { isHalted } from "../../../src/engine/events/limits-fold.ts";
import type { RunState } from "../../../src/engine/reading/run-state.ts";
import { waits } from "../../../src/engine/reading/run-state.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import type { RunLine } from "../state/api.ts";

/** As the list says it, of the run as it is by now. */
export function stateNow(events: readonly RunEvent[], now: RunState = currentRun({ events })): RunLine["state"] {
  const stopped = events.findLast((event) => event.type === "run.stopped" && event.within === undefined);
  if (stopped?.type === "run.stopped") return stopped.outcome;
  if (now.pausedBy) return "paused";
  if (isHalted(now)) return "at-limit";
  return waits(now) ? "waiting" : "running";
}
