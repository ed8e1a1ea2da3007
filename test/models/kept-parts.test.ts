import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import type { ModelMessage, ModelReply } from "../../src/engine/model.ts";
import { ask, request } from "./servers/asking.ts";
import { chatServer, DONE, frame, modelAt, refuses, says, stream } from "./servers/chat-server.ts";
import { startModelServer } from "./servers/model-server.ts";
import { anthropicWire, modelOn, responsesWire, type Wire } from "./servers/wires.ts";

type Event = { readonly type: string; readonly [field: string]: unknown };
const events = (...all: readonly Event[]) => all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

const SIGNED = { type: "thinking", thinking: "Hm.", signature: "c2lnbmF0dXJl" };
const SEALED = { type: "redacted_thinking", data: "c2VhbGVk" };
const start = (index: number, block: object): Event => ({ type: "content_block_start", index, content_block: block });
const delta = (index: number, own: object): Event => ({ type: "content_block_delta", index, delta: own });

/** Thoughts, signed and sealed, then words and a call. */
const MESSAGES = events(
  { type: "message_start", message: { usage: { input_tokens: 5, output_tokens: 1 } } },
  start(0, { type: "thinking", thinking: "", signature: "" }),
  delta(0, { type: "thinking_delta", thinking: "H" }),
  delta(0, { type: "thinking_delta", thinking: "m." }),
  delta(0, { type: "signature_delta", signature: SIGNED.signature }),
  start(1, SEALED),
  start(2, { type: "text", text: "" }),
  delta(2, { type: "text_delta", text: "I look." }),
  start(3, { type: "tool_use", id: "c1", name: "search", input: {} }),
  delta(3, { type: "input_json_delta", partial_json: '{"q":"a"}' }),
  { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } },
  { type: "message_stop" },
);

const REASONING = { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "ZW5jcnlwdGVk" };
const CALL = { id: "fc_1", type: "function_call", call_id: "c1", name: "search", arguments: '{"q":"a"}' };
const RESPONSES = events(
  { type: "response.output_item.done", output_index: 0, item: REASONING },
  { type: "response.output_item.done", output_index: 1, item: CALL },
  { type: "response.completed", response: { status: "completed", output: [], usage: null } },
);

/** What a second request holds that follows from the first reply, after a way through the log; of this model and of another behind the same format. */
async function sentBack(wire: Wire, first: readonly string[]) {
  const server = await startModelServer();
  onTestFinished(() => server.close());
  const again = wire.events({ text: ["Found."] });
  server.will({ body: first }, { body: again }, { body: again });
  const { reply } = await ask(modelOn(wire, server.url, systemClock), request());
  if (reply.kind !== "answer") throw new Error(reply.error.message);
  // A log is JSON: a restart, a fork and a question between them change nothing.
  const logged = JSON.parse(JSON.stringify(reply)) as Extract<ModelReply, { kind: "answer" }>;
  const messages: readonly ModelMessage[] = [
    { role: "user", text: "Go." },
    { role: "assistant", text: logged.text, toolCalls: logged.toolCalls, ...(logged.kept ? { kept: logged.kept } : {}) },
    { role: "tool", call: "c1", tool: "search", text: "b", failed: false },
  ];
  const other: Wire = { ...wire, settings: { ...wire.settings, model: "another-model" } };
  for (const one of [wire, other]) await ask(modelOn(one, server.url, systemClock), request({ messages }));
  return [server.requests[1]?.body, server.requests[2]?.body] as const;
}

test("thoughts that Anthropic signed or sealed go back to it unchanged and in their places, and to no other model", async () => {
  const [same, other] = await sentBack(anthropicWire, MESSAGES);
  expect(same?.messages[1]).toMatchObject({
    role: "assistant",
    content: [SIGNED, SEALED, { type: "text", text: "I look." }, { type: "tool_use", id: "c1", name: "search", input: { q: "a" } }],
  });
  expect(other?.messages[1].content.map(({ type }: { type: string }) => type)).toEqual(["text", "tool_use"]);
  expect(JSON.stringify(other)).not.toMatch(/c2lnbmF0dXJl|c2VhbGVk|thinking/);
});

test("thoughts that a server like Anthropic's does not sign go back to it, and where none are known that it wants, a word stands for them", async () => {
  const unsigned = MESSAGES.filter((event) => !/signature_delta|redacted_thinking/.test(event)).map((event) => event.replace(',"signature":""', "")); // prettier-ignore
  const [same] = await sentBack(anthropicWire, unsigned);
  expect(same?.messages[1].content[0]).toEqual({ type: "thinking", thinking: "Hm.", signature: "" });
  const server = await startModelServer();
  onTestFinished(() => server.close());
  const message = "The `content[].thinking` in the thinking mode must be passed back to the API.";
  server.will({ status: 400, body: [JSON.stringify({ error: { message } })] }, { body: anthropicWire.events({ text: ["Found."] }) });
  const calls = [{ call: "c1", tool: "search", args: "{}" }];
  const messages: ModelMessage[] = [{ role: "user", text: "Go." }, { role: "assistant", text: "", toolCalls: calls }, { role: "tool", call: "c1", tool: "search", text: "b", failed: false }]; // prettier-ignore
  expect((await ask(modelOn(anthropicWire, server.url, systemClock), request({ messages }))).reply).toMatchObject({ text: "Found." });
  expect(server.requests[1]?.body.messages[1].content.map(({ type }: { type: string }) => type)).toEqual(["thinking", "tool_use"]);
});

test("encrypted reasoning of the Responses API goes back to it before its call, and to no other model", async () => {
  const [same, other] = await sentBack(responsesWire, RESPONSES);
  expect(same?.include).toEqual(["reasoning.encrypted_content"]);
  expect(same?.input.slice(1)).toMatchObject([REASONING, { type: "function_call", call_id: "c1" }, { type: "function_call_output" }]);
  expect(other?.input.map(({ type }: { type?: string }) => type)).toEqual(["message", "function_call", "function_call_output"]);
  expect(JSON.stringify(other)).not.toContain(REASONING.encrypted_content);
});

test("where a server takes one call at a time, each call of a reply goes back with what came with it", async () => {
  const signed = (name: string) => ({ extra_content: { google: { thought_signature: name } } });
  const call = (index: number, id: string) => ({
    index,
    id,
    type: "function",
    function: { name: "search", arguments: "{}" },
    ...signed(id),
  });
  const { url, asked } = await chatServer(({ messages }, response) => {
    const sent = messages as { tool_calls?: object[] }[];
    if (sent.some(({ tool_calls: calls }) => (calls?.length ?? 0) > 1))
      return refuses(response, 400, { error: { message: "This model only supports single tool-calls at once!" } });
    if (sent.some(({ tool_calls: calls }) => calls)) return says(response, "Found.");
    return stream(response, frame({ tool_calls: [call(0, "a"), call(1, "b")] }), frame({}, "tool_calls"), DONE);
  });
  const model = modelAt(url);
  const { reply } = await ask(model, request());
  if (reply.kind !== "answer") throw new Error(reply.error.message);
  const result = (id: string): ModelMessage => ({ role: "tool", call: id, tool: "search", text: id, failed: false });
  const messages: ModelMessage[] = [{ role: "user", text: "Go." }, { ...reply, role: "assistant" }, result("a"), result("b")];
  await ask(model, request({ messages }));
  const sent = asked.at(-1)?.messages as { tool_calls?: object[] }[];
  expect(sent.flatMap(({ tool_calls: calls }) => calls ?? [])).toMatchObject([
    { id: "a", ...signed("a") },
    { id: "b", ...signed("b") },
  ]);
});
