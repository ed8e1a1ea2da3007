import fc from "fast-check";
import { expect, test } from "vitest";
import type { Usage } from "../../../src/engine/events/events.ts";
import { askUnseen } from "../../../src/engine/agents/ask.ts";
import { NO_CALLS, NOTHING_SPENT, plus, spend, UNTOLD } from "../../../src/engine/limits/usage.ts";
import { emptyContext } from "../../../src/engine/reading/context.ts";
import { outside } from "../../../src/engine/turn.ts";
import { withPrice } from "../../../src/models/prices.ts";
import { scripted } from "../../support/scripted.ts";

const ONE = { inputTokens: 10, outputTokens: 5, usd: 0.02 };

test("a call that failed and told no cost takes nothing from what is known of the next one's", async () => {
  const model = scripted({ fails: { kind: "failure", error: { kind: "context_too_long", message: "too long" } } }, "short enough");
  const priced = withPrice(model, { inputPerMTokUsd: 1_000, outputPerMTokUsd: 2_000 });
  const question = {
    model: priced,
    request: { agent: "A", system: "", tools: [] },
    context: emptyContext(),
    strategy: { kind: "all" } as const,
  };
  expect((await askUnseen(question, outside(new AbortController().signal))).usage).toEqual({ ...ONE, calls: 2 });
});

test("of calls with a price and one without, no price is told, and for people at least so much", () => {
  const unpriced = { inputTokens: 1, outputTokens: 1 };
  expect(plus(plus(NO_CALLS, ONE), unpriced)).toEqual({ inputTokens: 11, outputTokens: 6, calls: 2 });
  expect([ONE, unpriced].reduce(spend, NOTHING_SPENT)).toMatchObject({ priced: false, usage: { usd: 0.02, calls: 2 } });
  expect([ONE, UNTOLD].reduce(spend, NOTHING_SPENT)).toMatchObject({ priced: true, usage: { usd: 0.02, calls: 2 } });
});

const counts = fc.nat(1_000_000);
const usage: fc.Arbitrary<Usage> = fc.record(
  {
    inputTokens: counts,
    outputTokens: counts,
    cachedTokens: counts,
    reasoningTokens: counts,
    cacheWriteTokens: counts,
    calls: fc.integer({ min: 1, max: 9 }),
    // In halves, which add up without rounding.
    usd: counts.map((halves) => halves / 2),
    estimated: fc.constant(true as const),
  },
  { requiredKeys: ["inputTokens", "outputTokens"] },
);

test("property: in whatever order calls are added up, and in whatever groups, the sum is the same", () => {
  fc.assert(
    fc.property(usage, usage, usage, (one, two, three) => {
      expect(plus(plus(one, two), three)).toEqual(plus(one, plus(two, three)));
      expect(plus(one, two)).toEqual(plus(two, one));
      expect([one, two, three].reduce(spend, NOTHING_SPENT)).toEqual([three, one, two].reduce(spend, NOTHING_SPENT));
    }),
  );
});
