import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { priced, usdMax, type Price } from "../../src/models/prices.ts";

const PRICE: Price = {
  inputPerMTokUsd: 2,
  outputPerMTokUsd: 10,
  cachedPerMTokUsd: 0.1,
  cacheWritePerMTokUsd: 2.5,
  long: { inputTokensAbove: 100_000, inputPerMTokUsd: 4, outputPerMTokUsd: 20, cachedPerMTokUsd: 0.2, cacheWritePerMTokUsd: 5 },
};

describe("what a call cost", () => {
  test("plain, cached and written input each have their price", () => {
    const usage = { inputTokens: 1_000, outputTokens: 100, cachedTokens: 600, cacheWriteTokens: 300 };
    expect(priced(usage, PRICE).usd).toBeCloseTo((100 * 2 + 600 * 0.1 + 300 * 2.5 + 100 * 10) / 1e6, 12);
  });

  test("without a price of their own, cached and written input cost as other input", () => {
    const usage = { inputTokens: 1_000, outputTokens: 0, cachedTokens: 600, cacheWriteTokens: 300 };
    expect(priced(usage, { inputPerMTokUsd: 2, outputPerMTokUsd: 10 }).usd).toBeCloseTo(0.002, 12);
  });

  test("a call over the threshold costs more, all of it", () => {
    const usage = { inputTokens: 100_001, outputTokens: 10 };
    expect(priced(usage, PRICE).usd).toBeCloseTo((100_001 * 4 + 10 * 20) / 1e6, 12);
    expect(priced({ ...usage, inputTokens: 100_000 }, PRICE).usd).toBeCloseTo((100_000 * 2 + 10 * 10) / 1e6, 12);
  });
});

test("no call that keeps within its tokens costs more than its upper bound, whatever the cache had", () => {
  const tokens = fc.nat(300_000);
  fc.assert(
    fc.property(tokens, tokens, tokens, tokens, fc.nat(5_000), fc.nat(5_000), (input, output, cached, written, moreInput, moreOutput) => {
      const usage = { inputTokens: input, outputTokens: output, cachedTokens: cached, cacheWriteTokens: written };
      const bound = usdMax(PRICE, { inputTokens: input + moreInput, outputTokens: output + moreOutput });
      expect(priced(usage, PRICE).usd).toBeLessThanOrEqual(bound + 1e-9);
    }),
  );
});
