import { z } from "zod";
import { systemClock, type Clock } from "../../engine/clock.ts";
import { isSameName } from "../../engine/names.ts";
import type { Usage } from "../../engine/events/events.ts";
import type { Turn } from "../../engine/turn.ts";
import type { Model, ModelFailureKind, ModelReply, ModelRequest, ToolCall } from "../../engine/model.ts";
import { fillTemplate, patternTrouble } from "./replay-template.ts";

const REPLIES_PER_AGENT_MAX = 1_000;
const AGENTS_MAX = 100;
const TEXT_CHARS_MAX = 100_000; // Longer than any message that a person would write down.
const DELAY_MS_MAX = 600_000; // As long as the longest real call.

const text = z.string().max(TEXT_CHARS_MAX);
const object = z.record(z.string(), z.unknown());
const tokens = z.int().nonnegative().max(100_000_000);

const beside = {
  usage: z
    .strictObject({ input: tokens, output: tokens, cached: tokens.optional(), reasoning: tokens.optional() })
    .optional()
    .describe("Tokens; words are counted when absent."),
  delayMs: z.int().nonnegative().max(DELAY_MS_MAX).optional().describe("Before the first word."),
};

const FAILURE_KINDS = [
  "rate_limited", "overloaded", "unavailable", "timeout", "bad_key", "unknown_model", "quota",
  "context_too_long", "refused", "filtered", "bad_request", "bad_answer", "empty", "queue_full", "aborted",
] as const satisfies readonly ModelFailureKind[]; // prettier-ignore

const Reply = z
  .union([
    text,
    z.strictObject({ text, ...beside }),
    z.strictObject({
      toolCalls: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(64),
            args: z.union([z.string(), object]).default({}).describe("A string is sent as it is, also when it is not JSON."),
          }),
        )
        .min(1)
        .max(100),
      text: text.optional(),
      ...beside,
    }),
    z.strictObject({
      error: z.strictObject({
        kind: z.enum(FAILURE_KINDS),
        message: z.string().max(1_000).optional(),
        retryAfterMs: z.int().nonnegative().optional(),
      }),
      ...beside,
    }),
    z
      .strictObject({
        next: z.string().min(1),
        reason: text.default(""),
        instruction: text.default(""),
        progress: z.boolean().default(true),
        ...beside,
      })
      .describe("A selector's choice."),
    z.strictObject({ answer: object, ...beside }).describe("Any other structured answer."),
  ])
  .check((context) => {
    for (const trouble of textsIn(context.value).map(patternTrouble))
      if (trouble) context.issues.push({ code: "custom", message: trouble, input: context.value });
  });

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * Replies written down, by agent's name; `selector` for the selector. One that leads inside a participant, or behind a tool, is
 * `Name/selector`; `selector` will do where the file has no such name.
 */
export const ReplayFile = z.strictObject({
  replies: z
    .record(z.string().min(1).max(100), z.array(Reply).max(REPLIES_PER_AGENT_MAX))
    .refine((replies) => Object.keys(replies).length <= AGENTS_MAX, { error: `at most ${AGENTS_MAX} agents` }),
});

type Reply = z.output<typeof Reply>;
export type ReplayFile = z.output<typeof ReplayFile>;

/** A call that the file has no reply for: the script and the run have parted. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
}

/** Speaks from a file. One for all agents of a run; it also tells what was asked and what was not. */
export interface ReplayModel extends Model {
  /** The requests so far, oldest first; the newest {@link CALLS_KEPT_MAX} of them. */
  calls(): readonly ModelRequest[];
  /** One line for every reply, of the agents that count, that nobody has asked for since the process began; none when the script was played out. */
  leftovers(counts?: (agent: string) => boolean): readonly string[];
}

export interface ReplayOptions {
  readonly name?: string;
  readonly clock?: Clock;
  /** Between words, so that a demo looks as if somebody typed. */
  readonly wordDelayMs?: number;
}

/** A demo may run for weeks. */
export const CALLS_KEPT_MAX = 1_000;

/**
 * A scripted model. Which reply is given, `request.nth` says, so that a restart goes on where the log ends; without it, replies come in the
 * order of the calls. A call repeated with the same request object (a retry) gets the reply that follows. Throws {@link ReplayError} for a call
 * that the file does not foresee.
 */
