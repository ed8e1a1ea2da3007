import type { Usage } from "../engine/events/events.ts";

export const NOTHING: Usage = { inputTokens: 0, outputTokens: 0 };

/** Of two calls. A failed try that reported nothing counts as a call that cost nothing. Money is known only when that of every try is. */
export function plus(spent: Usage | undefined, one: Usage = NOTHING): Usage {
  if (!spent) return one;
  const sum = (key: "cachedTokens" | "cacheWriteTokens" | "reasoningTokens") =>
    spent[key] === undefined && one[key] === undefined ? {} : { [key]: (spent[key] ?? 0) + (one[key] ?? 0) };
  const [before, now] = [costOf(spent), costOf(one)];
  const isPriced = spent.usd !== undefined || one.usd !== undefined;
  return {
    inputTokens: spent.inputTokens + one.inputTokens,
    outputTokens: spent.outputTokens + one.outputTokens,
    ...sum("cachedTokens"),
    ...sum("cacheWriteTokens"),
    ...sum("reasoningTokens"),
    ...(isPriced && before !== undefined && now !== undefined ? { usd: before + now } : {}),
    calls: (spent.calls ?? 1) + (one.calls ?? 1),
    ...(spent.estimated || one.estimated ? { estimated: true as const } : {}),
  };
}

const costOf = (usage: Usage): number | undefined => usage.usd ?? (usage.inputTokens + usage.outputTokens === 0 ? 0 : undefined);
