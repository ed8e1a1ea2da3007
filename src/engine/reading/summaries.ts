import type { EventBody, RunEvent } from "../events/events.ts";
import { currentRun, type Transcript } from "./transcript.ts";
import { hasAnswer, proposedAnswer } from "../stances/stances.ts";
import type { Agent, Team } from "../team.ts";

export type RunSummarized = Extract<RunEvent, { readonly type: "run.summarized" }>;

/** The last one of the current run, be it one that could not be had. */
export function lastSummary(transcript: Transcript): RunSummarized | undefined {
  const { events } = transcript;
  const { startIndex } = currentRun(transcript);
  return events.findLast((event, index): event is RunSummarized => index > startIndex && event.type === "run.summarized");
}

/**
 * Who is still to sum up a run that is about to end with an answer: once, where people read the result and the answer is one of many turns. Nobody
 * where a leader has answered for all.
 */
export function owedSummary({ summarizer, agents }: Team, transcript: Transcript, end: EventBody): Agent | undefined {
  if (!summarizer || end.type !== "run.stopped" || end.outcome !== "done" || !end.reasons.some(hasAnswer)) return undefined;
  const { haltsAtLimits, turns } = currentRun(transcript);
  if (!haltsAtLimits || turns < summarizer.fromTurns) return undefined;
  const answer = proposedAnswer(transcript);
  if (!answer || agents.some(({ name, leads }) => leads && name === answer.agent)) return undefined;
  return (lastSummary(transcript)?.upToSeq ?? 0) >= answer.seq ? undefined : summarizer.agent;
}
