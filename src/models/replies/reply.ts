import { randomUUID } from "node:crypto";
import type { Clock } from "../../engine/clock.ts";
import type { Usage } from "../../engine/events/events.ts";
import type { ModelDelta, ModelFailureKind, ModelReply, ModelRequest, ToolCall } from "../../engine/model.ts";
import type { Source } from "../refusals/failure-table.ts";
import { failure, toFailure, type SoFar } from "../refusals/failures.ts";
import { jsonIn } from "../structured.ts";

/** What a provider's stream says, piece by piece, in words common to all providers. `key` tells calls of one reply apart. */
export type Piece =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "call.started"; readonly key: string | number; readonly call: string; readonly tool: string }
  | { readonly type: "call.args"; readonly key: string | number; readonly args: string }
  /** All arguments at once; they replace what came before. */
  | { readonly type: "call.whole"; readonly key: string | number; readonly args: string }
  /** The newest count replaces the one before. */
  | { readonly type: "usage"; readonly usage: Usage }
  /** One line for people: what was left out of the request. */
  | { readonly type: "notice"; readonly text: string }
  /** The provider says that nothing is missing, or why something is. Text and calls count only after it. */
  | { readonly type: "finished"; readonly why: Finish; readonly detail?: string };

export type Finish = "stop" | "length" | "refused" | "filtered" | "context" | "error";

/** How long a provider may keep silent, in milliseconds. Keep-alives are silence. */
export interface Timeouts {
  readonly firstTokenMsMax: number;
  readonly betweenTokensMsMax: number;
  readonly callMsMax: number;
}

/**
 * Calls a provider and puts its pieces together. Whatever happens on the way, it returns a reply; it yields text as it comes. The connection
 * is closed at once when the signal is aborted, a time-out passes, the reply grows too long, or nobody reads on. A stream that breaks off gives
 * a failure, unless the provider had already said that the reply was whole.
 */
export async function* replyFrom(
  open: (signal: AbortSignal) => AsyncGenerator<Piece, void, void>,
  { request, source, timeouts, clock }: { request: ModelRequest; source: Source; timeouts: Timeouts; clock: Clock },
  signal: AbortSignal,
): AsyncGenerator<ModelDelta, ModelReply, void> {
  if (signal.aborted) return failure("aborted", source);
  const draft = newDraft();
  const connection = new AbortController();
  const aborted = whenAborted(signal);
  const deadline = clock.now() + timeouts.callMsMax;
  let closed = false;
  try {
    const pieces = open(connection.signal);
    for (let first = true; ;) {
      const silenceMsMax = first ? timeouts.firstTokenMsMax : timeouts.betweenTokensMsMax;
      const waitMsMax = Math.max(0, Math.min(silenceMsMax, deadline - clock.now()));
      const step = await firstOf(pieces.next(), aborted.promise, waitMsMax, clock);
      if (step === "aborted") return failure("aborted", source, soFar(draft));
      if (step === "timeout") {
        const detail =
          waitMsMax < silenceMsMax
            ? `the whole call took over ${seconds(timeouts.callMsMax)}`
            : `nothing came for ${seconds(silenceMsMax)}`;
        return failure("timeout", source, { ...soFar(draft), detail });
      }
      if (step.done) break;
      first &&= !isToken(step.value);
      const delta = add(draft, step.value);
      if (isTooLong(draft)) return failure("bad_answer", source, { ...soFar(draft), detail: "the reply was far too long" });
      if (delta) yield delta;
    }
    closed = true;
  } catch (error) {
    if (signal.aborted) return failure("aborted", source, soFar(draft));
    if (!draft.finished) return toFailure(error, source, clock.now(), soFar(draft));
  } finally {
    aborted.forget();
    if (!closed) connection.abort();
  }
  return conclude(draft, request, source);
}

/** Counts, notices and empty deltas come before the model has begun to write. */
const isToken = (piece: Piece): boolean =>
  piece.type === "text" || piece.type === "reasoning" ? piece.text !== "" : piece.type !== "usage" && piece.type !== "notice";

interface Draft {
  text: string;
  /** Everything that came, to know when it is too much. */
  chars: number;
  readonly calls: Map<string | number, { call: string; tool: string; args: string }>;
  usage: Usage | undefined;
  readonly notices: string[];
  finished: Extract<Piece, { type: "finished" }> | undefined;
}

