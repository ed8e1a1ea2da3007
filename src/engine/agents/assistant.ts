import type { Delta, EventBody, Usage } from "../events/events.ts";
import { readObject } from "../json-schema.ts";
import { MEMORY_TOOLS, QUERY_CHARS_MAX } from "../memory.ts";
import type { AnswerSpec, Model, ModelMessage, ToolCall, ToolSpec } from "../model.ts";
import type { Agent } from "../team.ts";
import type { Tool } from "../tool.ts";
import type { Turn } from "../turn.ts";
import { read, type Fold } from "../reading/fold.ts";
import { beginOfTurn, currentRun, eventsOfTurn, messagesOfRun, repliesGiven, type Transcript } from "../reading/transcript.ts";
import { NO_CALLS, plus } from "../limits/usage.ts";
import { ask, type CountedReply, type Question } from "./ask.ts";
import { withoutOwnMark } from "../reading/attribution.ts";
import { CONTEXT_DEFAULT, type ContextStrategy } from "../reading/context.ts";
import { readHandoffs, type Handoff } from "./handoff.ts";
import { after, noticed, spokenBy, turnFailed } from "./spoken.ts";
import { keepInShort } from "./summary.ts";
import { lateHandoff, runCalls, waitsForAnswer } from "./tool-calls.ts";
import type { Caller } from "./call-rules.ts";
import { waitsForYes } from "./wishes.ts";
import { heard } from "../reading/hearing.ts";
import { commonView, viewOf } from "../reading/view.ts";

/** Tools that may come and go while an agent speaks; asked for before each request and each call. */
export type LiveTools = (turn: Turn) => Promise<{
  /** Those that its model is told of. */
  readonly offered: readonly Tool[];
  /** Those that it may call. */
  readonly callable: readonly Tool[];
}>;

export interface AssistantSettings {
  readonly name: string;
  readonly description: string;
  /** The system prompt. The same text on every call. */
  readonly instructions: string;
  readonly model: Model;
  readonly tools: readonly Tool[];
  /** Further tools, beside `tools`. */
  readonly liveTools?: LiveTools | undefined;
  /**
   * What this agent alone is told; it stands behind the conversation. With it, `instructions` are shared by several agents of the team, so that their
   * requests begin alike, with the instructions and the conversation as all of them hear it, and share a prompt cache. Only for agents without tools who
   * speak one after the other.
   */
  readonly ownPart?: string | undefined;
  /** The agents to whom it may hand over; `human` asks a person. */
  readonly handoffs: readonly (string | Handoff)[];
  /** How many replies with tool calls one turn may make before it must answer. */
  readonly toolRoundsMax: number;
  /** What ends a turn whose rounds are used up. `prose`: one more call without tools. `summary`: the results of the last round as they are. */
  readonly afterTools: "prose" | "summary";
  /** How much of the conversation its model is given; {@link CONTEXT_DEFAULT} when absent. */
  readonly context?: ContextStrategy;
  /** Whether it calls its tool `recall` with the task before its first words in a run, without its model asking for it. The log has what it reads. */
  readonly recallsFirst?: boolean;
  /** The shape of the JSON that it answers with. An answer that does not fit is sent back to the model once, with the error. */
  readonly answer?: AnswerSpec;
}

const haveRecall = (tools: readonly Tool[]): boolean => tools.some((tool) => tool.name === MEMORY_TOOLS.recall);

