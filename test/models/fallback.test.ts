import { describe, expect, test } from "vitest";
import type { ModelFailureKind } from "../../src/engine/model.ts";
import { FAILURES } from "../../src/models/refusals/failure-table.ts";
import { withFallback } from "../../src/models/fallback.ts";
import { createGate } from "../../src/models/gate.ts";
import { createGates, withGate } from "../../src/models/gated.ts";
import { withRetries } from "../../src/models/retry.ts";
import { fakeClock, settled } from "../../src/store/contracts/fake-clock.ts";
import { ask, failureOf, request } from "./servers/asking.ts";
import { answers, fails, inOrder } from "./servers/scripted-model.ts";
import { aside } from "../support/turn.ts";

const SOURCE = { provider: "OpenAI", model: "m", host: "https://h", address: "https://h", keyName: "K", secrets: [] };
const kinds = Object.keys(FAILURES) as ModelFailureKind[];
const passedOn = kinds.filter((kind) => ["retry", "next"].includes(FAILURES[kind].rule.does));
const ended = kinds.filter((kind) => !passedOn.includes(kind));

describe("the table of failures", () => {
  test.each(kinds)("%s has one sentence for people, which names the model and the mend", (kind) => {
    const sentence = FAILURES[kind].sentence(SOURCE);
    expect(sentence).toMatch(/OpenAI model "m".*\.$/);
    expect(sentence).not.toMatch(/\. [A-Z]|\n/);
  });

  test("a key, a name, an empty account and a full line are the next model's business; a no and too long a text are not", () => {
    expect(passedOn).toEqual(
      expect.arrayContaining(["bad_key", "unknown_model", "quota", "queue_full", "filtered", "overloaded", "empty"]),
    );
    expect(ended.toSorted()).toEqual(["aborted", "context_too_long", "guarded", "limit", "refused"]);
  });
});

describe("a chain of models", () => {
  test.each(passedOn)("after %s the next one is asked, and the reply says who spoke and why the first did not", async (kind) => {
    const [smart, fast, local] = [inOrder("smart", fails(kind)), inOrder("fast", answers("Well.")), inOrder("local")];
    const chain = withFallback(smart, [fast, local]);
    const { reply } = await ask(chain, request());
    expect(chain.name).toBe("smart");
    expect(reply).toMatchObject({ kind: "answer", text: "Well.", model: "fast", usage: { calls: 2 } });
    expect(reply.notices).toEqual([`fast was asked instead. It said ${kind}.`]);
    expect(local.requests).toEqual([]);
  });

  test.each(ended)("after %s nobody else is asked", async (kind) => {
    const fast = inOrder("fast", answers());
    expect(failureOf((await ask(withFallback(inOrder("smart", fails(kind)), [fast]), request())).reply).kind).toBe(kind);
    expect(fast.requests).toEqual([]);
  });

  test("when nobody answers, the last failure is the reply, with what all of them cost and why each failed", async () => {
    const usage = { inputTokens: 3, outputTokens: 1 };
    const chain = withFallback(inOrder("smart", fails("quota", { usage })), [
      inOrder("fast", fails("overloaded")),
      inOrder("local", fails("bad_request", { usage })),
    ]);
    const { reply } = await ask(chain, request());
    expect(failureOf(reply).kind).toBe("bad_request");
    expect(reply).toMatchObject({ model: "local", usage: { inputTokens: 6, outputTokens: 2, calls: 3 } });
    expect(reply.notices).toEqual(["fast was asked instead. It said quota.", "local was asked instead. It said overloaded."]);
  });

  test("each model has its own tries before the next has its turn, and all of them are counted", async () => {
    const clock = fakeClock();
    const patient = (model: ReturnType<typeof inOrder>) => withRetries(model, { attempts: 3, clock, random: () => 0 });
    const [smart, fast] = [
      inOrder("smart", fails("overloaded"), fails("timeout"), fails("unavailable")),
      inOrder("fast", fails("overloaded"), answers("Well.")),
    ];
    let done = false;
    const asked = ask(withFallback(patient(smart), [patient(fast)]), request()).finally(() => (done = true));
    while (!done) await clock.advance(500);
    const { deltas, reply } = await asked;
    expect(reply).toMatchObject({ kind: "answer", text: "Well.", model: "fast", usage: { calls: 5, inputTokens: 10 } });
    expect(deltas).toHaveLength(5);
  });

  test("stopping in the first model ends the chain", async () => {
    const stop = new AbortController();
    const fast = inOrder("fast", answers());
    const { reply } = await ask(withFallback(inOrder("smart", fails("overloaded")), [fast]), request(), stop.signal, () => stop.abort());
    expect(reply.kind).toBe("failure");
    expect(fast.requests).toEqual([]);
  });

  test("a model alone is itself", () => {
    const smart = inOrder("smart");
    expect(withFallback(smart, [])).toBe(smart);
  });
});

