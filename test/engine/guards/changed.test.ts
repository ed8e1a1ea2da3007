import { expect, test } from "vitest";
import { changedEvent, changedRequest, changedValue } from "../../../src/engine/guards/changed.ts";
import { looking } from "../../../src/engine/guards/guard.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import type { ModelRequest } from "../../../src/engine/model.ts";
import { MARIA } from "../../support/scripted.ts";
import { filesInMemory, masking, stopping } from "./guards-for-tests.ts";

const { files, ref } = filesInMemory("red file", "green file");
const BEFORE = ref("red file");
const AFTER = ref("[masked] file");

async function masked<Value>(walk: (look: Parameters<typeof changedEvent>[1]) => Promise<Value>): Promise<Value> {
  const looked = await looking([masking("red").guard], { to: "model", agent: "A" }, files, walk);
  if ("stop" in looked) throw new Error(looked.stop);
  return looked.value;
}
const event = (body: EventBody) => masked((look) => changedEvent(body, look));

test("a request is changed wherever it has words and images, and is the same in all else", async () => {
  const request: ModelRequest = {
    agent: "red agent",
    system: "You are red.",
    stable: 3,
    tools: [{ name: "red", description: "red", parameters: {} }],
    messages: [
      { role: "user", text: "red", from: { kind: "person", name: "red" } as never, beside: [{ text: "red note" }], images: [BEFORE] },
      { role: "user", text: "green" },
      { role: "assistant", text: "red?", toolCalls: [{ call: "red", tool: "red", args: '{"red": ["red", 1]}' }] },
      { role: "tool", call: "red", tool: "red", text: "red!", failed: true, told: [{ text: "red told" }] },
      { role: "tool", call: "c", tool: "t", text: "green", failed: false },
    ],
  };
  expect(await masked((look) => changedRequest(request, look))).toEqual({
    ...request,
    system: "You are [masked].",
    messages: [
      { ...request.messages[0], text: "[masked]", beside: [{ text: "[masked] note" }], images: [AFTER] },
      { role: "user", text: "green" },
      { role: "assistant", text: "[masked]?", toolCalls: [{ call: "red", tool: "red", args: '{"[masked]":["[masked]",1]}' }] },
      { role: "tool", call: "red", tool: "red", text: "[masked]!", failed: true, told: [{ text: "[masked] told" }] },
      { role: "tool", call: "c", tool: "t", text: "green", failed: false },
    ],
  });
});

const kept = (text: string, sealed = "red") => ({
  by: "anthropic",
  what: { thinking: [{ text, signature: sealed, data: sealed, id: sealed }] },
});

test("what a model gave along with its calls goes as it is or not at all; what is sealed in it is nobody's words", async () => {
  const asked = (what: ReturnType<typeof kept>) => {
    const messages = [{ role: "assistant" as const, text: "", toolCalls: [], kept: what }];
    return masked(async (look) => (await changedRequest({ agent: "A", system: "", tools: [], messages }, look)).messages);
  };
  expect(await asked(kept("green"))).toEqual([{ role: "assistant", text: "", toolCalls: [], kept: kept("green") }]);
  expect(await asked(kept("red"))).toEqual([{ role: "assistant", text: "", toolCalls: [] }]);
  const called = { type: "tool.called", agent: "A", call: "c", tool: "t", args: "{}" } as const;
  expect(await event({ ...called, kept: kept("green") })).toEqual({ ...called, kept: kept("green") });
  expect(await event({ ...called, kept: kept("red") })).toEqual(called);
  // A stop is for these words alone.
  const looked = await looking([stopping("red")], { to: "people", agent: "A" }, files, (look) =>
    changedEvent({ ...called, kept: kept("red") }, look),
  );
  expect(looked).toEqual({ value: called });
});

test.each<readonly [string, unknown]>([
  ["encrypted_content", "red"],
  ["thought_signature", "red"],
  ["id", "red"],
])("a sealed %s is not looked at, but what is no text under that name is", async (name, sealed) => {
  const called = { type: "tool.called", agent: "A", call: "c", tool: "t", args: "{}" } as const;
  const sealedIn = (value: unknown) => ({ ...called, kept: { by: "x", what: { list: [null, 3, { [name]: value }] } } });
  expect(await event(sealedIn(sealed))).toEqual(sealedIn(sealed));
  expect(await event(sealedIn({ text: "red" }))).toEqual(called);
});

