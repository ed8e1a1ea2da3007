import fc from "fast-check";
import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { add, emptyContext, shown, type Context, type ContextStrategy } from "../../../src/engine/reading/context.ts";
import { inputTokensMax } from "../../../src/engine/limits/budget.ts";
import { estimateTokens } from "../../../src/engine/reading/tokens.ts";
import type { ModelMessage, ModelReply } from "../../../src/engine/model.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { openLog, says, scripted, team, type ScriptedModel } from "../../support/scripted.ts";

const user = (text: string): ModelMessage => ({ role: "user", text });
const calls = (...ids: string[]): ModelMessage[] => [
  { role: "assistant", text: "", toolCalls: ids.map((call) => ({ call, tool: "t", args: "{}" })) },
  ...ids.map((call): ModelMessage => ({ role: "tool", call, tool: "t", text: `result ${call}`, failed: false })),
];
function context(...messages: readonly ModelMessage[]): Context {
  const made = { ...emptyContext(), expectsTask: true };
  messages.forEach((message, index) => add(made, index + 1, message));
  return made;
}
const texts = (messages: readonly ModelMessage[]) => messages.map((message) => message.text || message.role);

test("the last messages keep the task, and a note says how much was left out", () => {
  const thread = context(user("task"), user("1"), user("2"), user("3"));
  expect(texts(shown(thread, { kind: "lastMessages", count: 2 }))).toEqual(["task", "(1 earlier message is left out here.)", "2", "3"]);
  expect(texts(shown(thread, { kind: "lastMessages", count: 3 }))).toEqual(["task", "1", "2", "3"]);
  expect(texts(shown(thread, { kind: "lastMessages", count: 9 }))).toEqual(["task", "1", "2", "3"]);
});

test("head and tail leave out the middle", () => {
  const thread = context(user("task"), user("1"), user("2"), user("3"), user("4"));
  expect(texts(shown(thread, { kind: "headAndTail", head: 2, tail: 1 }))).toEqual([
    "task",
    "1",
    "(2 earlier messages are left out here.)",
    "4",
  ]);
});

test("a window that would begin with a result begins behind it, or with its call when nothing follows", () => {
  const followed = context(user("task"), ...calls("a", "b"), user("next"));
  expect(texts(shown(followed, { kind: "lastMessages", count: 2 }))).toEqual(["task", "(3 earlier messages are left out here.)", "next"]);
  const last = context(user("task"), user("1"), ...calls("a", "b"));
  expect(texts(shown(last, { kind: "lastMessages", count: 1 }))).toEqual([
    "task",
    "(1 earlier message is left out here.)",
    "assistant",
    "result a",
    "result b",
  ]);
});

test("what came with calls and goes back with them counts", () => {
  const thought = "x".repeat(4_000);
  const [call, result] = calls("a") as [Extract<ModelMessage, { role: "assistant" }>, ModelMessage];
  const with_ = { ...call, kept: { by: "us", what: { message: { reasoning_content: thought } } } };
  expect(estimateTokens(with_) - estimateTokens(call)).toBeGreaterThan(999);
  expect(inputTokensMax({ ...ASKED, messages: [with_, result] }) - inputTokensMax({ ...ASKED, messages: [call, result] })).toBeGreaterThan(
    1_999,
  );
  const thread = context(user("task"), with_, result, with_, result);
  expect(shown(thread, { kind: "tokenBudget", tokens: 1_500 })).toHaveLength(4);
});
const ASKED = { agent: "Ana", system: "", tools: [] };

test("a token budget moves in steps, so that a prompt is the beginning of the next one most of the time", () => {
  const strategy: ContextStrategy = { kind: "tokenBudget", tokens: 400 };
  const thread = context(user("task"));
  let [before, moved] = [shown(thread, strategy), 0];
  for (let index = 0; index < 200; index++) {
    add(thread, index + 2, user(`message ${index} ${"x".repeat(60)}`));
    const now = shown(thread, strategy);
    if (JSON.stringify(now.slice(0, before.length)) !== JSON.stringify(before)) moved++;
    before = now;
  }
  expect(moved).toBeGreaterThan(5);
  expect(moved).toBeLessThan(30);
});

test("one message that is longer than half the budget has its middle cut", () => {
  const [, long] = shown(context(user("task"), user(`begin ${"x".repeat(9_000)} end`)), { kind: "tokenBudget", tokens: 1_000 });
  expect(long?.text.length).toBeLessThan(2_100);
  expect(long?.text).toMatch(/^begin [^]*… cut …[^]* end$/);
});

const anyMessages = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 300 }).map((text) => [user(text)]),
      fc.integer({ min: 1, max: 3 }).map((count) => calls(...["a", "b", "c"].slice(0, count))),
    ),
    { maxLength: 40 },
  )
  .map((parts) => [user("task"), ...parts.flat()]);
const anyStrategy: fc.Arbitrary<ContextStrategy> = fc.oneof(
  fc.integer({ min: 1, max: 20 }).map((count): ContextStrategy => ({ kind: "lastMessages", count })),
  fc.record({ kind: fc.constant("headAndTail" as const), head: fc.integer({ min: 0, max: 9 }), tail: fc.integer({ min: 1, max: 9 }) }),
  fc.integer({ min: 50, max: 2_000 }).map((tokens): ContextStrategy => ({ kind: "tokenBudget", tokens })),
);

