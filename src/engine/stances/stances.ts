import type { EventBody, RunEvent } from "../events/events.ts";
import { hasAnswer, proposedAnswer } from "../reading/answer.ts";
import { currentRun, type Transcript } from "../reading/transcript.ts";
import type { Agent, Team } from "../team.ts";

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
