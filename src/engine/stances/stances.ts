import type { AgentMessage, EventBody, Recorded, RunEvent, StopReason } from "../events/events.ts";
import { currentRun, messagesOfRun, type Transcript } from "../reading/transcript.ts";
import type { Agent, Team } from "../team.ts";

/** The answer that a run is about to end with: the last words of a model in it. */
export function proposedAnswer(transcript: Transcript): (AgentMessage & Recorded) | undefined {
  return messagesOfRun(transcript).findLast(
    (message): message is AgentMessage & Recorded & typeof message =>
      message.type === "message.posted" && "agent" in message && message.model !== undefined && message.text.trim() !== "",
  );
}

/** Those that have been given on the answer with this seq. */
export const stancesOn = (transcript: Transcript, of: number): readonly StanceGiven[] =>
  transcript.events.filter((event): event is StanceGiven => event.type === "stance.given" && event.of === of && event.within === undefined);

export type StanceGiven = Extract<RunEvent, { readonly type: "stance.given" }>;

/**
 * Who is still to be asked, before a run ends with its answer, whether they agree: everybody whom the team asks but who gives the answer, once
 * each. Nobody where it ends with a question, or by a count, and has no answer.
 */
export function nextStance({ stances = [] }: Pick<Team, "stances">, transcript: Transcript, end: EventBody): Agent | undefined {
  if (stances.length === 0 || end.type !== "run.stopped" || end.outcome !== "done" || !end.reasons.some(hasAnswer)) return undefined;
  const answer = proposedAnswer(transcript);
  if (!answer || answer.seq <= currentRun(transcript).startIndex) return undefined;
  const given = new Set(stancesOn(transcript, answer.seq).map(({ agent }) => agent));
  return stances.find(({ name }) => name !== answer.agent && !given.has(name));
}

/** Whether a run that stops for this reason has come to an answer: not where it waits for somebody, or was counted out. */
export const hasAnswer = ({ kind }: StopReason): boolean =>
  kind !== "handoff" && kind !== "maxMessages" && kind !== "maxTurns" && kind !== "toolCalled";
