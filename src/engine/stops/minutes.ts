import { currentRun } from "../reading/transcript.ts";
import type { TerminationCondition } from "../team.ts";

/** Time since the run's start as the log tells it, without the time spent waiting for people. */
export const minutes =
  (limit: number): TerminationCondition =>
  (transcript) => {
    const elapsed = currentRun(transcript).elapsedMs / 60_000;
    return elapsed >= limit ? [{ kind: "minutes", limit, elapsed }] : [];
  };
