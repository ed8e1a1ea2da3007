import type { RunEvent } from "../events/events.ts";
import { currentRun, type Transcript } from "./transcript.ts";

export type RunSummarized = Extract<RunEvent, { readonly type: "run.summarized" }>;

/** The last one of the current run, be it one that could not be had. */
export function lastSummary(transcript: Transcript): RunSummarized | undefined {
  const { events } = transcript;
  const { startIndex } = currentRun(transcript);
  return events.findLast((event, index): event is RunSummarized => index > startIndex && event.type === "run.summarized");
}
