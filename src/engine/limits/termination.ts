import type { AgentMessage, HandoffMade, RunEvent, StopReason } from "../events/events.ts";
import { endingWith } from "./stop-word.ts";
import type { TerminationCondition } from "../team.ts";
import { currentRun, messagesOfRun, read, type Fold, type Transcript } from "../reading/transcript.ts";

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
    return count >= limit ? [{ kind: "maxTurns", limit, count }] : NONE;
  };

/** Where in a message a stop word counts: at its end, as {@link endingWith} has it, or anywhere. */
export type MentionPlace = "end" | "anywhere";

/**
 * A text in the words of an agent; with `agents`, of one of these. In a person's words only where the person is a participant and it is their
 * turn: a task may speak of the stop word.
 */
export function textMention(text: string, agents?: readonly string[], where: MentionPlace = "end"): TerminationCondition {
  const isSaidIn = where === "anywhere" ? (words: string) => words.includes(text) : endingWith(text);
  const counts = (speaker: string) => agents === undefined || agents.includes(speaker);
  return when((event, participants) => {
    if (event.type !== "message.posted" && !isHandover(event)) return undefined;
    const speaker = ("agent" in event ? [event.agent] : participants).find(counts);
    if (speaker === undefined) return undefined;
    const words = "agent" in event ? wordsOf(event) : [event.text];
    return words.some(isSaidIn) ? { kind: "textMention", text, agent: speaker } : undefined;
  });
}

/** Not what a participant who is a person is asked at their turn, which is nobody's words. */
const isHandover = (event: RunEvent): event is Extract<RunEvent, { type: "handoff.made" }> => event.type === "handoff.made" && !event.turn;

const wordsOf = (event: HandoffMade | AgentMessage): readonly string[] =>
  event.type === "handoff.made" && event.beside !== undefined ? [event.beside, event.text] : [event.text];

/** Tokens of every model call of the run, the selector's and failed ones included. */
export const tokens =
  (limit: { readonly total?: number; readonly input?: number; readonly output?: number }): TerminationCondition =>
  (transcript) => {
    const { inputTokens: input, outputTokens: output } = currentRun(transcript).usage;
    const total = input + output;
    const over = (spent: number, cap: number | undefined) => cap !== undefined && spent >= cap;
    if (!over(total, limit.total) && !over(input, limit.input) && !over(output, limit.output)) return NONE;
    return [{ kind: "tokens", limit: limit.total ?? limit.input ?? limit.output ?? 0, total, input, output }];
  };

/** Money, as far as prices are known. */
export const usd =
  (limit: number): TerminationCondition =>
  (transcript) => {
    const spent = currentRun(transcript).usage.usd;
    return spent >= limit ? [{ kind: "usd", limit, spent }] : NONE;
  };

/** Time since the run's start as the log tells it, without the time spent waiting for people. */
export const minutes =
  (limit: number): TerminationCondition =>
  (transcript) => {
    const elapsed = currentRun(transcript).elapsedMs / 60_000;
    return elapsed >= limit ? [{ kind: "minutes", limit, elapsed }] : NONE;
  };

/** A hand-over to this agent, or to a person by the name `human`. */
export const handoffTo = (name: string): TerminationCondition =>
  when((event) => (isHandover(event) && event.to === name ? { kind: "handoff", agent: event.agent, to: name } : undefined));

/** One of these agents has spoken; one who is a person, with the answer that ends their turn. */
export const source = (...agents: readonly string[]): TerminationCondition =>
  when((event, participants) => {
    if (event.type !== "message.posted") return undefined;
    const agent = ("agent" in event ? [event.agent] : participants).find((name) => agents.includes(name));
    return agent === undefined ? undefined : { kind: "source", agent };
  });

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
  (transcript) => {
    let reasons = NONE;
    for (const condition of conditions) {
      const given = condition(transcript);
      if (given.length > 0) reasons = reasons.length > 0 ? [...reasons, ...given] : given;
    }
    return reasons;
  };

const NONE: readonly StopReason[] = [];

