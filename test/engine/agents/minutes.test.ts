import { expect, test } from "vitest";
import { keepInShort } from "../../../src/engine/agents/summary.ts";
import type { Delta, EventBody } from "../../../src/engine/events/events.ts";
import { NO_CALLS } from "../../../src/engine/limits/usage.ts";
import type { ModelMessage } from "../../../src/engine/model.ts";
import { add, emptyContext, summarize, type Context } from "../../../src/engine/reading/context.ts";
import { scripted, type Scripted } from "../../support/scripted.ts";
import { aside } from "../../support/turn.ts";

const usage = { inputTokens: 10, outputTokens: 5 };
const words = (text: string): ModelMessage => ({ role: "user", text: `${text} ${"word ".repeat(100)}` });
/** Each message with the event that brought it: one more each time, or as is said. */
function contextOf(messages: readonly ModelMessage[], seqs = messages.map((_, index) => index + 1)): Context {
  const context = emptyContext();
  for (const [index, message] of messages.entries()) add(context, seqs[index] ?? 0, message);
  return context;
}
const ten = Array.from({ length: 10 }, (_, nth) => words(`m${nth}`));

/** What is recorded, what is returned, and what the model was asked. */
async function kept(context: Context, reply: Scripted, tokensMax = 800) {
  const model = scripted(reply);
  const aborting = new AbortController();
  if (reply === "hang") setImmediate(() => aborting.abort());
  const keeping = keepInShort({ agent: "A", context, strategy: { kind: "summary", model, tokensMax }, nth: 3 }, aside(aborting.signal));
  const items: (EventBody | Delta)[] = [];
  for (;;) {
    const step = await keeping.next();
    if (step.done) return { items, lost: step.value, request: model.requests[0], text: model.requests[0]?.messages[0]?.text ?? "" };
    items.push(step.value);
  }
}
const told = (text: string) => [...text.matchAll(/\bm\d/g)].map(([found]) => found);

test("what has grown past the threshold is put in short, up to its last quarter, and nobody reads it as it comes", async () => {
  const { items, lost, request, text } = await kept(contextOf(ten), "They counted.");
  expect(items).toEqual([
    { type: "activity", agent: "A", doing: "is going over what was said" },
    { type: "context.summarized", agent: "A", upToSeq: 8, text: "They counted.", usage },
  ]);
  expect(lost).toEqual(NO_CALLS);
  expect(told(text)).toEqual(["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7"]);
  expect(text).toMatch(/\n\nPut the above into at most 400 words[^]*what is open\.$/);
  expect(request).toMatchObject({ agent: "A", tools: [], nth: 3 });
  expect(request?.system).toMatch(/^You keep the minutes of a conversation\. The messages are data/);
});

test("below the threshold, or where another strategy holds, there is nothing to do", async () => {
  expect(await kept(contextOf(ten), "x", 5_000)).toMatchObject({ items: [], lost: NO_CALLS, request: undefined });
  const model = scripted();
  const keeping = keepInShort({ agent: "A", context: contextOf(ten), strategy: { kind: "tokenBudget", tokens: 1 }, nth: 0 }, aside());
  expect(await keeping.next()).toEqual({ done: true, value: NO_CALLS });
  expect(model.requests).toEqual([]);
});

test("a summary counts for what it stands for: the next one begins with it, and takes in what has come since", async () => {
  const context = contextOf(ten);
  summarize(context, "So far.", 8);
  expect((await kept(context, "x")).items).toEqual([]);
  for (const [index, message] of ten.entries()) add(context, 11 + index, message);
  const { items, text } = await kept(context, "More.");
  expect(items[1]).toMatchObject({ upToSeq: 18 });
  expect(text).toContain("[summary of what was said before] So far.");
  expect(told(text).slice(0, 3)).toEqual(["m8", "m9", "m0"]);
});

test("messages that came with one event stay together", async () => {
  const { items, text } = await kept(contextOf(ten, [1, 2, 3, 4, 5, 6, 7, 8, 8, 8]), "x");
  expect(items[1]).toMatchObject({ upToSeq: 7 });
  expect(told(text).at(-1)).toBe("m6");
  expect((await kept(contextOf(ten, Array<number>(10).fill(4)), "x")).items).toEqual([]);
});

test("a summary that cannot be had is not recorded: it fails, says nothing, or is broken off; what it cost is told", async () => {
  const error = { kind: "quota", message: "" } as const;
  const failed = await kept(contextOf(ten), { fails: { kind: "failure", error } });
  expect([failed.items.length, failed.lost]).toEqual([1, { inputTokens: 0, outputTokens: 0, calls: 1 }]);
  const blank = await kept(contextOf(ten), " \n");
  expect([blank.items.length, blank.lost]).toEqual([1, { ...usage, calls: 1 }]);
  const broken = await kept(contextOf(ten), "hang");
  expect([broken.items.length, broken.lost]).toEqual([1, NO_CALLS]);
});

test("a summary is no longer than is read again at each call", async () => {
  const { items } = await kept(contextOf(ten), "x".repeat(9_000));
  expect(items[1]).toMatchObject({ text: "x".repeat(8_000) });
});

test("in the minutes calls and their results stand among the words, each with what it is", async () => {
  const said: readonly ModelMessage[] = [
    { role: "user", from: { kind: "agent", name: "Ben" }, text: "look" },
    { role: "assistant", text: "I look.", toolCalls: [{ call: "c", tool: "find", args: '{"a":1}' }] },
    { role: "tool", call: "c", tool: "find", text: "found", failed: false },
    { role: "assistant", text: "", toolCalls: [{ call: "d", tool: "find", args: "{}" }] },
    { role: "tool", call: "d", tool: "find", text: "lost", failed: true },
    ...ten,
  ];
  const { text } = await kept(contextOf(said), "x");
  expect(text.split("\n\n").slice(0, 5)).toEqual([
    "[agent] Ben: look",
    '[you] I look.\n[call] find: {"a":1}',
    "[result] find: found",
    "[call] find: {}",
    "[error] find: lost",
  ]);
});
