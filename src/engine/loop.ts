import { isEvent, type Delta, type EventBody, type StopReason } from "./events/events.ts";
import { sideBySide } from "./side-by-side.ts";
import type { Agent, Team } from "./team.ts";
import { describe, finishedOrFailed } from "./limits/termination.ts";
import { waiters } from "./reading/run-state.ts";
import { currentRun, messagesOfRun, owedTurn, SELECTOR, type Transcript } from "./reading/transcript.ts";
import { nextStance } from "./stances.ts";
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
  while (currentRun(transcript).running && !signal.aborted) {
    const stopped = whyStop(team, transcript);
    if (stopped) {
      const asked = nextStance(team, transcript, stopped);
      if (asked) {
        yield* takeTurn(asked, turn);
        continue;
      }
      yield stopped;
      return;
    }
    if (!hasWork(team, transcript)) return;
    if (currentRun(transcript).halt) {
      yield* lastWord(team, turn);
      continue;
    }

    const { openTurns, toBeSelected } = currentRun(transcript);
    const begun = [...openTurns, ...toBeSelected];
    const wanted = begun.length > 0 ? undefined : requestedSpeaker(team, transcript);
    const speakers =
      begun.length > 0 ? team.agents.filter((agent) => begun.includes(agent.name)) : wanted ? [wanted] : byPolicy(team, transcript);
    const [speaker, ...others] = speakers;
    if (!speaker) {
      const end = runStopped(transcript, "done", [{ kind: "nobody" }]);
      const asked = nextStance(team, transcript, end);
      if (asked) {
        yield* takeTurn(asked, turn);
        continue;
      }
      yield end;
      return;
    }
    const [next] = toBeSelected;
    if (next !== undefined) yield { type: "speaker.selected", agent: next, by: "policy" };
    else if (begun.length > 0 || speaker.leads) yield* turns(speakers, team, turn);
    else {
      const beside = others.length > 0 ? { others: others.map(({ name }) => name) } : {};
      yield { type: "speaker.selected", agent: speaker.name, by: wanted ? "person" : "policy", ...beside };
    }
  }
}

/** The summary of a run that a person ends at a limit. */
async function* lastWord(team: Team, turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
  const { halt } = currentRun(turn.transcript);
  if (team.closer) yield* takeTurn(team.closer, turn);
  else yield runStopped(turn.transcript, "limit", halt?.reasons ?? []);
}

/** A turn that was refused its next model call, in a run that halts: it stays open, and the run waits. */
function halting(item: EventBody | Delta, transcript: Transcript): EventBody | Delta {
  const { haltsAtLimits } = currentRun(transcript);
  if (!haltsAtLimits || item.type !== "turn.failed" || item.within !== undefined || item.error.kind !== "limit") return item;
  const { agent, error, notices, usage } = item;
  const reached = limitReached(transcript, [{ kind: "failure", agent, error }]);
  return { ...reached, agent, ...(notices ? { notices } : {}), ...(usage ? { usage } : {}) };
}

/** Whom a person wants to hear next, before any policy is asked. */
function requestedSpeaker(team: Team, transcript: Transcript): Agent | undefined {
  const { requested } = currentRun(transcript);
  return requested === undefined ? undefined : team.agents.find((agent) => agent.name === requested);
}

/**
 * As the policy says. One whose turn failed has it again first: in a new run, or whenever the conversation goes on. One whose turn was just
 * broken off does not get it back at once: then the next of the team has the floor.
 */
function byPolicy(team: Team, transcript: Transcript): readonly Agent[] {
  const { skipped } = currentRun(transcript);
  const acting = firstToAct(team, transcript);
  if (acting) return [acting];
  const speakers = team.nextSpeakers(transcript, team.agents);
  const [only] = speakers;
  const owed = team.agents.find(({ name }) => name === owedTurn(transcript));
  // A leader with a plan of its own says what each is to do; it makes a new one.
  const mayGiveBack = speakers.length > 0 && (!only?.leads || only.name === SELECTOR);
  if (owed && mayGiveBack && !speakers.includes(owed)) return [owed];
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
async function* turns(speakers: readonly Agent[], team: Team, turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
  const { transcript, signal } = turn;
  const [only] = speakers;
  const all =
    only && speakers.length === 1
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
    const item = halting(givingWay(made, team, transcript), transcript);
    yield item;
    // Leaving the loop closes the turns where they are: before their next model call or code run.
    if (isEvent(item) && isHeld(team, transcript)) return;
  }
}

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

/** Limits at any event; goals and ends only at the border of a turn, which the log shows: a process that comes back in mid-turn asks no earlier. */
function whyStop(team: Team, transcript: Transcript): EventBody | undefined {
  const { halt, haltsAtLimits } = currentRun(transcript);
  if (halt?.summary) return halt.summary.isGiven ? runStopped(transcript, "limit", halt.reasons) : undefined;
  if (currentRun(transcript).atBorder) {
    const ended = finishedOrFailed(transcript);
    if (ended.length > 0) return runStopped(transcript, outcomeOf(ended), ended);
    const goals = team.stopWhen(transcript);
    if (goals.length > 0 && !firstToAct(team, transcript, goals)) return runStopped(transcript, "done", goals, team);
  }
  const caps = halt ? [] : team.limits(transcript);
  if (caps.length === 0) return undefined;
  if (isDone(team, transcript)) return runStopped(transcript, "done", [{ kind: "nobody" }], team);
  return haltsAtLimits ? limitReached(transcript, caps) : runStopped(transcript, "limit", caps, team);
}

/** Who acts on the very words that hold the stop word, before the run ends by it: code beside it is run. */
function firstToAct(team: Team, transcript: Transcript, goals = team.stopWhen(transcript)): Agent | undefined {
  if (goals.length === 0 || goals.some(({ kind }) => kind !== "textMention")) return undefined;
  const last = messagesOfRun(transcript).at(-1);
  return last && team.agents.find((agent) => agent.wouldActOn?.(transcript).includes(last.seq));
}

/** Nobody is left to speak: a graph has come to its end, also where a cap is met at that moment. */
function isDone(team: Team, transcript: Transcript): boolean {
  const { atBorder, openTurns, toBeSelected, turns, requested } = currentRun(transcript);
  if (!atBorder || turns === 0 || openTurns.length > 0 || toBeSelected.length > 0 || requested !== undefined) return false;
  return team.nextSpeakers(transcript, team.agents).length === 0;
}

function outcomeOf(reasons: readonly StopReason[]): "done" | "limit" | "stopped" | "failed" {
  const failure = reasons.find((reason) => reason.kind === "failure");
  if (failure) return failure.error.kind === "limit" ? "limit" : "failed";
  return reasons.some((reason) => reason.kind === "person") ? "stopped" : "done";
}

/** The event at which the current run halts. */
export function limitReached(transcript: Transcript, reasons: readonly StopReason[]): EventBody & { readonly type: "limit.reached" } {
  return { type: "limit.reached", run: currentRun(transcript).run ?? "", reasons, reason: reasons.map(describe).join("; ") };
}

/** The event that closes the current run; with the team, it says where words were left that somebody of it would have acted on. */
export function runStopped(
  transcript: Transcript,
  outcome: "done" | "limit" | "stopped" | "failed",
  reasons: readonly StopReason[],
  team?: Team,
): EventBody {
  const left = team?.agents.some((agent) => (agent.wouldActOn?.(transcript) ?? []).length > 0) ? ["code was left that nobody ran"] : [];
  const reason = [...reasons.map(describe), ...left].join("; ");
  return { type: "run.stopped", run: currentRun(transcript).run ?? "", outcome, reasons, reason };
}
