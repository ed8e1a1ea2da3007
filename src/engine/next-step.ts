import type { EventBody } from "./events/events.ts";
import { nextStance } from "./stances/stances.ts";
import { hasAnswer, proposedAnswer } from "./reading/answer.ts";
import { lastSummary } from "./reading/summaries.ts";
import { firstToAct, runStopped, whyStop } from "./stopping.ts";
import type { Agent, Team } from "./team.ts";
import { SELECTOR } from "./reading/spender.ts";
import { currentRun, owedTurn, type Transcript } from "./reading/transcript.ts";

/** What comes next in a conversation. */
export type Step =
  /** These agents take, or go on with, their turns. A leader's turn says who is next. */
  | { readonly kind: "turns"; readonly speakers: readonly Agent[] }
  /** An agent gets the floor. */
  | { readonly kind: "select"; readonly event: EventBody }
  /** Before the run ends: an agent's stance on the answer, or the summary. No limit holds it back. */
  | { readonly kind: "lastWord"; readonly agent: Agent }
  /** The run stops, or halts. */
  | { readonly kind: "end"; readonly event: EventBody };

/** Read off the log alone, so it is the same after a crash. To be called for a run that has work. */
export function nextStep(team: Team, transcript: Transcript): Step {
  const stopped = whyStop(team, transcript);
  if (stopped) return ending(team, transcript, stopped);
  return currentRun(transcript).halt ? summary(team, transcript) : speaking(team, transcript);
}

/** First the stances on the answer, then the summary, then the end. */
function ending(team: Team, transcript: Transcript, event: EventBody): Step {
  const asked = nextStance(team, transcript, event) ?? owedSummary(team, transcript, event);
  return asked ? { kind: "lastWord", agent: asked } : { kind: "end", event };
}

/**
 * The agent that still has to sum up a run before it ends with an answer: once, where people read the result and there were many turns. Nobody where
 * the answer is a leader's, which speaks for all.
 */
function owedSummary({ summarizer, agents }: Team, transcript: Transcript, end: EventBody): Agent | undefined {
  if (!summarizer || end.type !== "run.stopped" || end.outcome !== "done" || !end.reasons.some(hasAnswer)) return undefined;
  const { haltsAtLimits, turns } = currentRun(transcript);
  if (!haltsAtLimits || turns < summarizer.fromTurns) return undefined;
  const answer = proposedAnswer(transcript);
  if (!answer || agents.some(({ name, leads }) => leads && name === answer.agent)) return undefined;
  return (lastSummary(transcript)?.upToSeq ?? 0) >= answer.seq ? undefined : summarizer.agent;
}

/** Of a run that a person ends at a limit. */
function summary(team: Team, transcript: Transcript): Step {
  if (team.closer) return { kind: "lastWord", agent: team.closer };
  return { kind: "end", event: runStopped(transcript, "limit", currentRun(transcript).halt?.reasons ?? []) };
}

function speaking(team: Team, transcript: Transcript): Step {
  const { openTurns, toBeSelected } = currentRun(transcript);
  const begun = toBeSelected.length > 0 ? [...openTurns, ...toBeSelected] : openTurns;
  const wanted = begun.length > 0 ? undefined : requestedSpeaker(team, transcript);
  const speakers =
    begun.length > 0 ? team.agents.filter((agent) => begun.includes(agent.name)) : wanted ? [wanted] : byPolicy(team, transcript);
  const [speaker, ...others] = speakers;
  const [next] = toBeSelected;
  if (!speaker) return ending(team, transcript, runStopped(transcript, "done", [{ kind: "nobody" }]));
  if (next !== undefined) return { kind: "select", event: { type: "speaker.selected", agent: next, by: "policy" } };
  if (begun.length > 0 || speaker.leads) return { kind: "turns", speakers };
  const beside = others.length > 0 ? { others: others.map(({ name }) => name) } : {};
  return { kind: "select", event: { type: "speaker.selected", agent: speaker.name, by: wanted ? "person" : "policy", ...beside } };
}

/** Whom a person wants to hear next, before any policy is asked. */
export function requestedSpeaker(team: Team, transcript: Transcript): Agent | undefined {
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
  const failed = owedTurn(transcript);
  const owed = failed === undefined ? undefined : team.agents.find(({ name }) => name === failed);
  // A leader with a plan of its own says what each is to do; it makes a new one.
  const mayGiveBack = speakers.length > 0 && (!only?.leads || only.name === SELECTOR);
  if (owed && mayGiveBack && !speakers.includes(owed)) return [owed];
  if (!only || speakers.length > 1 || !skipped.includes(only.name)) return speakers;
  const at = team.agents.indexOf(only);
  const others = [...team.agents.slice(at + 1), ...team.agents.slice(0, at)];
  return [others.find((agent) => !skipped.includes(agent.name)) ?? only];
}
