import type { EventBody, StopReason } from "./events/events.ts";
import { describe, finishedOrFailed } from "./limits/termination.ts";
import { currentRun, messagesOfRun, type Transcript } from "./reading/transcript.ts";
import type { Agent, Team } from "./team.ts";

/** Why the run stops or halts now, if it does. Limits at any event; goals and ends only at the border of a turn, which the log shows: a process that comes back in mid-turn asks no earlier. */
export function whyStop(team: Team, transcript: Transcript): EventBody | undefined {
  const { halt, haltsAtLimits, atBorder } = currentRun(transcript);
  if (halt?.summary) return halt.summary.isGiven ? runStopped(transcript, "limit", halt.reasons) : undefined;
  if (atBorder) {
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
export function firstToAct(team: Team, transcript: Transcript, reached?: readonly StopReason[]): Agent | undefined {
  if (!team.agents.some(({ wouldActOn }) => wouldActOn)) return undefined;
  const goals = reached ?? team.stopWhen(transcript);
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