/**
 * Fires when every one of them has, in the run, at the same moment or one after the other. It reports what each gave as its reason when it
 * fired, in that order; what has fired once holds. Like every goal it looks at the borders of turns.
 */
export function all(...conditions: readonly TerminationCondition[]): TerminationCondition {
  const atBorders: Fold<Fired & { readonly events: RunEvent[] }> = {
    // An array of its own, beside which what the conditions read is remembered.
    initial: () => ({ events: [], reasons: new Map() }),
    step: ({ events, reasons }, event) => {
      events.push(event);
      if (event.type === "run.started") return { events, reasons: new Map() };
      return currentRun({ events }).atBorder ? { events, ...looked(reasons, { events }) } : { events, reasons };
    },
  };
  const looked = (before: Fired["reasons"], transcript: Transcript): Fired => {
    const reasons = new Map(before);
    for (const [index, condition] of conditions.entries()) {
      const given = reasons.has(index) ? [] : condition(transcript);
      if (given.length > 0) reasons.set(index, given);
    }
    return { reasons };
  };
  return (transcript) => {
    const { reasons } = looked(read(transcript, atBorders).reasons, transcript);
    return conditions.length > 0 && reasons.size === conditions.length ? [...reasons.values()].flat() : [];
  };
}

/** What those conditions gave that have fired in the run, by their place, in the order in which they did. */
interface Fired {
  readonly reasons: ReadonlyMap<number, readonly StopReason[]>;
}

/** What ends every run, whatever its team: somebody decided that it is finished, or a turn could not be had. */
export const finishedOrFailed: TerminationCondition = when((event) => {
  if (event.within !== undefined) return undefined;
  if (event.type === "finish.decided") return { kind: "finish", agent: event.agent, reason: event.reason };
  if (event.type === "stop.requested") return { kind: "person", person: event.person };
  if (event.type === "turn.failed") return { kind: "failure", agent: event.agent, error: event.error };
  return undefined;
});

/**
 * The first event of the run for which `test` gives a reason; it holds from then on. `participants`: those whose turn ends with this event,
 * where it is the answer of a person who is one.
 */
export function when(test: (event: RunEvent, participants: readonly string[]) => StopReason | undefined): TerminationCondition {
  const first: Fold<{ readonly reason: StopReason | undefined; readonly turns: PersonsTurns }> = {
    initial: () => ({ reason: undefined, turns: NO_TURNS }),
    step: (state, event) => {
      if (event.type === "run.started") return { reason: undefined, turns: NO_TURNS };
      if (state.reason || event.quiet || event.outside) return state;
      const { turns, ended } = stepTurns(state.turns, event);
      return { reason: test(event, ended), turns };
    },
  };
  return (transcript) => {
    const { reason } = read(transcript, first);
    return reason ? [reason] : NONE;
  };
}

/** Participants who are people and are asked for their turn, by the seq of the question. */
type PersonsTurns = ReadonlyMap<number, string>;
const NO_TURNS: PersonsTurns = new Map();
const NOBODY: readonly string[] = [];

function stepTurns(turns: PersonsTurns, event: RunEvent): { readonly turns: PersonsTurns; readonly ended: readonly string[] } {
  if (event.type === "handoff.made" && event.turn) return { turns: new Map([...turns, [event.seq, event.agent]]), ended: NOBODY };
  if (turns.size === 0 || event.type !== "message.posted" || !("person" in event)) return { turns, ended: NOBODY };
  // An answer that does not say to what is for all who have asked.
  const answered = event.answers === undefined ? [...turns.keys()] : [event.answers];
  return {
    turns: new Map([...turns].filter(([seq]) => !answered.includes(seq))),
    ended: answered.flatMap((seq) => turns.get(seq) ?? []),
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

/** Whose money it is, in words: an account is named `workspace`, `person/U1`, or for a place its kind and its id. */
export function ownerOf(account: string): string {
  const [kind = "", id] = account.split("/");
  if (id === undefined) return "the workspace";
  return kind === "person" ? "the person who asked" : `this ${kind}`;
}
