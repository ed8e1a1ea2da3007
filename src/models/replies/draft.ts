import { randomUUID } from "node:crypto";
import type { Usage } from "../../engine/events/events.ts";
import type { Kept, ModelDelta, ModelFailureKind, ModelReply, ModelRequest, ToolCall } from "../../engine/model.ts";
import { newSplitter, type Splitter } from "../reasoning/split.ts";
import type { Source } from "../refusals/failure-table.ts";
import { failure, type SoFar } from "../refusals/failures.ts";
import { bareJsonIn, jsonIn, requiredBy } from "../structured.ts";
import { wholeUsage } from "../tokens/estimate.ts";
import { settledArgs } from "./call-args.ts";
import { callsInText } from "./calls-in-text.ts";
import { newKept, type KeptPieces } from "./kept.ts";
import type { Piece } from "../piece.ts";

/** A reply as far as it has come. */
export interface Draft {
  readonly splitter: Splitter;
  /** What came as reasoning, apart from the text. */
  thoughts: string;
  /** Everything that came, to know when it is too much. */
  chars: number;
  readonly calls: Map<string | number, { call: string; tool: string; args: string; latest: string | undefined }>;
  readonly kept: KeptPieces;
  usage: Usage | undefined;
  /** Tokens of reply that were asked for at most. */
  limit: number | undefined;
  readonly notices: string[];
  finished: Extract<Piece, { type: "finished" }> | undefined;
}

/** `opensUnmarked`: see the splitter. */
export const newDraft = (opensUnmarked: boolean): Draft => ({
  splitter: newSplitter({ opensUnmarked }),
  thoughts: "",
  chars: 0,
  calls: new Map(),
  kept: newKept(),
  usage: undefined,
  limit: undefined,
  notices: [],
  finished: undefined,
});

/** Above any model's useful output, and small enough for one event of the log (1 MiB); also guards against a server that never ends. */
const REPLY_CHARS_MAX = 300_000;
export const TOO_LONG = "the reply was far too long";
/** Providers allow 128 tools in a request; no sensible reply uses more calls. */
const CALLS_PER_REPLY_MAX = 128;

export const isTooLong = (draft: Draft): boolean => draft.chars > REPLY_CHARS_MAX || draft.calls.size > CALLS_PER_REPLY_MAX;

/** Takes pieces in that came together; gives what of them is to be seen, words that follow each other as one. */
export function addAll(draft: Draft, pieces: readonly Piece[]): readonly ModelDelta[] {
  const seen: ModelDelta[] = [];
  let [kind, words]: [ModelDelta["type"], string] = ["text", ""];
  const show = () => {
    if (words === "") return;
    draft.chars += words.length;
    if (kind === "text") seen.push(...draft.splitter.push(words));
    else {
      draft.thoughts += words;
      seen.push({ type: "reasoning", text: words });
    }
    words = "";
  };
  for (const piece of pieces) {
    if (piece.type !== "text" && piece.type !== "reasoning") add(draft, piece);
    else if (piece.text !== "") {
      if (draft.finished) draft.finished = { ...draft.finished, mayGoOn: true };
      if (piece.type !== kind) show();
      kind = piece.type;
      words += piece.text;
    }
  }
  show();
  return seen;
}

function add(draft: Draft, piece: Exclude<Piece, ModelDelta>): void {
  switch (piece.type) {
    case "call.started":
      draft.chars += piece.tool.length;
      draft.calls.set(piece.key, { call: piece.call, tool: piece.tool, args: "", latest: "" });
      return;
    case "call.named": {
      const call = draft.calls.get(piece.key);
      if (call) Object.assign(call, { call: piece.call, tool: piece.tool });
      return;
    }
    case "call.args":
    case "call.whole": {
      const call = draft.calls.get(piece.key);
      // An empty object behind real arguments says nothing.
      if (call && !(piece.type === "call.whole" && piece.args === "{}" && call.args.trim() !== "")) {
        call.args = piece.type === "call.whole" ? piece.args : call.args + piece.args;
        call.latest = call.latest !== undefined && piece.args.startsWith(call.latest) ? piece.args : undefined;
      }
      draft.chars += piece.args.length;
      return;
    }
    case "call.kept":
      draft.kept.ofCall(piece.key, piece.value);
      return;
    case "kept.text":
      draft.kept.text(piece.name, piece.text);
      return;
    case "kept.list":
      draft.kept.list(piece.name, piece.items);
      return;
    case "kept.value":
      draft.kept.value(piece.name, piece.value);
      return;
    case "usage":
      draft.usage = merged(draft.usage, piece.usage);
      return;
    case "limit":
      draft.limit = piece.tokens;
      return;
    case "notice":
      draft.notices.push(piece.text);
      return;
    case "finished":
      // Some servers say with each piece that all is well: what says otherwise behind that, counts.
      if (!draft.finished || draft.finished.why === "stop") draft.finished = piece;
      return;
  }
}