describe("a model behind a gate", () => {
  test("a call that finds the line full fails honestly, and the next model of the chain is asked", async () => {
    const gate = createGate({ concurrency: 1, waitingMax: 0 }, fakeClock());
    await gate.enter({ thread: "x", tokens: 0 }, new AbortController().signal);
    const busy = withGate(inOrder("smart", answers()), gate, SOURCE);
    const { reply } = await ask(busy, request());
    expect(failureOf(reply)).toMatchObject({ kind: "queue_full", message: expect.stringContaining("Too many calls wait") as string });
    expect((await ask(withFallback(busy, [inOrder("fast", answers())]), request())).reply).toMatchObject({ model: "fast" });
  });

  test.each([
    ["as long as it says", 7_000, 7_000],
    ["a minute at most", 3_600_000, 60_000],
  ])("the pause that a provider asks for holds also those that had not been told, %s", async (_, retryAfterMs, heldMs) => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 1, waitingMax: 10 }, clock);
    const model = inOrder("smart", fails("rate_limited", { retryAfterMs }), answers());
    const gated = withGate(model, gate, SOURCE);
    const [first, second] = [ask(gated, request()), ask(gated, request())];
    expect(failureOf((await first).reply).kind).toBe("rate_limited");
    await clock.advance(heldMs - 1);
    expect(model.requests).toHaveLength(1);
    await clock.advance(1);
    expect((await second).reply.kind).toBe("answer");
  });

  test("a call counts for the minute with the tokens that it took, whatever they were thought to be", async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 10, waitingMax: 10, tokensPerMinute: 1_000 }, clock);
    const model = inOrder("smart", answers("Yes.", { inputTokens: 800, outputTokens: 200 }), answers());
    const gated = withGate(model, gate, SOURCE);
    await ask(gated, request());
    const second = ask(gated, request());
    await clock.advance(59_999);
    expect(model.requests).toHaveLength(1);
    await clock.advance(1);
    expect((await second).reply.kind).toBe("answer");
  });

  test("one account has one gate: the same provider at the same address with the same key", () => {
    const gates = createGates({}, fakeClock());
    const account = { provider: "openai", host: "https://h", keyName: "OPENAI_API_KEY" } as const;
    expect(gates.of({ ...account })).toBe(gates.of(account));
    for (const other of [{ keyName: "OTHER_KEY" }, { host: "https://other" }, { provider: "azure" as const }])
      expect(gates.of({ ...account, ...other })).not.toBe(gates.of(account));
  });

  test("a call that fails, or whose reader goes away, gives its place back", async () => {
    const gate = createGate({ concurrency: 1, waitingMax: 10 }, fakeClock());
    const gated = withGate(inOrder("smart", fails("quota"), answers()), gate, SOURCE);
    await ask(gated, request());
    for await (const _ of gated.call(request(), aside())) break;
    await settled();
    expect(gate.running).toBe(0);
  });

  test("a call that waits is stopped without being made", async () => {
    const gate = createGate({ concurrency: 1, waitingMax: 10 }, fakeClock());
    await gate.enter({ thread: "x", tokens: 0 }, new AbortController().signal);
    const model = inOrder("smart", answers());
    const stop = new AbortController();
    const waiting = ask(withGate(model, gate, SOURCE), request(), stop.signal);
    await settled();
    stop.abort();
    expect(failureOf((await waiting).reply).kind).toBe("aborted");
    expect(model.requests).toEqual([]);
  });
});
