import { describe, expect, test } from "vitest";
import type { Model } from "../../src/engine/model.ts";
import { priced, withPrice } from "../../src/models/prices.ts";
import { retryDelayMs, withRetries } from "../../src/models/retry.ts";
import { fakeClock, until } from "../../src/store/contracts/fake-clock.ts";
import { ask, failureOf, request } from "./servers/asking.ts";
import { answers, fails, inOrder } from "./servers/scripted-model.ts";

async function retried(model: Model, attempts = 3) {
  const clock = fakeClock();
  const began = clock.now();
  let done = false;
  const asked = ask(withRetries(model, { attempts, clock, random: () => 0 }), request()).finally(() => (done = true));
  while (!done) await clock.advance(100);
  return { ...(await asked), waitedMs: clock.now() - began };
}

describe("retries", () => {
  test.each(["rate_limited", "overloaded", "unavailable", "timeout"] as const)("%s passes: the call is made again", async (kind) => {
    const model = inOrder("in order", fails(kind), answers());
    expect((await retried(model)).reply).toMatchObject({ kind: "answer", usage: { inputTokens: 10, outputTokens: 5, calls: 2 } });
  });

  test.each([
    "bad_key",
    "unknown_model",
    "quota",
    "context_too_long",
    "refused",
    "filtered",
    "bad_request",
    "bad_answer",
    "queue_full",
    "aborted",
  ] as const)("%s does not pass: it is told at once", async (kind) => {
    const model = inOrder("in order", fails(kind));
    expect(failureOf((await retried(model)).reply).kind).toBe(kind);
    expect(model.requests.length).toBe(1);
  });

  test("an empty answer is asked for once more, and not again", async () => {
    expect((await retried(inOrder("in order", fails("empty"), answers()))).reply).toMatchObject({ kind: "answer", usage: { calls: 2 } });
    const silent = inOrder("in order", fails("empty"), fails("empty"), answers());
    expect(failureOf((await retried(silent)).reply).kind).toBe("empty");
    expect(silent.requests.length).toBe(2);
  });

  test("when the attempts are used up, the last failure is the reply, with the usage of all", async () => {
    const usage = { inputTokens: 3, outputTokens: 1 };
    const { reply } = await retried(inOrder("in order", fails("timeout", { usage }), fails("unavailable"), fails("overloaded", { usage })));
    expect(reply).toEqual({ ...fails("overloaded"), usage: { inputTokens: 6, outputTokens: 2, calls: 3 } });
  });

  test("what failed tries cost is in the sum; with a cost unknown, the sum is unknown", async () => {
    const price = { inputPerMTokUsd: 1_000_000, outputPerMTokUsd: 2_000_000 };
    const usage = { inputTokens: 1, outputTokens: 1 };
    const model = inOrder("in order", fails("timeout", { usage }), fails("unavailable"), answers("Yes.", usage));
    expect((await retried(withPrice(model, price))).reply.usage).toEqual({ inputTokens: 2, outputTokens: 2, usd: 6, calls: 3 });
    expect(
      (await retried(inOrder("in order", fails("timeout", { usage }), answers("Yes.", { ...usage, usd: 3 })))).reply.usage,
    ).not.toHaveProperty("usd");
  });

  test("an answer at once has its own usage, untouched", async () => {
    expect((await retried(inOrder("in order", answers()))).reply).toEqual(answers());
  });

  test("the words of every try are heard; the reply replaces them", async () => {
    const { deltas, reply } = await retried(inOrder("in order", fails("unavailable"), answers()));
    expect(deltas.map((delta) => delta.text)).toEqual(["try 1", "try 2"]);
    expect(reply).toMatchObject({ text: "Yes." });
  });

  test("stopping during the wait ends it, and the call is not made again", async () => {
    const model = inOrder("in order", fails("overloaded"), answers());
    const clock = fakeClock();
    const stop = new AbortController();
    const asked = ask(withRetries(model, { attempts: 3, clock, random: () => 0 }), request(), stop.signal);
    await until(() => clock.sleepers === 1);
    stop.abort();
    expect(failureOf((await asked).reply).kind).toBe("aborted");
    expect(model.requests.length).toBe(1);
  });
});

describe("the wait before another try", () => {
  const wait = (attempt: number, retryAfterMs?: number, random = 0) =>
    retryDelayMs({ kind: "rate_limited", message: "", ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }, attempt, () => random);

  test("grows, up to a limit", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => wait(attempt))).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test("is never shorter than what the provider asks for, and a little longer by chance", () => {
    expect(wait(1, 7_000)).toBe(7_000);
    expect(wait(5, 0)).toBe(16_000);
    expect(wait(1, 7_000, 0.999_9)).toBe(8_750);
  });

  test("is not worth it when the provider asks for more than a minute", () => {
    expect(wait(1, 60_001)).toBeUndefined();
  });
});

describe("money", () => {
  test("cached input has its own price", () => {
    const usage = { inputTokens: 1_000_000, cachedTokens: 400_000, outputTokens: 100_000 };
    expect(priced(usage, { inputPerMTokUsd: 3, outputPerMTokUsd: 15, cachedPerMTokUsd: 0.3 })).toEqual({ ...usage, usd: 1.8 + 0.12 + 1.5 });
    expect(priced(usage, { inputPerMTokUsd: 3, outputPerMTokUsd: 15 }).usd).toBeCloseTo(4.5, 10);
  });
});