/** An agent that speaks through a model and may use tools. Its turn: ask the model, run the calls it makes, ask again, until it answers or hands over. */
export function assistant(settings: AssistantSettings): Agent {
  const { name, description, tools, liveTools, model, context: strategy = CONTEXT_DEFAULT } = settings;
  const view = viewOf(name);
  const caller: Caller = { name, tools, handoffs: readHandoffs(settings.handoffs) };
  const canRecall = async (turn: Turn) => haveRecall(tools) || (liveTools !== undefined && haveRecall((await liveTools(turn)).callable));

  async function* speak(turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
    const { transcript, signal } = turn;
    while (!signal.aborted) {
      const { unrecorded } = read(transcript, view);
      if (unrecorded.length > 0) for (const call of unrecorded.slice()) yield { type: "tool.called", agent: name, ...call };
      const calls = read(transcript, view).open;
      if (calls.size > 0) {
        const open = [...calls.values()];
        const live = await liveTools?.(turn);
        if (signal.aborted) return;
        yield* runCalls(live ? { ...caller, tools: [...tools, ...live.callable] } : caller, open, turn);
        if (signal.aborted || waitsForYes(open, transcript)) return;
        if (waitsForAnswer(open, transcript) || hasHandedOver(transcript, open)) return;
        continue;
      }
      const late = lateHandoff(caller, transcript);
      if (late) {
        yield late;
        return;
      }
      if (settings.recallsFirst && !read(transcript, begun).has(name) && (await canRecall(turn))) {
        yield { type: "tool.called", agent: name, ...recallOfTask(name, transcript) };
        continue;
      }
      const rounds = roundsSinceAnswer(transcript);
      const exhausted = rounds.length >= settings.toolRoundsMax;
      // Some call once more where no tool is offered: what came of it is their answer.
      const isPassedOn = (exhausted && settings.afterTools === "summary") || rounds.length > settings.toolRoundsMax;
      const lastRound = rounds.at(-1);
      if (isPassedOn && lastRound) {
        yield { type: "message.posted", agent: name, text: lastRound.outputs.join("\n"), kind: "summary" };
        return;
      }
      const nth = repliesGiven(transcript, name);
      const lost =
        strategy.kind === "summary" ? yield* keepInShort({ agent: name, context: read(transcript, view), strategy, nth }, turn) : NO_CALLS;
      if (signal.aborted) return;
      const live = exhausted ? undefined : await liveTools?.(turn);
      if (signal.aborted) return;
      const offered = exhausted ? [] : [...[...tools, ...(live?.offered ?? [])].map(specOf), ...caller.handoffs.specs];
      const { answer } = settings;
      const reply = yield* answer ? shaped(answer, turn, offered, lost) : asked(turn, offered, lost);
      if (signal.aborted) return;
      if (reply.kind === "failure") {
        yield turnFailed(name, reply);
        return;
      }
      if (reply.toolCalls.length === 0 && reply.text.trim() === "") {
        const notice = `${reply.model ?? model.name} had nothing to add to what its tools gave.`;
        yield {
          type: "turn.ended",
          agent: name,
          reason: lastRound?.outputs.join("\n") ?? "",
          notices: [...(reply.notices ?? []), notice],
          usage: reply.usage,
        };
        return;
      }
      const isAnswer = reply.toolCalls.length === 0 || (exhausted && (reply.text.trim() !== "" || settings.answer !== undefined));
      if (isAnswer) {
        yield {
          type: "message.posted",
          agent: name,
          text: withoutOwnMark(name, reply.text),
          ...spokenBy(model, reply),
          usage: reply.usage,
        };
        return;
      }
      const [first, ...others] = withUniqueIds(name, reply.toolCalls, transcript);
      if (first)
        yield {
          type: "tool.called",
          agent: name,
          ...first,
          ...(reply.text ? { text: reply.text } : {}),
          ...(others.length > 0 ? { others } : {}),
          ...(reply.kept ? { kept: reply.kept } : {}),
          ...(reply.model === undefined ? {} : { model: reply.model }),
          ...noticed(reply),
          usage: reply.usage,
        };
    }
  }

  /** JSON that fits, or a failure. An answer in words to a request with tools is not wrong, only not yet JSON. */
  async function* shaped(
    answer: AnswerSpec,
    turn: Turn,
    offered: readonly ToolSpec[],
    lost: Usage,
  ): AsyncGenerator<Delta, CountedReply, void> {
    let reply = yield* asked(turn, offered, lost);
    for (let retriesLeft = offered.length > 0 ? 2 : 1; reply.kind === "answer" && reply.toolCalls.length === 0; retriesLeft--) {
      const read = readObject(answer.schema, reply.text);
      if (read.kind === "fits") return { ...reply, text: read.text };
      if (retriesLeft === 0)
        return {
          kind: "failure",
          error: { kind: "bad_answer", message: `The answer does not fit "${answer.name}": ${read.trouble}` },
          ...noticed(reply),
          usage: reply.usage,
        };
      const own: ModelMessage[] = reply.text.trim() ? [{ role: "assistant", text: reply.text, toolCalls: [] }] : [];
      const extra: ModelMessage[] = [...own, { role: "user", text: `${read.trouble} Answer again, as JSON alone.` }];
      reply = after(reply, yield* asked(turn, [], reply.usage, extra));
    }
    return reply;
  }

  /** The reply, with what was spent before it. */
  function asked(
    turn: Turn,
    offered: readonly ToolSpec[],
    before: Usage,
    extra: readonly ModelMessage[] = [],
  ): AsyncGenerator<Delta, CountedReply, void> {
    const { transcript } = turn;
    const nth = repliesGiven(transcript, name) + (before.calls ?? 1);
    // Not together with tools: some providers force the answer and would leave no choice.
    const shape = settings.answer && offered.length === 0 ? { answer: settings.answer } : {};
    const { instructions, ownPart } = settings;
    const request = { agent: name, system: instructions, tools: offered, nth, ...shape };
    // What it has called in this turn is nobody else's.
    const isShared = ownPart !== undefined && roundsSinceAnswer(transcript).length === 0;
    const question: Pick<Question, "request" | "context" | "extra"> = isShared
      ? { request, context: read(transcript, commonView), extra: [...orderFor(name, transcript), { role: "user", text: ownPart }, ...extra] }
      : { request: ownPart === undefined ? request : { ...request, system: `${instructions}\n\n${ownPart}` }, context: read(transcript, view), extra }; // prettier-ignore
    const asking = ask({ model, strategy, ...question }, turn);
    return before === NO_CALLS ? asking : behind(before, asking);
  }

  const hasHandedOver = (transcript: Transcript, calls: readonly ToolCall[]): boolean => {
    const ids = new Set(calls.map((call) => call.call));
    return eventsOfTurn(transcript, name).some((event) => event.type === "handoff.made" && event.call !== undefined && ids.has(event.call));
  };

  /** The rounds of this turn since it began, or since a person answered in it. */
  function roundsSinceAnswer(transcript: Transcript): readonly { readonly outputs: readonly string[] }[] {
    const rounds: { outputs: string[] }[] = [];
    let inCalls = false;
    for (const event of eventsOfTurn(transcript, name)) {
      if (event.type === "message.posted" && "person" in event) rounds.length = 0;
      if (!("agent" in event) || event.agent !== name) continue;
      // A call by rule is no round: no reply of the model made it, and none was paid for.
      const isByRule = settings.recallsFirst === true && rounds.length === 0 && event.type === "tool.called" && event.usage === undefined;
      if (event.type === "tool.called" && !inCalls && !isByRule) rounds.push({ outputs: [] });
      if (event.type === "tool.returned") rounds.at(-1)?.outputs.push(event.output);
      if (event.type === "tool.failed") rounds.at(-1)?.outputs.push(event.error.message);
      inCalls = event.type === "tool.called";
    }
    return rounds;
  }

  return { name, description, turn: speak };
}