test.each<readonly [EventBody, EventBody]>([
  [
    { type: "message.posted", agent: "red", text: "a red one" },
    { type: "message.posted", agent: "red", text: "a [masked] one" },
  ],
  [
    { type: "message.posted", agent: "A", text: "red: red, red", printed: { from: 5, to: 8 } },
    { type: "message.posted", agent: "A", text: "[masked]: [masked], [masked]", printed: { from: 10, to: 18 } },
  ],
  [
    { type: "message.posted", person: MARIA, text: "red" },
    { type: "message.posted", person: MARIA, text: "[masked]" },
  ],
  [
    {
      type: "tool.called",
      agent: "A",
      call: "red",
      tool: "red",
      args: '{"a": "red"}',
      text: "red",
      others: [{ call: "red", tool: "red", args: '["red"]' }],
    },
    {
      type: "tool.called",
      agent: "A",
      call: "red",
      tool: "red",
      args: '{"a":"[masked]"}',
      text: "[masked]",
      others: [{ call: "red", tool: "red", args: '["[masked]"]' }],
    },
  ],
  [
    { type: "tool.called", agent: "A", call: "c", tool: "t", args: "{}" },
    { type: "tool.called", agent: "A", call: "c", tool: "t", args: "{}" },
  ],
  [
    { type: "tool.returned", agent: "A", call: "c", tool: "t", output: "red", files: [BEFORE] },
    { type: "tool.returned", agent: "A", call: "c", tool: "t", output: "[masked]", files: [AFTER] },
  ],
  [
    { type: "tool.returned", agent: "A", call: "c", tool: "t", output: "red" },
    { type: "tool.returned", agent: "A", call: "c", tool: "t", output: "[masked]" },
  ],
  [
    { type: "tool.failed", agent: "A", call: "c", tool: "t", error: { kind: "red", message: "red" }, files: [BEFORE], images: [BEFORE] },
    { type: "tool.failed", agent: "A", call: "c", tool: "t", error: { kind: "red", message: "[masked]" }, files: [AFTER], images: [AFTER] },
  ],
  [
    { type: "turn.failed", agent: "A", error: { kind: "red", message: "red" } },
    { type: "turn.failed", agent: "A", error: { kind: "red", message: "[masked]" } },
  ],
  [
    { type: "code.written", agent: "A", text: "red" },
    { type: "code.written", agent: "A", text: "[masked]" },
  ],
  [
    { type: "context.summarized", agent: "A", upToSeq: 3, text: "red" },
    { type: "context.summarized", agent: "A", upToSeq: 3, text: "[masked]" },
  ],
  [ranCode("red", BEFORE), ranCode("[masked]", AFTER)],
  [
    { type: "handoff.made", agent: "A", to: "human", text: "red?", beside: "red.", options: ["red", "green"] },
    { type: "handoff.made", agent: "A", to: "human", text: "[masked]?", beside: "[masked].", options: ["[masked]", "green"] },
  ],
  [
    { type: "handoff.made", agent: "A", to: "B", text: "red" },
    { type: "handoff.made", agent: "A", to: "B", text: "[masked]" },
  ],
  [
    { type: "approval.requested", agent: "A", call: "c", what: "red" },
    { type: "approval.requested", agent: "A", call: "c", what: "[masked]" },
  ],
  [
    { type: "turn.ended", agent: "A", reason: "red" },
    { type: "turn.ended", agent: "A", reason: "[masked]" },
  ],
  [
    { type: "speaker.selected", agent: "red", by: "selector", reason: "red", instruction: "be red" },
    { type: "speaker.selected", agent: "red", by: "selector", reason: "[masked]", instruction: "be [masked]" },
  ],
  [
    { type: "speaker.selected", agent: "A", by: "only" },
    { type: "speaker.selected", agent: "A", by: "only" },
  ],
  [
    { type: "message.edited", of: 1, id: "m", person: MARIA, text: "red" },
    { type: "message.edited", of: 1, id: "m", person: MARIA, text: "red" },
  ],
])("an event is changed where it has words of agents, models, tools or code: %j", async (before, after) => {
  expect(await event(before)).toEqual(after);
});

function ranCode(output: string, file: typeof BEFORE): EventBody {
  const source = { seq: 1, block: 0 };
  return {
    type: "code.ran",
    agent: "A",
    source,
    language: "red",
    outcome: "ok",
    exitCode: 0,
    output,
    elapsedMs: 1,
    executor: "red",
    files: [file],
  };
}

test("arguments that need no change stay as the model wrote them, blanks and all; broken ones are looked at as text", async () => {
  const args = async (text: string) => {
    const changed = await event({ type: "tool.called", agent: "A", call: "c", tool: "t", args: text });
    return changed.type === "tool.called" ? changed.args : undefined;
  };
  expect(await args('{ "a" :  "green" }')).toBe('{ "a" :  "green" }');
  expect(await args('{ "a": "red"')).toBe('{ "a": "[masked]"');
  expect(await args("null")).toBe("null");
});

test("a value keeps its form: keys and strings are looked at, a number becomes text only where it is masked", async () => {
  const looked = await looking([masking("42").guard], { to: "tool", agent: "A" }, files, (look) =>
    changedValue({ a42: [42, 7, true, null, { deep: "x42" }] }, look),
  );
  expect(looked).toEqual({ value: { "a[masked]": ["[masked]", 7, true, null, { deep: "x[masked]" }] } });
});