test("whatever is handed out has the task, no call without its results, no result without its call, and its last message", () => {
  fc.assert(
    fc.property(anyMessages, anyStrategy, (messages, strategy) => {
      const out = shown(context(...messages), strategy);
      expect(out[0]).toEqual(messages[0]);
      expect(out.at(-1)?.role).toBe(messages.at(-1)?.role);
      let owed = 0;
      for (const message of out) {
        if (message.role === "tool") expect(owed--).toBeGreaterThan(0);
        else expect(owed).toBe(0);
        if (message.role === "assistant") owed = message.toolCalls.length;
      }
      expect(owed).toBe(0);
      const sum = out.slice(1).reduce((total, message) => total + estimateTokens(message), 0);
      // The last unit is never dropped, whatever its size; calls have no text that could be cut.
      if (strategy.kind === "tokenBudget") expect(sum).toBeLessThanOrEqual(strategy.tokens + 200);
    }),
  );
});

const talker = (model: ScriptedModel, strategy?: ContextStrategy) =>
  assistant({
    name: "A",
    description: "",
    instructions: "",
    model,
    tools: [],
    handoffs: [],
    toolRoundsMax: 3,
    afterTools: "prose",
    ...(strategy ? { context: strategy } : {}),
  });

test("a request that was too long is tried once more with half of it, and both calls are paid for", async () => {
  const log = openLog();
  log.start("the task");
  for (let index = 0; index < 40; index++) log.record({ type: "message.posted", agent: "B", text: `B says ${index} ${"x".repeat(100)}` });
  const tooLong: ModelReply & { kind: "failure" } = {
    kind: "failure",
    error: { kind: "context_too_long", message: "too long" },
    usage: { inputTokens: 7, outputTokens: 0 },
  };
  const model = scripted({ fails: tooLong }, "short enough");
  await log.run(team({ agents: [talker(model)], nextSpeakers: roundRobin, limits: maxTurns(1) }));
  const [first, second] = model.requests;
  expect(second?.messages.length).toBeLessThan((first?.messages.length ?? 0) * 0.6);
  expect(second?.messages[0]?.text).toBe("Maria: the task");
  expect(model.requests.map((request) => request.nth)).toEqual([0, 1]);
  expect(currentRun(log.transcript).usage).toMatchObject({ calls: 2, inputTokens: 17 });
  expect(log.said().at(-1)).toBe("A: short enough");
});

test("a request that is too long twice ends the turn with its reason", async () => {
  const log = openLog();
  log.start("t");
  const fails = { fails: { kind: "failure", error: { kind: "context_too_long", message: "too long" } } } as const;
  await log.run(team({ agents: [talker(scripted(fails, fails))], nextSpeakers: roundRobin }));
  expect(log.stopped()).toMatchObject({ outcome: "failed", reason: "A could not answer: too long" });
});

test("a reply that ends where the room does, also with half of the conversation, stands without its end", async () => {
  const log = openLog();
  log.start("t");
  const ends = { fails: { kind: "failure", error: { kind: "context_too_long", message: "no more room" }, received: "Half a" } } as const;
  await log.run(team({ agents: [talker(scripted(ends, ends))], nextSpeakers: roundRobin, limits: maxTurns(1) }));
  expect(log.said().at(-1)).toBe("A: Half a");
});

const long = (word: string) => `${word} ${"x".repeat(380)}`;
const minutes = (model: ScriptedModel): ContextStrategy => ({ kind: "summary", model, tokensMax: 300 });
const summarised = (keeper: ScriptedModel, model: ScriptedModel, turns: number) =>
  team({
    agents: [talker(model, minutes(keeper)), says("B", long("b1"), long("b2"), long("b3"))],
    nextSpeakers: roundRobin,
    limits: maxTurns(turns),
  });

test("what has grown too long is put in short once, is a fact of the log, and the prompt grows at its end until the next time", async () => {
  const log = openLog();
  log.start("the task");
  const keeper = scripted("They said a1 and b1.");
  const model = scripted(long("a1"), long("a2"), "a3");
  await log.run(summarised(keeper, model, 5));
  expect(keeper.requests).toHaveLength(1);
  expect(keeper.requests[0]?.messages[0]?.text).toContain("B: b1");
  const event = log.events.find((one) => one.type === "context.summarized");
  expect(event).toMatchObject({ agent: "A", text: "They said a1 and b1.", usage: { inputTokens: 10 } });
  const last = model.requests[2]?.messages.map((message) => message.text.slice(0, 60));
  expect(last?.slice(0, 2)).toEqual(["Maria: the task", "[summary of what was said before] They said a1 and b1."]);
  expect(last?.some((text) => text.startsWith("[agent] B: b1"))).toBe(false);
  expect(last?.at(-1)).toMatch(/^\[agent\] B: b2/);
});

test("after a crash behind a summary it is read off the log, not made again", async () => {
  const log = openLog();
  log.start("the task");
  const keeper = scripted("In short.");
  await log.run(summarised(keeper, scripted(long("a1"), long("a2")), 5), { until: (event) => event.type === "context.summarized" });
  const after = scripted("a3");
  await log.run(summarised(scripted(), after, 5));
  expect(after.requests[0]?.messages[1]?.text).toContain("In short.");
});

test("a summary that cannot be had leaves the turn as it is", async () => {
  const log = openLog();
  log.start("the task");
  const keeper = scripted({ fails: { kind: "failure", error: { kind: "overloaded", message: "busy" } } });
  await log.run(summarised(keeper, scripted(long("a1"), long("a2"), "a3"), 5));
  expect(log.events.some((event) => event.type === "context.summarized")).toBe(false);
  expect(log.said().at(-1)).toBe("A: a3");
  expect(currentRun(log.transcript).usage.calls).toBe(4);
});