async function* behind(before: Usage, asking: AsyncGenerator<Delta, CountedReply, void>): AsyncGenerator<Delta, CountedReply, void> {
  const reply = yield* asking;
  return { ...reply, usage: plus(before, reply.usage) };
}

/** What whoever leads asks of it in this turn. */
function orderFor(name: string, { events }: Transcript): readonly ModelMessage[] {
  const selected = events.findLast((event) => event.type === "speaker.selected" && event.agent === name);
  const order = selected && heard(name, selected, new Map());
  return order ? [order] : [];
}

/** The agents that have done something in the current run. */
const begun: Fold<ReadonlySet<string>> = {
  initial: () => new Set(),
  step: (agents, event) => {
    if (event.type === "run.started") return new Set();
    if (!("agent" in event) || event.type === "speaker.selected" || agents.has(event.agent)) return agents;
    return new Set([...agents, event.agent]);
  },
};

function recallOfTask(name: string, transcript: Transcript): ToolCall {
  const task = messagesOfRun(transcript)[0];
  const quoted = task && "person" in task ? (task.beside ?? []).flatMap(({ source, text }) => (source === undefined ? [] : [text])) : [];
  const query = [task?.text ?? "", ...quoted].join("\n").slice(0, QUERY_CHARS_MAX).toWellFormed();
  const call = { call: "", tool: MEMORY_TOOLS.recall, args: JSON.stringify({ query }) };
  return withUniqueIds(name, [call], transcript)[0] ?? call;
}

const specOf = ({ name, description, parameters }: Tool): ToolSpec => ({ name, description, parameters });

const callIds: Fold<Set<string>> = {
  growsInPlace: true,
  initial: () => new Set(),
  step: (ids, event) => (event.type === "tool.called" ? ids.add(event.call) : ids),
};

/**
 * Providers promise ids that are unique in a reply; the log needs them unique in a thread. Where turns run side by side, each takes the number
 * of its own beginning: what the others call is perhaps not recorded yet.
 */
function withUniqueIds(name: string, calls: readonly ToolCall[], transcript: Transcript): readonly ToolCall[] {
  const known = read(transcript, callIds);
  const given = new Set<string>();
  const isAlone = currentRun(transcript).sideBySide.length <= 1;
  const begin = beginOfTurn(transcript, name);
  let nth = eventsOfTurn(transcript, name).filter((event) => event.type === "tool.called" && event.agent === name).length;
  return calls.map(({ call, tool, args }) => {
    nth++;
    const own = `-${begin}-${nth}`;
    // One that bears the number already is kept: when a log is played again, the ids that it holds are what the model says.
    const isNew = (isAlone || call.endsWith(own)) && call !== "" && !known.has(call) && !given.has(call);
    const id = isNew ? call : `${call || "call"}${own}`;
    given.add(id);
    return { call: id, tool, args };
  });
}
