import { isEvent, type Delta, type EventBody, type StopReason } from "./events.ts";
import type { Team } from "./team.ts";
import { describe, finishedOrFailed } from "./termination.ts";
import { currentRun, isWaiting, type Transcript } from "./transcript.ts";

/**
 * Goes on with a conversation until it stops or waits for a person.
 *
 * An event is a fact only once the caller has recorded it: the caller appends each event to `transcript` before it asks for the next.
 * Nothing is kept between calls: after an answer, an approval or a crash, call it again. With an aborted signal it ends without a word;
 * the log says where to go on.
 */
export async function* converse(team: Team, transcript: Transcript, signal: AbortSignal): AsyncGenerator<EventBody | Delta, void, void> {
  while (currentRun(transcript).running && !signal.aborted) {
    const stopped = whyStop(team, transcript);
    if (stopped) {
      yield stopped;
      return;
    }
    if (isWaiting(transcript)) return;

    const { speaking } = currentRun(transcript);
    const interrupted = team.agents.find((agent) => agent.name === speaking);
    const speaker = interrupted ?? team.nextSpeaker(transcript, team.agents);
    if (!speaker) {
      yield runStopped(transcript, "done", [{ kind: "nobody" }]);
      return;
    }
    if (!interrupted && !speaker.leads) yield { type: "speaker.selected", agent: speaker.name, by: "policy" };

    const eventsBefore = transcript.events.length;
    for await (const item of speaker.turn(transcript, signal)) {
      yield item;
      // Leaving the loop closes the turn where it is: before its next model call or code run.
      if (isEvent(item) && team.limits(transcript).length > 0) break;
    }
    if (transcript.events.length === eventsBefore && !signal.aborted) {
      throw new Error(`the turn of ${speaker.name} ended and the log has not grown; a turn must record at least one event`);
    }
  }
}

function whyStop(team: Team, transcript: Transcript): EventBody | undefined {
  const ended = finishedOrFailed(transcript);
  if (ended.length > 0) return runStopped(transcript, ended.some((reason) => reason.kind === "failure") ? "failed" : "done", ended);
  const goals = team.stopWhen(transcript);
  if (goals.length > 0) return runStopped(transcript, "done", goals);
  const caps = team.limits(transcript);
  return caps.length > 0 ? runStopped(transcript, "limit", caps) : undefined;
}

/** The event that closes the current run. */
export function runStopped(
  transcript: Transcript,
  outcome: "done" | "limit" | "stopped" | "failed",
  reasons: readonly StopReason[],
): EventBody {
  return { type: "run.stopped", run: currentRun(transcript).run ?? "", outcome, reasons, reason: reasons.map(describe).join("; ") };
}
