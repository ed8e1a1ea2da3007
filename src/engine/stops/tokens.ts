import { currentRun } from "../reading/transcript.ts";
import type { TerminationCondition } from "../team.ts";

/** Tokens of every model call of the run, the selector's and failed ones included. */
export const tokens =
  (limit: { readonly total?: number; readonly input?: number; readonly output?: number }): TerminationCondition =>
  (transcript) => {
    const { inputTokens: input, outputTokens: output } = currentRun(transcript).usage;
    const total = input + output;
    const over = (spent: number, cap: number | undefined) => cap !== undefined && spent >= cap;
    if (!over(total, limit.total) && !over(input, limit.input) && !over(output, limit.output)) return [];
    return [{ kind: "tokens", limit: limit.total ?? limit.input ?? limit.output ?? 0, total, input, output }];
  };
