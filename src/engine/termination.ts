import type { AgentMessage, HandoffMade, RunEvent, StopReason } from "./events.ts";
import type { TerminationCondition } from "./team.ts";
import { currentRun, messagesOfRun, read, type Fold } from "./transcript.ts";

/** The messages of the run, the task and hand-overs included; with `events`, also its tool calls, their results, and code written and run. */
export const maxMessages =
  (limit: number, counting: { readonly events?: boolean } = {}): TerminationCondition =>
  (transcript) => {
    const count = messagesOfRun(transcript).length + (counting.events ? read(transcript, workDone).count : 0);
    return count >= limit ? [{ kind: "maxMessages", limit, count }] : [];
  };

/** What agents did in the run besides speaking, counted where watchers see it. */
const workDone: Fold<{ readonly count: number }> = {
  initial: () => ({ count: 0 }),
  step: (state, event) => {
    if (event.type === "run.started") return { count: 0 };
    return WORK.includes(event.type) && !event.quiet ? { count: state.count + 1 } : state;
  },
};
const WORK: readonly RunEvent["type"][] = ["tool.called", "tool.returned", "tool.failed", "code.written", "code.ran"];

/** Turns that have ended; a turn's tool rounds are free. */
export const maxTurns =
  (limit: number): TerminationCondition =>
  (transcript) => {
    const count = currentRun(transcript).turns;
    return count >= limit ? [{ kind: "maxTurns", limit, count }] : [];
  };

/**
 * A text in the words of an agent; with `agents`, of one of these. Never in a person's words:
 * a task may speak of the stop word.
 */
export function textMention(text: string, agents?: readonly string[]): TerminationCondition {
  const counts = (speaker: string) => agents === undefined || agents.includes(speaker);
  return when((event) => {
    if (event.type !== "message.posted" && event.type !== "handoff.made") return undefined;
    if (!("agent" in event) || !counts(event.agent) || !wordsOf(event).includes(text)) return undefined;
    return { kind: "textMention", text, agent: event.agent };
  });
}

const wordsOf = (event: HandoffMade | AgentMessage): string =>
  event.type === "handoff.made" && event.beside !== undefined ? `${event.beside}\n${event.text}` : event.text;

/** Tokens of every model call of the run, the selector's and failed ones included. */
export const tokens =
  (limit: { readonly total?: number; readonly input?: number; readonly output?: number }): TerminationCondition =>
  (transcript) => {
    const { inputTokens: input, outputTokens: output } = currentRun(transcript).usage;
    const total = input + output;
    const over = (spent: number, cap: number | undefined) => cap !== undefined && spent >= cap;
    if (!over(total, limit.total) && !over(input, limit.input) && !over(output, limit.output)) return [];
    return [{ kind: "tokens", limit: limit.total ?? limit.input ?? limit.output ?? 0, total, input, output }];
  };

/** Money, as far as prices are known. */
export const usd =
  (limit: number): TerminationCondition =>
  (transcript) => {
    const spent = currentRun(transcript).usage.usd;
    return spent >= limit ? [{ kind: "usd", limit, spent }] : [];
  };

/** Time since the run's start as the log tells it, without the time spent waiting for people. */
export const minutes =
  (limit: number): TerminationCondition =>
  (transcript) => {
    const elapsed = currentRun(transcript).elapsedMs / 60_000;
    return elapsed >= limit ? [{ kind: "minutes", limit, elapsed }] : [];
  };

/** A hand-over to this agent, or to a person by the name `human`. */
export const handoffTo = (name: string): TerminationCondition =>
  when((event) => (event.type === "handoff.made" && event.to === name ? { kind: "handoff", agent: event.agent, to: name } : undefined));

/** One of these agents has spoken. */
export const source = (...agents: readonly string[]): TerminationCondition =>
  when((event) =>
    event.type === "message.posted" && "agent" in event && agents.includes(event.agent)
      ? { kind: "source", agent: event.agent }
      : undefined,
  );

/** An agent has posted a message that asks for the end by itself. */
export const stopMessage = (): TerminationCondition =>
  when((event) =>
    event.type === "message.posted" && "agent" in event && event.kind === "stop" ? { kind: "stopMessage", agent: event.agent } : undefined,
  );

/** A tool of this name has been called and has ended. */
export const toolCalled = (tool: string): TerminationCondition =>
  when((event) =>
    (event.type === "tool.returned" || event.type === "tool.failed") && event.tool === tool ? { kind: "toolCalled", tool } : undefined,
  );

/** Fires when one of them does; reports all that do. */
export const any =
  (...conditions: readonly TerminationCondition[]): TerminationCondition =>
  (transcript) =>
    conditions.flatMap((condition) => condition(transcript));

/** Fires when every one of them has, in the run, at the same moment or one after the other. */
export const all =
  (...conditions: readonly TerminationCondition[]): TerminationCondition =>
  (transcript) => {
    const reasons = conditions.map((condition) => condition(transcript));
    return reasons.length > 0 && reasons.every((fired) => fired.length > 0) ? reasons.flat() : [];
  };

/** What ends every run, whatever its team: somebody decided that it is finished, or a turn could not be had. */
export const finishedOrFailed: TerminationCondition = when((event) => {
  if (event.within !== undefined) return undefined;
  if (event.type === "finish.decided") return { kind: "finish", agent: event.agent, reason: event.reason };
  if (event.type === "stop.requested") return { kind: "person", person: event.person };
  if (event.type === "turn.failed") return { kind: "failure", agent: event.agent, error: event.error };
  return undefined;
});

/** The first event of the run for which `test` gives a reason; it holds from then on. */
export function when(test: (event: RunEvent) => StopReason | undefined): TerminationCondition {
  const first: Fold<{ readonly reason: StopReason | undefined }> = {
    initial: () => ({ reason: undefined }),
    step: (state, event) =>
      event.type === "run.started" ? { reason: undefined } : state.reason || event.quiet || event.outside ? state : { reason: test(event) },
  };
  return (transcript) => {
    const { reason } = read(transcript, first);
    return reason ? [reason] : [];
  };
}

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

/** Whose money it is, in words: an account is named `workspace`, `channel/C1` or `person/U1`. */
export function ownerOf(account: string): string {
  const [kind] = account.split("/");
  return kind === "channel" ? "this channel" : kind === "person" ? "the person who asked" : "the workspace";
}
