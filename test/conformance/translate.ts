import { HUMAN, type EventBody, type RunEvent, type StopReason } from "../../src/engine/events/events.ts";
import type { ExpectedMessage, MessageSetup } from "./format.ts";

/** A message as the scenarios speak of it. */
export interface Seen {
  readonly source: string;
  readonly type: string;
  readonly content: unknown;
  readonly target?: string;
  /** The code runs that a message reports. */
  readonly runs?: readonly { readonly exitCode: number; readonly outcome: string; readonly output: string }[];
}

/** The text of a message's content: parts are read as one message. */
export const words = (content: unknown): string =>
  typeof content === "string"
    ? content
    : Array.isArray(content) && content.every((part) => typeof part === "string")
      ? content.join("\n")
      : JSON.stringify(content ?? "");

const NO_ANSWERS: ReadonlySet<string> = new Set();

/** Parley's events → AutoGen's messages. `structured`: the agents that answer with a form. */
export function messagesOf(events: readonly RunEvent[], structured = NO_ANSWERS): Seen[] {
  const seen: Seen[] = [];
  let calls: { agent: string; ids: string[]; names: string[]; results: [string, string, boolean][] } | undefined;
  let runs: { exitCode: number; outcome: string; output: string }[] = [];
  let coderWrites = false;
  for (const [index, event] of events.entries()) {
    switch (event.type) {
      case "message.posted":
        if ("person" in event) seen.push({ source: event.person.id, type: "text", content: event.text });
        else
          seen.push({
            source: event.agent,
            ...contentOf(event, structured),
            runs,
          });
        runs = [];
        coderWrites = false;
        break;
      case "tool.called": {
        if (event.text) seen.push({ source: event.agent, type: "thought", content: event.text });
        calls ??= { agent: event.agent, ids: [], names: [], results: [] };
        calls.ids.push(event.call);
        calls.names.push(event.tool);
        const next = events[index + 1];
        if (next?.type !== "tool.called" || next.agent !== event.agent)
          seen.push({ source: event.agent, type: "tool_request", content: calls.names });
        break;
      }
      case "tool.returned":
      case "tool.failed":
        calls?.results.push([
          event.tool,
          event.type === "tool.returned" ? event.output : event.error.message,
          event.type === "tool.failed",
        ]);
        if (calls && calls.results.length === calls.ids.length) {
          // Results are compared in the order of the calls; a hand-over is recorded behind the others.
          const order = calls.names;
          seen.push({
            source: event.agent,
            type: "tool_execution",
            content: calls.results.toSorted((a, b) => order.indexOf(a[0]) - order.indexOf(b[0])),
          });
          calls = undefined;
        }
        break;
      case "handoff.made":
        if (event.turn) seen.push({ source: event.agent, type: "user_input_requested", content: event.text });
        else seen.push({ source: event.agent, type: "handoff", content: event.text, target: event.to });
        break;
      case "turn.ended":
        // A model that was asked has said nothing.
        if (event.usage) seen.push({ source: event.agent, type: "text", content: "" });
        break;
      case "code.written":
        if (/```/.test(event.text) || /"retry"\s*:\s*true/.test(event.text))
          seen.push({ source: event.agent, type: "code_generation", content: event.text });
        coderWrites = true;
        break;
      case "code.ran":
        runs.push({ exitCode: event.exitCode, outcome: event.outcome, output: event.output });
        if (coderWrites) addExecution(seen, event);
        break;
      default:
        break;
    }
  }
  return seen;
}

type Posted = Extract<RunEvent, { type: "message.posted"; agent: string }>;

function contentOf({ agent, kind, text }: Posted, structured: ReadonlySet<string>): Pick<Seen, "type" | "content"> {
  if (kind === "stop") return { type: "stop", content: text };
  if (kind === "summary") return { type: "tool_summary", content: text };
  const isForm = structured.has(agent) && text.startsWith("{");
  return isForm ? { type: "structured", content: JSON.parse(text) as unknown } : { type: "text", content: text };
}

/** The blocks of one reply are one execution. */
function addExecution(seen: Seen[], { agent, source, output }: Extract<RunEvent, { type: "code.ran" }>): void {
  const before = seen.at(-1);
  if (source.block > 0 && before?.type === "code_execution")
    seen[seen.length - 1] = { ...before, content: `${String(before.content)}${output}` };
  else seen.push({ source: agent, type: "code_execution", content: output });
}

/** A scenario's message → the event that says the same. `user` is a person, everybody else an agent. */
export function eventOf(message: string | MessageSetup, userIsPerson = true): EventBody {
  const { source = "user", type = "text", content, target, usage } = typeof message === "string" ? { content: message } : message;
  const text = words(content);
  const spent = usage ? { usage: { inputTokens: usage[0], outputTokens: usage[1] } } : {};
  if (type === "handoff") return { type: "handoff.made", agent: source, to: target ?? "", text };
  if (type === "tool_request")
    return { type: "tool.called", agent: source, call: `c-${text}`, tool: nameIn(content), args: "{}", ...spent };
  if (type === "tool_execution") return { type: "tool.returned", agent: source, call: `c-${text}`, tool: nameIn(content), output: text };
  if (source === "user" && userIsPerson) return { type: "message.posted", person: { id: source, name: source }, text };
  return {
    type: "message.posted",
    agent: source,
    text,
    ...kindOf({ type }),
    ...spent,
  };
}

/** What kind of words a message of this type is, where it is not plain ones. */
export const kindOf = ({ type }: Pick<MessageSetup, "type">): { readonly kind?: "stop" | "summary" } =>
  type === "stop" ? { kind: "stop" } : type === "tool_summary" ? { kind: "summary" } : {};

const nameIn = (content: unknown): string => (Array.isArray(content) ? nameIn(content[0]) : String(content));

export function stopToken(reason: StopReason): string {
  switch (reason.kind) {
    case "textMention":
      return `text_mention:${reason.text}`;
    case "maxMessages":
      return `max_message:${reason.limit}/${reason.count}`;
    case "maxTurns":
      return `max_turns:${reason.limit}`;
    case "handoff":
      return `handoff:${reason.agent}>${reason.to}`;
    case "tokens":
      return `tokens:${reason.total}/${reason.input}/${reason.output}`;
    case "budget":
      return `budget:${reason.account}`;
    case "minutes":
      return `timeout:${Number((reason.limit * 60).toFixed(3))}`;
    case "person":
      return "external";
    case "source":
      return `source:${reason.agent}`;
    case "stopMessage":
      return "stop_message";
    case "toolCalled":
      return `function:${reason.tool}`;
    case "nobody":
      return "graph_complete";
    case "usd":
    case "finish":
    case "failure":
    case "goal":
      return reason.kind;
  }
}

/** The first difference between what is expected of a message and what was seen, or nothing. Only the given keys count, trailing newlines do not. */
export function messageDifference(expected: ExpectedMessage, seen: Seen | undefined): string | undefined {
  if (!seen) return `expected ${JSON.stringify(expected)}, got nothing`;
  const differs = (what: string) => `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(seen)}`;
  if (expected.source !== undefined && expected.source !== seen.source) return differs("source");
  if (expected.source_any && !expected.source_any.includes(seen.source)) return differs("source");
  // Text and more is one message.
  const type = expected.type === "multimodal" ? "text" : expected.type;
  if (type !== undefined && type !== seen.type) return differs("type");
  if (expected.target !== undefined && expected.target !== seen.target && !(seen.target === HUMAN && expected.target === "user"))
    return differs("target");
  const content = expected.type === "multimodal" ? words(expected.content) : expected.content;
  if (expected.content !== undefined && !same(content, seen.content)) return differs("content");
  const fragments = expected.contains === undefined ? [] : [expected.contains].flat();
  if (!fragments.every((fragment) => String(seen.content).includes(fragment))) return differs("contains");
  if (expected.content_kind !== undefined && !isKind(expected.content_kind, seen)) return differs("content_kind");
  if (expected.output !== undefined && !same(expected.output, seen.runs?.map((run) => run.output).join("") ?? "")) return differs("output");
  return undefined;
}

function isKind(kind: string, { content, runs = [], target }: Seen): boolean {
  const [name, ...rest] = kind.split(":");
  const detail = rest.join(":");
  const last = runs.at(-1);
  switch (name) {
    case "run_failed":
      return last !== undefined && last.exitCode === Number(detail) && last.outcome !== "ok" && last.outcome !== "rejected";
    case "run_no_output":
      return (
        last !== undefined &&
        last.exitCode === Number(detail) &&
        last.output.trim() === "" &&
        String(content).includes(`exit code ${detail}`)
      );
    case "no_code_found":
      return runs.length === 0 && String(content).includes("No code");
    case "not_approved":
      return last?.outcome === "rejected" && String(content).includes(detail);
    case "default_handoff_notice":
      return target !== undefined && String(content).includes(detail);
    default:
      throw new Error(`content kind ${kind} is not known`);
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(trimmed(a)) === JSON.stringify(trimmed(b));
const trimmed = (value: unknown): unknown => {
  if (typeof value === "string") return value.replace(/\n+$/, "");
  if (Array.isArray(value)) return value.map(trimmed);
  // The keys of an object have no order.
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(trimmed);
  return value;
};
