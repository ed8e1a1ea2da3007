import { isEvent, type Delta, type EventBody } from "./events/events.ts";
import { nextStep, requestedSpeaker } from "./next-step.ts";
import { sideBySide } from "./side-by-side.ts";
import { limitReached, whyStop } from "./stopping.ts";
import type { Agent, Team } from "./team.ts";
import { waiters } from "./reading/run-state.ts";
import { SELECTOR } from "./reading/spender.ts";
import { currentRun, type Transcript } from "./reading/transcript.ts";
import type { Turn } from "./turn.ts";

/**
 * Goes on with a conversation until it stops or waits for a person.
 *
 * An event is a fact only once the caller has recorded it: the caller appends each event to `transcript` before it asks for the next.
 * Nothing is kept between calls: after an answer, an approval or a crash, call it again. With an aborted signal it ends without a word;
 * the log says where to go on.
 */
export async function* converse(team: Team, turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
  const { transcript, signal } = turn;
  while (hasWork(team, transcript) && !signal.aborted) {
    const step = nextStep(team, transcript);
    if (step.kind === "turns") yield* turns(step.speakers, team, turn);
    else if (step.kind === "lastWord") yield* takeTurn(step.agent, turn);
    else yield step.event;
    if (step.kind === "end") return;
  }
}

/** The turns of these agents, side by side where there are several. Left at the first event after which the conversation must stop. */
async function* turns(speakers: readonly Agent[], team: Team, turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
  const { transcript, signal } = turn;
  const only = speakers.length === 1 ? speakers[0] : undefined;
  const all = only
    ? takeTurn(only, turn)
    : sideBySide<EventBody | Delta>(
        {
          wanted: () => goingOn(team, transcript),
          begin: (name, own) => takeTurn(speakers.find((speaker) => speaker.name === name) as Agent, { ...turn, signal: own }),
          changed: turn.heard,
        },
        signal,
      );
  for await (const made of all) {
    const item = halting(givingWay(made, team, transcript), team, transcript);
    yield item;
    // Leaving the loop closes the turns where they are: before their next model call or code run. One that is over has nothing to close.
    if (isEvent(item) && ((only && isOver(only, transcript)) || isHeld(team, transcript))) return;
  }
}

/** A turn that was refused its next model call, in a run that halts: it stays open, and the run waits. */
function halting(item: EventBody | Delta, team: Team, transcript: Transcript): EventBody | Delta {
  const { haltsAtLimits } = currentRun(transcript);
  if (!haltsAtLimits || item.type !== "turn.failed" || item.within !== undefined || item.error.kind !== "limit") return item;
  const { agent, error, notices, usage } = item;
  const caps = team.limits(transcript);
  const reached = limitReached(transcript, caps.length > 0 ? caps : [{ kind: "failure", agent, error }]);
  return { ...reached, agent, ...(notices ? { notices } : {}), ...(usage ? { usage } : {}) };
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

/** A leader's turn ends when it gives the floor away. */
const isOver = ({ leads, name }: Agent, transcript: Transcript): boolean => !leads && !currentRun(transcript).openTurns.includes(name);

const isHeld = (team: Team, transcript: Transcript): boolean => {
  const { pausedBy, halt } = currentRun(transcript);
  return pausedBy !== undefined || halt !== undefined || whyStop(team, transcript) !== undefined;
};

async function* takeTurn(speaker: Agent, turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
  let hasRecorded = false;
  for await (const item of speaker.turn(turn)) {
    yield item;
    hasRecorded ||= isEvent(item);
  }
  if (!hasRecorded && !turn.signal.aborted)
    throw new Error(`the turn of ${speaker.name} ended and the log has not grown; a turn must record at least one event`);
}

/** Those of the team whose turns have begun and who do not wait for a person. */
function goingOn({ agents }: Team, transcript: Transcript): readonly string[] {
  const run = currentRun(transcript);
  const { openTurns } = run;
  const waiting = waiters(run);
  return agents
    .filter((agent) => openTurns.includes(agent.name) && (!waiting.includes(agent.name) || agent.goesOn?.(transcript)))
    .map(({ name }) => name);
}

/** Whether {@link converse} would do anything now: something ends the run, or somebody of the team does not wait for a person. */
export function hasWork(team: Team, transcript: Transcript): boolean {
  const run = currentRun(transcript);
  const { running, halt, pausedBy, toBeSelected } = run;
  if (!running) return false;
  if (halt) return halt.summary !== undefined || whyStop(team, transcript) !== undefined;
  if (pausedBy) return whyStop(team, transcript) !== undefined;
  return (
    waiters(run).length === 0 || toBeSelected.length > 0 || goingOn(team, transcript).length > 0 || whyStop(team, transcript) !== undefined
  );
}