/** The newest count replaces the one before, but for what it leaves at nothing. */
const merged = (before: Usage | undefined, now: Usage): Usage =>
  before ? { ...before, ...now, inputTokens: now.inputTokens || before.inputTokens, outputTokens: now.outputTokens || before.outputTokens } : now; // prettier-ignore

/** Words only: a call is worth nothing before it is whole. What was written is paid for, also where nobody has counted it. */
export async function soFar(draft: Draft, request: ModelRequest): Promise<SoFar> {
  const { splitter, usage, notices } = draft;
  return {
    text: splitter.answer(),
    notices,
    usage: draft.chars > 0 || usage ? await wholeUsage(usage, request, writtenBy(draft)) : undefined,
  };
}

const writtenBy = ({ splitter, thoughts, calls }: Draft) => ({
  text: splitter.answer(),
  reasoning: thoughts + splitter.reasoning(),
  calls: [...calls.values()],
});

export async function conclude(draft: Draft, request: ModelRequest, source: Source, by: string): Promise<ModelReply> {
  const { finished, notices, splitter } = draft;
  const spent = await soFar(draft, request);
  const failed = (kind: ModelFailureKind, detail?: string): ModelReply => failure(kind, source, { ...spent, detail });
  const text = withoutEndMarks(splitter.answer());
  if (!finished) return failed("unavailable", "the connection ended in the middle of the reply");
  const isCut = finished.why === "length" || (finished.why === "stop" && reachedLimit(draft));
  // Words without their end are words all the same; calls and JSON without theirs are none.
  const wordsAlone = text.trim() !== "" && draft.calls.size === 0 && !request.answer;
  switch (finished.why) {
    case "length":
      if (wordsAlone) break;
      return failed("bad_answer", text.trim() === "" && hasThought(draft) ? ONLY_THOUGHT_TO_THE_END : CUT_OFF);
    case "refused":
    case "filtered":
      return failed(finished.why, finished.detail || text);
    case "context":
      return failed("context_too_long");
    case "error":
      return failed("unavailable", finished.detail || "the provider broke off");
    case "stop":
      break;
  }
  const [given, answered] = answeredByCall(wholeCalls(draft, request), request);
  const mayBeWritten = given.length === 0 && !isCut && !request.answer && !KNOWS_ITS_CALLS.test(source.host);
  const written = mayBeWritten ? callsInText(text, request.tools) : undefined;
  const calls = written?.calls.map((call) => ({ call: newCallId(), ...call })) ?? given;
  if (calls.length > CALLS_PER_REPLY_MAX) return failed("bad_answer", TOO_LONG);
  if (calls.some((call) => call.tool === "")) return failed("bad_answer", "it called a tool without naming it");
  const said = text.trim() === "" && request.answer ? (answered ?? jsonAtEnd(draft.thoughts, request) ?? text) : (written?.text ?? text);
  const isEmpty = calls.length === 0 && said.trim() === "";
  // Behind results it may end its turn without a word: they said it all.
  if (isEmpty && request.messages.at(-1)?.role !== "tool") return failed("empty", hasThought(draft) ? ONLY_THOUGHT : undefined);
  const kept = calls.length > 0 ? keptBy(draft, by) : undefined;
  const told = isCut && wordsAlone ? [...notices, `${source.model}: ${CUT_OFF}.`] : notices;
  return {
    kind: "answer",
    text: isEmpty ? "" : request.answer ? (jsonIn(said, requiredBy(request)) ?? said) : said,
    toolCalls: calls,
    usage: spent.usage ?? (await wholeUsage(undefined, request, writtenBy(draft))),
    ...(kept ? { kept } : {}),
    ...(told.length > 0 ? { notices: told } : {}),
  };
}

