import { currentRun } from "../reading/transcript.ts";
import type { TerminationCondition } from "../team.ts";

/** Turns that have ended; a turn's tool rounds are free. */
export const maxTurns =
  (limit: number): TerminationCondition =>
  (transcript) => {
    const count = currentRun(transcript).turns;
    return count >= limit ? [{ kind: "maxTurns", limit, count }] : [];
  };
