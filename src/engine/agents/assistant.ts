import { HUMAN, type Delta, type EventBody, type Usage } from "../events.ts";
import type { Model, ModelMessage, ModelReply, ModelRequest, ToolCall, ToolSpec } from "../model.ts";
import type { Agent } from "../team.ts";
import type { Tool, ToolResult } from "../tool.ts";
import { eventsOfTurn, read, repliesGiven, type Fold, type Transcript } from "../transcript.ts";
import { readHandoffs, type Handoff, type HandoffCall } from "./handoff.ts";
import { viewOf } from "./view.ts";

export interface AssistantSettings {
  readonly name: string;
  readonly description: string;
  /** The system prompt. The same text on every call. */
  readonly instructions: string;
  readonly model: Model;
  readonly tools: readonly Tool[];
  /** To whom it may hand over; `human` asks a person. */
  readonly handoffs: readonly (string | Handoff)[];
  /** Replies with tool calls that one turn may make before it must answer. */
  readonly toolRoundsMax: number;
  /** What ends a turn whose rounds are used up: one more call without tools, or the results of the last round as they are. */
  readonly afterTools: "prose" | "summary";
}

/** An agent that speaks through a model and may use tools. Its turn: ask the model, run the calls it makes, ask again, until it answers or hands over. */
export function assistant(settings: AssistantSettings): Agent {
  const { name, description, tools } = settings;
  const view = viewOf(name);
  const handoffs = readHandoffs(settings.handoffs);
  const specs: readonly ToolSpec[] = [...tools.map(specOf), ...handoffs.specs];

  async function* turn(transcript: Transcript, signal: AbortSignal): AsyncGenerator<EventBody | Delta, void, void> {
    while (!signal.aborted) {
      const open = [...read(transcript, view).open.values()];
      if (open.length > 0) {
        yield* runCalls(open, transcript, signal);
        if (signal.aborted || hasHandedOver(transcript, open)) return;
        continue;
      }
      const rounds = roundsSinceAnswer(transcript);
      const exhausted = rounds.length >= settings.toolRoundsMax;
      if (exhausted && settings.afterTools === "summary" && rounds.length > 0) {
        yield { type: "message.posted", agent: name, text: rounds.at(-1)?.outputs.join("\n") ?? "", kind: "summary" };
        return;
      }
      const reply = yield* ask(request(transcript, exhausted ? [] : specs), signal);
      if (reply.kind === "failure") {
        if (!signal.aborted) yield { type: "turn.failed", agent: name, error: plain(reply.error), usage: reply.usage ?? ONE_CALL };
        return;
      }
      if (reply.toolCalls.length === 0 || exhausted) {
        yield { type: "message.posted", agent: name, text: reply.text, model: settings.model.name, usage: reply.usage };
        return;
      }
      for (const [index, call] of reply.toolCalls.entries()) {
        const first = index === 0 ? { usage: reply.usage, ...(reply.text ? { text: reply.text } : {}) } : {};
        yield { type: "tool.called", agent: name, call: uniqueId(call.call, transcript), tool: call.tool, args: call.args, ...first };
      }
    }
  }

  function request(transcript: Transcript, offered: readonly ToolSpec[]): ModelRequest {
    const { messages } = read(transcript, view);
    return {
      agent: name,
      system: settings.instructions,
      messages: endingOnUser(messages),
      tools: offered,
      nth: repliesGiven(transcript, name),
    };
  }

  async function* ask(asked: ModelRequest, signal: AbortSignal): AsyncGenerator<Delta, ModelReply, void> {
    const call = settings.model.call(asked, signal);
    for (;;) {
      const step = await call.next();
      if (step.done) return step.value;
      if (step.value.type === "text") yield { type: "text.delta", agent: name, text: step.value.text };
    }
  }

  /** Ordinary calls run side by side and are recorded in the order of the reply; a hand-over comes last, and only the first one counts. */
  async function* runCalls(
    calls: readonly ToolCall[],
    transcript: Transcript,
    signal: AbortSignal,
  ): AsyncGenerator<EventBody | Delta, void, void> {
    const ordinary = calls.filter((call) => !handoffs.isHandoff(call.tool));
    const running = ordinary.map(async (call) => ({ call, result: await runOne(call, signal) }));
    for (const finished of running) {
      const { call, result } = await finished;
      if (signal.aborted) return;
      yield recorded(call, result);
    }
    const [first, ...others] = calls.filter((call) => handoffs.isHandoff(call.tool));
    for (const call of others) {
      const message = `Only the first hand-over of a reply counts; ${first?.tool} came before.`;
      yield { type: "tool.failed", agent: name, call: call.call, tool: call.tool, error: { kind: "second_handoff", message } };
    }
    if (!first) return;
    const handoff = handoffs.parse(first, wordsBeside(first, transcript));
    if (handoff.kind === "failed") {
      yield recorded(first, handoff);
      return;
    }
    yield* handOver(first, handoff);
  }

  function* handOver(call: ToolCall, handoff: HandoffCall): Generator<EventBody, void, void> {
    const { to, text, options } = handoff;
    yield {
      type: "tool.returned",
      agent: name,
      call: call.call,
      tool: call.tool,
      output: to === HUMAN ? "The question was handed to a person; the answer follows." : text,
    };
    yield { type: "handoff.made", agent: name, to, text, call: call.call, ...(options.length > 0 ? { options } : {}) };
  }

  async function runOne(call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
    const tool = tools.find((candidate) => candidate.name === call.tool);
    if (!tool)
      return failed("unknown_tool", `There is no tool "${call.tool}". There are: ${specs.map((spec) => spec.name).join(", ") || "none"}.`);
    const args = parseArgs(call.args);
    if (args === BROKEN) return failed("bad_arguments", `The arguments of ${call.tool} are not valid JSON: ${call.args.slice(0, 200)}`);
    try {
      return await tool.run(args, signal);
    } catch (error) {
      return failed("crashed", `${call.tool} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  function recorded(call: ToolCall, result: ToolResult): EventBody {
    const { call: id, tool } = call;
    if (result.kind === "failed") return { type: "tool.failed", agent: name, call: id, tool, error: result.error };
    return { type: "tool.returned", agent: name, call: id, tool, output: capped(result.output) };
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
      if (event.type === "tool.called" && !inCalls) rounds.push({ outputs: [] });
      if (event.type === "tool.returned") rounds.at(-1)?.outputs.push(event.output);
      if (event.type === "tool.failed") rounds.at(-1)?.outputs.push(event.error.message);
      inCalls = event.type === "tool.called";
    }
    return rounds;
  }

  function wordsBeside(call: ToolCall, transcript: Transcript): string {
    const turnEvents = eventsOfTurn(transcript, name);
    const index = turnEvents.findIndex((event) => event.type === "tool.called" && event.call === call.call);
    // The words are on the first call of the reply, which may be another one.
    for (let at = index; at >= 0 && turnEvents[at]?.type === "tool.called"; at--) {
      const event = turnEvents[at];
      if (event?.type === "tool.called" && event.text) return event.text;
    }
    return "";
  }

  return { name, description, turn };
}

/** A tool's output is cut here before it is recorded: it is read again on every later call. */
const TOOL_OUTPUT_CHARS_MAX = 20_000;

const capped = (output: string): string =>
  output.length <= TOOL_OUTPUT_CHARS_MAX
    ? output
    : `${output.slice(0, TOOL_OUTPUT_CHARS_MAX)}\n… cut: ${output.length - TOOL_OUTPUT_CHARS_MAX} more characters`;

const ONE_CALL: Usage = { inputTokens: 0, outputTokens: 0 };
const BROKEN = Symbol("broken JSON");

function parseArgs(args: string): unknown {
  if (args.trim() === "") return {};
  try {
    return JSON.parse(args) as unknown;
  } catch {
    return BROKEN;
  }
}

const failed = (kind: string, message: string): ToolResult => ({ kind: "failed", error: { kind, message } });
const plain = (error: { readonly kind: string; readonly message: string }) => ({ kind: error.kind, message: error.message });
const specOf = ({ name, description, parameters }: Tool): ToolSpec => ({ name, description, parameters });

/** Some providers refuse a request that ends on the assistant's own words: an agent that has the floor twice in a row. */
function endingOnUser(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return messages.at(-1)?.role === "assistant"
    ? [...messages, { role: "user", text: "(Nobody has spoken since. Please go on.)" }]
    : messages;
}

const callIds: Fold<Set<string>> = {
  initial: () => new Set(),
  step: (ids, event) => (event.type === "tool.called" ? ids.add(event.call) : ids),
};

/** Providers promise ids that are unique in a reply; the log needs them unique in a thread. */
function uniqueId(call: string, transcript: Transcript): string {
  if (call && !read(transcript, callIds).has(call)) return call;
  return `${call || "call"}-${transcript.events.length + 1}`;
}
