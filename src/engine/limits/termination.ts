import type { StopReason } from "../events/events.ts";
import { when } from "./by-event.ts";
import type { TerminationCondition } from "../team.ts";

/** What ends every run, whatever its team: somebody decided that it is finished, or a turn could not be had. */
export const finishedOrFailed: TerminationCondition = when((event) => {
  if (event.within !== undefined) return undefined;
  if (event.type === "finish.decided") return { kind: "finish", agent: event.agent, reason: event.reason };
  if (event.type === "stop.requested") return { kind: "person", person: event.person };
  if (event.type === "turn.failed") return { kind: "failure", agent: event.agent, error: event.error };
  return undefined;
});

/** One line for people. */
export function describe(reason: StopReason): string {
  switch (reason.kind) {
    case "maxMessages":
      return `reached ${reason.limit} messages`;
    case "maxTurns":
      return `reached ${reason.limit} ${reason.limit === 1 ? "turn" : "turns"}`;
    case "textMention":
      return `${reason.agent} said "${reason.text}"`;
    case "tokens":
      return `used ${reason.total} tokens, the limit is ${reason.limit}`;
    case "usd":
      return `spent $${reason.spent.toFixed(2)}, the limit is $${reason.limit.toFixed(2)}`;
    case "minutes":
      return `took ${Math.round(reason.elapsed)} minutes, the limit is ${reason.limit}`;
    case "budget":
      return `${reason.priced ? "" : "at least "}$${reason.spent.toFixed(2)} spent today, the budget of ${ownerOf(reason.account)} is $${reason.limit.toFixed(2)} a day`;
    case "handoff":
      return `${reason.agent} handed over to ${reason.to}`;
    case "finish":
      return reason.reason || `${reason.agent} decided that it is finished`;
    case "source":
      return `${reason.agent} has spoken`;
    case "stopMessage":
      return `${reason.agent} asked for the end`;
    case "toolCalled":
      return `${reason.tool} was called`;
    case "goal":
      return reason.text;
    case "person":
      return `stopped by ${reason.person.name}`;
    case "failure":
      return reason.error.kind === "limit" ? reason.error.message : `${reason.agent} could not answer: ${reason.error.message}`;
    case "nobody":
      return "nobody left to speak";
  }
}

/** Whose money it is, in words: an account is named `workspace`, `person/U1`, or for a place its kind and its id. */
export function ownerOf(account: string): string {
  const [kind = "", id] = account.split("/");
  if (id === undefined) return "the workspace";
  return kind === "person" ? "the person who asked" : `this ${kind}`;
}