/** Asked for an answer by a schema, some models give it as the arguments of a call by the schema's name. */
function answeredByCall(calls: readonly ToolCall[], { answer, tools }: ModelRequest): [readonly ToolCall[], string | undefined] {
  const own = answer && !tools.some(({ name }) => name === answer.name) ? calls.find(({ tool }) => tool === answer.name) : undefined;
  return own ? [calls.filter((call) => call !== own), own.args] : [calls, undefined];
}

/** The answer, where a server took all of it for reasoning: what stands at the end of that, behind anything else. */
function jsonAtEnd(thoughts: string, request: ModelRequest): string | undefined {
  const end = thoughts.slice(thoughts.lastIndexOf("</") + 1).trim();
  const last = /(?:\}|```)$/.test(end) ? jsonIn(end.replace(/^\/\w+>/, ""), requiredBy(request)) : undefined;
  return bareJsonIn(thoughts) ?? last;
}

/** Some servers call a reply whole that ended where its tokens did. */
function reachedLimit({ limit, usage }: Draft): boolean {
  return limit !== undefined && usage !== undefined && !usage.estimated && usage.outputTokens - (usage.reasoningTokens ?? 0) >= limit;
}

const CUT_OFF = "the reply was cut off at the limit of output tokens; raise outputTokensMax or ask for less";
const ONLY_THOUGHT_TO_THE_END =
  "it thought until the limit of output tokens and said nothing; raise outputTokensMax or lower its reasoning effort";
const ONLY_THOUGHT = "it only thought";

const hasThought = ({ thoughts, splitter }: Draft): boolean => (thoughts + splitter.reasoning()).trim() !== "";

function keptBy({ kept, calls }: Draft, by: string): Kept | undefined {
  const what = kept.all([...calls.keys()]);
  return what && { by, what };
}

/** Marks of a chat template behind the last word, which some servers leave there. */
const withoutEndMarks = (text: string): string => {
  const end = text.slice(-END_CHARS_MAX);
  const kept = end.replace(/(?<!\s)(?:\s*(?:<\|(?:im_end|eot_id|eom_id|eot|eom|end_of_text|endoftext|endofresponse|end_of_turn|end|eos|return|call|user|observation|END_OF_TURN_TOKEN)\|>|<\/s>|<eos>|<end_of_turn>|<｜end▁of▁sentence｜>))+\s*$/, ""); // prettier-ignore
  return text.slice(0, text.length - end.length) + kept;
};
const END_CHARS_MAX = 200;

/** Those who make their models themselves: what stands in a text of theirs is what the model says. */
const KNOWS_ITS_CALLS = /^https:\/\/(?:api\.openai\.com|[\w-]+\.openai\.azure\.com|api\.anthropic\.com)$/;

const newCallId = (): string => `call_${randomUUID().replaceAll("-", "")}`;

/** In the order in which the model began them. Some servers give no ids, or the same one to all. */
function wholeCalls(draft: Draft, { tools }: ModelRequest): ToolCall[] {
  const taken = new Set<string>();
  const known = new Set(tools.map(({ name }) => name));
  return [...draft.calls.values()].map(({ call, tool, args: written, latest }) => {
    // Some servers send with each piece all that has come so far.
    const args = latest !== undefined && bareJsonIn(written) === undefined ? (bareJsonIn(latest) ?? written) : written;
    const id = call && !taken.has(call) ? call : newCallId();
    taken.add(id);
    return { call: id, tool: nameIn(tool, known), args: settledArgs(args, nameIn(tool, known)) };
  });
}

/** A name as it was offered, where the model or its server has put something around it, such as `functions.search` or `search:0`. */
function nameIn(written: string, known: ReadonlySet<string>): string {
  if (known.has(written)) return written;
  const bare = written.trim().replace(/^(?:functions?|tools?|default_api)[.:]/, "").replace(/(?::\d+|\(\)|<\|[^]*)$/, ""); // prettier-ignore
  if (known.has(bare)) return bare;
  const alike = [...known].filter((name) => name.toLowerCase() === bare.toLowerCase());
  return alike.length === 1 ? (alike[0] ?? written) : written;
}