export function createReplayModels(
  file: ReplayFile,
  { name = "replay", clock = systemClock, wordDelayMs = 0 }: ReplayOptions = {},
): ReplayModel {
  const used = new Map<string, Set<number>>(Object.keys(file.replies).map((agent) => [agent, new Set()]));
  const counted = new Map<string, number>();
  const tries = new WeakMap<ModelRequest, number>();
  const requests: ModelRequest[] = [];

  async function* call(request: ModelRequest, { signal }: Turn): ReturnType<Model["call"]> {
    if (signal.aborted) return aborted(request);
    requests.push(request);
    if (requests.length > CALLS_KEPT_MAX) requests.shift();
    const { script, index, reply } = choose(request);
    used.get(script)?.add(index);
    const { delayMs, ...said } = spoken(reply, request, `${script}_${index + 1}`);
    if (delayMs > 0) await clock.sleep(delayMs, signal);
    if (said.kind === "answer") {
      for (const word of said.text.match(/\s+\S*|\S+/g) ?? []) {
        if (signal.aborted) break;
        yield { type: "text", text: word };
        if (wordDelayMs > 0) await clock.sleep(wordDelayMs, signal);
      }
    }
    return signal.aborted ? aborted(request) : said;
  }

  function choose(request: ModelRequest): { script: string; index: number; reply: Reply } {
    const script = scriptOf(file, request.agent);
    const replies = script === undefined ? undefined : file.replies[script];
    if (script === undefined || !replies) {
      throw new ReplayError(
        `The replay file has no replies for "${request.agent}"; it has ${Object.keys(file.replies).join(", ") || "none"}. Add some, or fix the name.`,
      );
    }
    const before = counted.get(script) ?? 0;
    counted.set(script, before + 1);
    const again = tries.get(request) ?? 0;
    tries.set(request, again + 1);
    const index = request.nth === undefined ? before : request.nth + again;
    const reply = replies[index];
    if (reply === undefined) {
      throw new ReplayError(
        `"${request.agent}" was called for reply number ${index + 1}, but the replay file has ${replies.length} for it. Add one, or find out why it is called again.`,
      );
    }
    return { script, index, reply };
  }

  return {
    name,
    call,
    calls: () => [...requests],
    leftovers: (counts = () => true) =>
      Object.entries(file.replies).flatMap(([agent, replies]) =>
        replies.flatMap((reply, index) =>
          !counts(agent) || used.get(agent)?.has(index)
            ? []
            : [`${agent}: reply number ${index + 1} of ${replies.length} was never asked for (${glimpse(reply)})`],
        ),
      ),
  };
}

const aborted = ({ agent }: ModelRequest): ModelReply => ({
  kind: "failure",
  error: { kind: "aborted", message: `The call of ${agent} was stopped.` },
});

/** By the agent's name; what leads inside a team may also be written down by what it is. */
function scriptOf(file: ReplayFile, agent: string): string | undefined {
  if (Object.hasOwn(file.replies, agent)) return agent;
  const same = Object.keys(file.replies).find((name) => isSameName(name, agent));
  const leads = agent.lastIndexOf("/");
  return same ?? (leads < 0 ? undefined : scriptOf(file, agent.slice(leads + 1)));
}

type Spoken = ModelReply & { readonly delayMs: number };

function spoken(reply: Reply, request: ModelRequest, id: string): Spoken {
  if (typeof reply === "string") return answer(fillTemplate(reply, request), [], request, {});
  if ("error" in reply) {
    const { kind, message = `The replay file says that this call fails: ${kind}.`, retryAfterMs } = reply.error;
    const usage = usageOf(reply.usage, () => ({ inputTokens: 0, outputTokens: 0 }));
    return {
      kind: "failure",
      error: { kind, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
      usage,
      delayMs: reply.delayMs ?? 0,
    };
  }
  if ("next" in reply) {
    const { next, reason, instruction, progress } = reply;
    return answer(JSON.stringify({ next, ...filled({ reason, instruction }, request), progress }), [], request, reply);
  }
  if ("answer" in reply) return answer(JSON.stringify(filled(reply.answer, request)), [], request, reply);
  const calls = "toolCalls" in reply ? reply.toolCalls : [];
  const toolCalls = calls.map(({ name, args }, index): ToolCall => ({
    call: `call_${id}_${index + 1}`.replaceAll(/[^a-zA-Z0-9_-]/g, "_"),
    tool: name,
    args: typeof args === "string" ? args : JSON.stringify(filled(args, request)),
  })); // prettier-ignore
  return answer(fillTemplate(reply.text ?? "", request), toolCalls, request, reply);
}

interface Beside {
  readonly usage?: Exclude<Reply, string>["usage"];
  readonly delayMs?: number | undefined;
}

function answer(said: string, toolCalls: readonly ToolCall[], request: ModelRequest, { usage, delayMs = 0 }: Beside): Spoken {
  const counted = (): Usage => ({
    inputTokens: wordsIn([request.system, ...request.messages.map((message) => message.text)]),
    outputTokens: wordsIn([said, ...toolCalls.map((call) => call.args)]),
  });
  return { kind: "answer", text: said, toolCalls, usage: usageOf(usage, counted), delayMs };
}

function usageOf(written: Beside["usage"], counted: () => Usage): Usage {
  if (!written) return counted();
  return {
    inputTokens: written.input,
    outputTokens: written.output,
    ...(written.cached === undefined ? {} : { cachedTokens: written.cached }),
    ...(written.reasoning === undefined ? {} : { reasoningTokens: written.reasoning }),
  };
}

/** A rough count for limits that have to count something; at least 1. */
const wordsIn = (texts: readonly string[]): number =>
  Math.max(
    1,
    texts.reduce((sum, words) => sum + (words.match(/\S+/g)?.length ?? 0), 0),
  );

/** Templates in every text of an object, however deep. */
function filled(value: { readonly [key: string]: unknown }, request: ModelRequest): { [key: string]: unknown } {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) => (typeof part === "string" ? fillTemplate(part, request) : part)) as {
    [key: string]: unknown;
  };
}

const GLIMPSE_CHARS_MAX = 60; // Enough to find it in the file.

function glimpse(reply: Reply): string {
  const written = typeof reply === "string" ? reply : JSON.stringify(reply);
  return written.length <= GLIMPSE_CHARS_MAX ? written : `${written.slice(0, GLIMPSE_CHARS_MAX)}…`;
}
