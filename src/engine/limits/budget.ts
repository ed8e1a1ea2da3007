import type { Usage } from "../events/events.ts";
import type { Model, ModelDelta, ModelReply, ModelRequest } from "../model.ts";
import { limitsNow } from "./run-limits.ts";
import { NO_CALLS, tokensOf } from "./usage.ts";
import { IMAGE_TOKENS_MAX, keptIn, tokensAtMost } from "../reading/tokens.ts";
import { currentRun, type Transcript } from "../reading/transcript.ts";
import type { Turn } from "../turn.ts";

/** The caps on what a run may take, as the team's limits have them. */
export interface BudgetLimits {
  readonly tokens: number;
  readonly usd: number;
}

/**
 * Checks the limits on tokens and money before each model call, while the stops `tokens` and `usd` check them after it. A call that could pass a limit
 * asks for a shorter reply, or is not made. To what the log says of the run it adds what the log cannot say yet: calls under way, and calls that have
 * ended but whose event is not recorded yet. After a crash these are forgotten, and so are the calls.
 */
export interface Budget {
  /** The model, kept within the budget: as it is, where it has no terms; within the tokens alone, where its price is not known. */
  within(model: Model): Model;
}

/** `depth`: the log whose run the budget is of, among the thread's logs: 0 for the thread's own, 1 for that of a team inside it, and so on. */
export function createBudget(atFirst: BudgetLimits, depth: number): Budget {
  /** What the current run has spent, with calls whose events are not recorded yet. */
  let asked: BudgetReading = { events: [], startIndex: -1, spent: NOTHING };
  /** The upper bounds of calls under way; several, where agents speak side by side. */
  const underWay = new Set<Amount>();

  /** Everything that is known to be spent or under way in the run. */
  function spent(log: Transcript): Amount {
    const { startIndex, usage } = currentRun(log);
    const recorded = { tokens: tokensOf(usage), usd: usage.usd };
    if (asked.events !== log.events || asked.startIndex !== startIndex) asked = { events: log.events, startIndex, spent: recorded };
    asked.spent = { tokens: Math.max(asked.spent.tokens, recorded.tokens), usd: Math.max(asked.spent.usd, recorded.usd) };
    return [...underWay].reduce(together, asked.spent);
  }

  async function* call(model: Model, request: ModelRequest, turn: Turn): AsyncGenerator<ModelDelta, ModelReply, void> {
    const log = turn.thread.logs[depth] ?? turn.transcript;
    const inputTokens = inputTokensMax(request);
    const wanted = Math.min(request.outputTokensMax ?? Infinity, model.terms?.outputTokensMax ?? Infinity);
    const before = spent(log);
    // People may have raised them meanwhile.
    const limits = limitsNow(atFirst, currentRun(log));
    const outputTokens = affordable(limits, before, wanted, (output) => cost(model, inputTokens, output));
    if (outputTokens < Math.min(wanted, OUTPUT_TOKENS_MIN))
      return refusal(limits, before, cost(model, inputTokens, Math.min(wanted, OUTPUT_TOKENS_MIN)));
    const held = cost(model, inputTokens, outputTokens);
    underWay.add(held);
    const run = asked;
    let reply: ModelReply | undefined;
    try {
      reply = yield* model.call(outputTokens < wanted ? { ...request, outputTokensMax: outputTokens } : request, turn);
      return outputTokens < wanted && isCutShort(reply, outputTokens) ? { ...refusal(limits, before, held), usage: reply.usage } : reply;
    } finally {
      underWay.delete(held);
      run.spent = together(run.spent, taken(reply, held));
    }
  }

  return {
    within: (model) => (model.terms ? { ...model, call: (request, turn) => call(model, request, turn) } : model),
  };
}

interface BudgetReading {
  readonly events: Transcript["events"];
  readonly startIndex: number;
  spent: Amount;
}

interface Amount {
  readonly tokens: number;
  readonly usd: number;
}

const NOTHING: Amount = { tokens: 0, usd: 0 };
const together = (one: Amount, other: Amount): Amount => ({ tokens: one.tokens + other.tokens, usd: one.usd + other.usd });

/** A call that was broken off tells nothing, and may be asked for all the same. */
function taken(reply: ModelReply | undefined, held: Amount): Amount {
  if (!reply || (reply.kind === "failure" && reply.error.kind === "aborted" && !reply.usage)) return held;
  return reply.usage ? { tokens: tokensOf(reply.usage), usd: reply.usage.usd ?? 0 } : NOTHING;
}

type FailureWithUsage = Extract<ModelReply, { kind: "failure" }> & { readonly usage: Usage };

/** The shorter reply that was asked for was not enough. */
const isCutShort = (reply: ModelReply, outputTokens: number): reply is FailureWithUsage =>
  reply.kind === "failure" && reply.error.kind === "bad_answer" && (reply.usage?.outputTokens ?? 0) >= outputTokens;

/** At most; money counts where the price is known. */
const cost = (model: Model, inputTokens: number, outputTokens: number): Amount => ({
  tokens: inputTokens + outputTokens,
  usd: model.terms?.usdMax({ inputTokens, outputTokens }) ?? 0,
});

/** The longest reply, up to the wanted length, with which no limit is passed; negative when not even an empty one is within them. */
function affordable(limits: BudgetLimits, before: Amount, wanted: number, costOf: (outputTokens: number) => Amount): number {
  const fits = (outputTokens: number) => {
    const { tokens, usd } = together(before, costOf(outputTokens));
    return tokens <= limits.tokens && usd <= limits.usd;
  };
  if (fits(wanted)) return wanted;
  let [low, high] = [-1, wanted];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** A shorter reply is no answer any more, only the beginning of one. */
const OUTPUT_TOKENS_MIN = 256;

function refusal(limits: BudgetLimits, before: Amount, call: Amount): Extract<ModelReply, { kind: "failure" }> {
  const { tokens, usd } = together(before, call);
  const money = usd > limits.usd && tokens <= limits.tokens;
  const message = money
    ? `the next call could pass the limit of $${limits.usd.toFixed(2)}: $${before.usd.toFixed(4)} of it are taken, and the call may cost up to $${call.usd.toFixed(4)}`
    : `the next call could pass the limit of ${limits.tokens} tokens: ${before.tokens} are taken, and the call may take up to ${call.tokens}`;
  const limit = money ? ({ kind: "usd", of: limits.usd } as const) : ({ kind: "tokens", of: limits.tokens } as const);
  return { kind: "failure", error: { kind: "limit", message, limit }, usage: NO_CALLS };
}

/** An upper bound of what a provider counts: what is text, and a few tokens around each part. */
export function inputTokensMax({ system, messages, tools, answer }: ModelRequest): number {
  let tokens = PART_TOKENS + tokensAtMost(system);
  for (const message of messages) {
    tokens += PART_TOKENS + tokensAtMost(message.text) + tokensAtMost(keptIn(message));
    if (message.role !== "assistant") tokens += IMAGE_TOKENS_MAX * (message.images?.length ?? 0);
    if (message.role === "assistant") for (const { tool, args } of message.toolCalls) tokens += PART_TOKENS + tokensAtMost(tool + args);
  }
  for (const tool of tools) tokens += PART_TOKENS + tokensAtMost(JSON.stringify(tool));
  return tokens + (answer ? tokensAtMost(JSON.stringify(answer)) : 0);
}

/** Role, name and borders of a message or a tool, and a share of what a provider adds for tools. */
const PART_TOKENS = 20;
