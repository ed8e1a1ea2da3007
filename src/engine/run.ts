import { isEvent, type Delta, type EventBody, type StopReason } from "./events.ts";
import { sideBySide } from "./side-by-side.ts";
import type { Agent, Team } from "./team.ts";
import { describe, finishedOrFailed } from "./termination.ts";
import { currentRun, isWaiting, SELECTOR, type Transcript } from "./transcript.ts";

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

    const { openTurns, toBeSelected } = currentRun(transcript);
    const begun = [...openTurns, ...toBeSelected];
    const wanted = begun.length > 0 ? undefined : requestedSpeaker(team, transcript);
    const speakers =
      begun.length > 0 ? team.agents.filter((agent) => begun.includes(agent.name)) : wanted ? [wanted] : next(team, transcript);
    if (speakers.length === 0) {
      yield runStopped(transcript, "done", [{ kind: "nobody" }]);
      return;
    }
    const [first, ...others] = speakers
      .filter((speaker) => !speaker.leads && !openTurns.includes(speaker.name))
      .map((speaker) => speaker.name);
    if (first !== undefined)
      yield {
        type: "speaker.selected",
        agent: first,
        by: wanted ? "person" : "policy",
        ...(begun.length === 0 && others.length > 0 ? { others } : {}),
      };
    for (const agent of others) yield { type: "speaker.selected", agent, by: "policy" };

    const eventsBefore = transcript.events.length;
    yield* turns(speakers, team, transcript, signal);
    if (transcript.events.length === eventsBefore && !signal.aborted) {
      throw new Error(
        `the turn of ${speakers.map((speaker) => speaker.name).join(", ")} ended and the log has not grown; a turn must record at least one event`,
      );
    }
  }
}

/** Whom a person wants to hear next, before any policy is asked. */
function requestedSpeaker(team: Team, transcript: Transcript): Agent | undefined {
  const { requested } = currentRun(transcript);
  return requested === undefined ? undefined : team.agents.find((agent) => agent.name === requested);
}

/** As the policy says. One whose turn was just broken off does not get it back at once: then the next of the team has the floor. */
function next(team: Team, transcript: Transcript): readonly Agent[] {
  const { skipped } = currentRun(transcript);
  const speakers = team.nextSpeakers(transcript, team.agents);
  const [only] = speakers;
  if (!only || speakers.length > 1 || !skipped.includes(only.name)) return speakers;
  const at = team.agents.indexOf(only);
  const others = [...team.agents.slice(at + 1), ...team.agents.slice(0, at)];
  return [others.find((agent) => !skipped.includes(agent.name)) ?? only];
}

/** A leader that was choosing, or ending, while a person asked for somebody gives way; what its model cost stays told. */
function givingWay(item: EventBody | Delta, team: Team, transcript: Transcript): EventBody | Delta {
  if ((item.type !== "speaker.selected" && item.type !== "finish.decided") || item.within !== undefined) return item;
  const wanted = requestedSpeaker(team, transcript);
  if (!wanted || item.agent === wanted.name) return item;
  const leader = item.type === "speaker.selected" ? item.leader : item.agent === SELECTOR ? undefined : item.agent;
  return {
    type: "speaker.selected",
    agent: wanted.name,
    by: "person",
    ...(leader === undefined ? {} : { leader }),
    ...(item.usage ? { usage: item.usage } : {}),
  };
}

/** The turns of these agents, side by side where there are several. Left at the first event after which the conversation must stop. */
async function* turns(
  speakers: readonly Agent[],
  team: Team,
  transcript: Transcript,
  signal: AbortSignal,
): AsyncGenerator<EventBody | Delta, void, void> {
  const [only] = speakers;
  const all =
    only && speakers.length === 1
      ? only.turn(transcript, signal)
      : sideBySide(
          speakers.map((speaker) => (own) => speaker.turn(transcript, own)),
          signal,
        );
  let open = currentRun(transcript).openTurns.length;
  for await (const made of all) {
    const item = givingWay(made, team, transcript);
    yield item;
    if (!isEvent(item)) continue;
    // Leaving the loop closes the turns where they are: before their next model call or code run.
    if (team.limits(transcript).length > 0 || currentRun(transcript).pausedBy) return;
    const stillOpen = currentRun(transcript).openTurns.length;
    if (stillOpen > 0 && stillOpen < open && whyStop(team, transcript)) return;
    open = stillOpen;
  }
}

function whyStop(team: Team, transcript: Transcript): EventBody | undefined {
  const ended = finishedOrFailed(transcript);
  if (ended.length > 0) return runStopped(transcript, outcomeOf(ended), ended);
  const goals = team.stopWhen(transcript);
  if (goals.length > 0) return runStopped(transcript, "done", goals);
  const caps = team.limits(transcript);
  return caps.length > 0 ? runStopped(transcript, "limit", caps) : undefined;
}

function outcomeOf(reasons: readonly StopReason[]): "done" | "limit" | "stopped" | "failed" {
  const failure = reasons.find((reason) => reason.kind === "failure");
  if (failure) return failure.error.kind === "limit" ? "limit" : "failed";
  return reasons.some((reason) => reason.kind === "person") ? "stopped" : "done";
}

/** The event that closes the current run. */
export function runStopped(
  transcript: Transcript,
  outcome: "done" | "limit" | "stopped" | "failed",
  reasons: readonly StopReason[],
): EventBody {
  return { type: "run.stopped", run: currentRun(transcript).run ?? "", outcome, reasons, reason: reasons.map(describe).join("; ") };
}
