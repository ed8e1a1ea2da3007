import type { EventBody, RunEvent, Usage } from "../events/events.ts";
import { usageOf } from "../reading/spender.ts";

/** Before the first call. */
export const NO_CALLS: Usage = { inputTokens: 0, outputTokens: 0, calls: 0, usd: 0 };

/** Of a call that failed and told no cost: it counts as one that cost nothing. */
export const UNTOLD: Usage = { inputTokens: 0, outputTokens: 0 };

/** All of them, those that a cache had and those that were thought included. */
export const tokensOf = ({ inputTokens, outputTokens }: Pick<Usage, "inputTokens" | "outputTokens">): number => inputTokens + outputTokens;

/** In US dollars; `undefined` where the price is not known. Nothing costs nothing, whatever its price. */
const priceOf = (usage: Usage): number | undefined => usage.usd ?? (tokensOf(usage) === 0 ? 0 : undefined);

/** Of calls one after the other. `usd` is absent where the price of one is not known, and a count where none of them has it. */
export function plus(sum: Usage, one: Usage): Usage {
  if (sum.calls === 0) return { ...one, calls: one.calls ?? 1 };
  const count = (key: "cachedTokens" | "cacheWriteTokens" | "reasoningTokens") =>
    sum[key] === undefined && one[key] === undefined ? {} : { [key]: (sum[key] ?? 0) + (one[key] ?? 0) };
  const [before, now] = [priceOf(sum), priceOf(one)];
  const isPriced = sum.usd !== undefined || one.usd !== undefined;
  return {
    inputTokens: sum.inputTokens + one.inputTokens,
    outputTokens: sum.outputTokens + one.outputTokens,
    ...count("cachedTokens"),
    ...count("cacheWriteTokens"),
    ...count("reasoningTokens"),
    calls: (sum.calls ?? 1) + (one.calls ?? 1),
    ...(isPriced && before !== undefined && now !== undefined ? { usd: before + now } : {}),
    ...(sum.estimated || one.estimated ? { estimated: true as const } : {}),
    ...(sum.sent || one.sent ? { sent: [...(sum.sent ?? []), ...(one.sent ?? [])].slice(-SENT_MAX) } : {}),
  };
}

/** Behind one event: more than this is a fault, and the newest tell of it. */
const SENT_MAX = 50;

/** With every count, be it 0. */
export type SummedUsage = Required<Omit<Usage, "estimated" | "sent">> & Pick<Usage, "estimated">;

/** What calls took together. `priced` is false when the price of one is unknown: then `usage.usd` is only a lower bound. */
export interface Spent {
  readonly usage: SummedUsage;
  readonly priced: boolean;
}

export const NOTHING_SPENT: Spent = {
  usage: { inputTokens: 0, outputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, usd: 0, calls: 0 },
  priced: true,
};

/** As {@link plus}, for people and limits, with every count: where a price is not known, what is known is kept as at least so much. */
export const spend = ({ usage: sum, priced }: Spent, one: Usage): Spent => ({
  usage: {
    inputTokens: sum.inputTokens + one.inputTokens,
    outputTokens: sum.outputTokens + one.outputTokens,
    cachedTokens: sum.cachedTokens + (one.cachedTokens ?? 0),
    cacheWriteTokens: sum.cacheWriteTokens + (one.cacheWriteTokens ?? 0),
    reasoningTokens: sum.reasoningTokens + (one.reasoningTokens ?? 0),
    usd: sum.usd + (one.usd ?? 0),
    calls: sum.calls + (one.calls ?? 1),
    ...(sum.estimated || one.estimated ? ESTIMATED : NOTHING_ELSE),
  },
  priced: priced && priceOf(one) !== undefined,
});
const ESTIMATED = { estimated: true } as const;
const NOTHING_ELSE = {};

/** What a run has taken so far, inside its participants too. */
export const spending = {
  initial: (): Spent => NOTHING_SPENT,
  step<State extends Spent>(state: State, event: RunEvent): State {
    if (event.type === "run.started" && event.within === undefined) return { ...state, ...NOTHING_SPENT };
    const one = usageOf(event);
    if (!one) return state;
    const { usage, priced } = spend(state, one);
    return { ...state, usage, priced };
  },
};

/** By these events, whoever paid. */
export const spentIn = (events: readonly EventBody[]): Spent =>
  events.reduce((sum, event) => {
    const usage = usageOf(event);
    return usage ? spend(sum, usage) : sum;
  }, NOTHING_SPENT);

/** Of the input, what the provider's cache already had; `undefined` when nothing was read. From 0 to 1. */
export const cachedShare = ({ inputTokens, cachedTokens = 0 }: Usage): number | undefined =>
  inputTokens > 0 ? Math.min(1, cachedTokens / inputTokens) : undefined;