const newDraft = (): Draft => ({ text: "", chars: 0, calls: new Map(), usage: undefined, notices: [], finished: undefined });

/** Words only: a call is worth nothing before it is whole. */
const soFar = ({ text, usage, notices }: Draft): SoFar => ({ text, usage, notices });

/** Above any model's useful output, and small enough for one event of the log (1 MiB); also guards against a server that never ends. */
const REPLY_CHARS_MAX = 300_000;
/** Providers allow 128 tools in a request; no sensible reply uses more calls. */
const CALLS_PER_REPLY_MAX = 128;

const isTooLong = (draft: Draft): boolean => draft.chars > REPLY_CHARS_MAX || draft.calls.size > CALLS_PER_REPLY_MAX;

function whenAborted(signal: AbortSignal): { readonly promise: Promise<"aborted">; forget(): void } {
  let forget = (): void => undefined;
  const promise = new Promise<"aborted">((resolve) => {
    const onAbort = (): void => resolve("aborted");
    signal.addEventListener("abort", onAbort, { once: true });
    forget = () => signal.removeEventListener("abort", onAbort);
  });
  return { promise, forget };
}

async function firstOf<T>(
  step: Promise<T>,
  aborted: Promise<"aborted">,
  waitMsMax: number,
  clock: Clock,
): Promise<T | "aborted" | "timeout"> {
  const timer = new AbortController();
  step.catch(() => undefined); // A step that loses the race may still fail later; nobody is left to hear it.
  try {
    return await Promise.race([step, aborted, clock.sleep(waitMsMax, timer.signal).then(() => "timeout" as const)]);
  } finally {
    timer.abort();
  }
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;

function add(draft: Draft, piece: Piece): ModelDelta | undefined {
  switch (piece.type) {
    case "text":
      draft.text += piece.text;
      draft.chars += piece.text.length;
      return piece.text ? piece : undefined;
    case "reasoning":
      draft.chars += piece.text.length;
      return piece.text ? piece : undefined;
    case "call.started":
      draft.chars += piece.tool.length;
      draft.calls.set(piece.key, { call: piece.call, tool: piece.tool, args: "" });
      return undefined;
    case "call.args":
    case "call.whole": {
      const call = draft.calls.get(piece.key);
      if (call) call.args = piece.type === "call.whole" ? piece.args : call.args + piece.args;
      draft.chars += piece.args.length;
      return undefined;
    }
    case "usage":
      draft.usage = piece.usage;
      return undefined;
    case "notice":
      draft.notices.push(piece.text);
      return undefined;
    case "finished":
      draft.finished ??= piece;
      return undefined;
  }
}

function conclude(draft: Draft, request: ModelRequest, source: Source): ModelReply {
  const { finished, usage, notices } = draft;
  const failed = (kind: ModelFailureKind, detail?: string): ModelReply => failure(kind, source, { ...soFar(draft), detail });
  if (!finished) return failed("unavailable", "the connection ended in the middle of the reply");
  switch (finished.why) {
    case "length":
      return failed("bad_answer", "the reply was cut off at the limit of output tokens; raise outputTokensMax or ask for less");
    case "refused":
    case "filtered":
      return failed(finished.why, finished.detail || draft.text);
    case "context":
      return failed("context_too_long");
    case "error":
      return failed("unavailable", finished.detail || "the provider broke off");
    case "stop":
      break;
  }
  const toolCalls = wholeCalls(draft);
  if (toolCalls.some((call) => call.tool === "")) return failed("bad_answer", "it called a tool without naming it");
  if (toolCalls.length === 0 && draft.text.trim() === "") return failed("empty");
  const text = request.answer ? (jsonIn(draft.text) ?? draft.text) : draft.text;
  return {
    kind: "answer",
    text,
    toolCalls,
    usage: usage ?? { inputTokens: 0, outputTokens: 0 },
    ...(notices.length > 0 ? { notices: notices } : {}),
  };
}

/** In the order in which the model began them. Some servers give no ids, or the same one to all. */
function wholeCalls(draft: Draft): ToolCall[] {
  const taken = new Set<string>();
  return [...draft.calls.values()].map(({ call, tool, args }) => {
    const id = call && !taken.has(call) ? call : `call_${randomUUID().replaceAll("-", "")}`;
    taken.add(id);
    return { call: id, tool, args: args || "{}" };
  });
}
