import { currentRun } from "../reading/transcript.ts";
import type { TerminationCondition } from "../team.ts";

/** Money, as far as prices are known. */
export const usd =
  (limit: number): TerminationCondition =>
  (transcript) => {
    const spent = currentRun(transcript).usage.usd;
    return spent >= limit ? [{ kind: "usd", limit, spent }] : [];
  };
