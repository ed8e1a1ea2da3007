import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import { ask, request } from "../servers/asking.ts";
import { startModelServer } from "../servers/model-server.ts";
import { anthropicWire, modelOn, responsesWire, type Wire } from "../servers/wires.ts";

type Event = { readonly type: string; readonly [field: string]: unknown };
const events = (...all: readonly Event[]) => all.map((event) => `data: ${JSON.stringify(event)}\n\n`);

async function replyTo(wire: Wire, body: readonly string[]) {
  const server = await startModelServer();
  onTestFinished(() => server.close());
  server.will({ body });
  return (await ask(modelOn(wire, server.url, systemClock), request())).reply;
}

const CALLED = { kind: "answer", toolCalls: [{ tool: "search", args: '{"q":"a"}' }] };
const BLUE = { kind: "answer", text: "Blue." };
const FAILED = { kind: "failure", error: { message: expect.stringContaining("in place of a reply came JSON") as string } };

const start = (block: object): Event => ({ type: "content_block_start", index: 0, content_block: block });
const delta = (own: object): Event => ({ type: "content_block_delta", index: 0, delta: own });
const words = delta({ type: "text_delta", text: "Blue." });
const stops = { type: "message_stop" };
const tool = (input: unknown) => start({ type: "tool_use", id: "t", name: "search", input });
const message = (content: unknown) => [JSON.stringify({ type: "message", role: "assistant", content, stop_reason: "end_turn" })];

const BOTH = {
  kind: "answer",
  toolCalls: [
    { tool: "search", args: '{"q":0}' },
    { tool: "recall", args: '{"q":1}' },
  ],
};
const twice = (of: (index: number, name: string) => readonly Event[]) => ["search", "recall"].flatMap((name, index) => of(index, name));
const argsAt = (index: number | undefined, q: number): Event => ({
  ...delta({ type: "input_json_delta", partial_json: `{"q":${q}}` }),
  index,
});

describe("Messages, as servers like Anthropic's send them", () => {
  test.each<[string, readonly string[], object]>([
    ["a block without text", events(start({ type: "text" }), words, stops), BLUE],
    ["no block at all", events(words, stops), BLUE],
    ["no reason to stop", events(words, { type: "message_delta", delta: { stop_reason: null } }, stops), BLUE],
    ["[DONE] in place of a stop", [...events(words), "data: [DONE]\n\n"], BLUE],
    ["a document with a text", message("Blue."), BLUE],
    ["a document that is no reply", [JSON.stringify({ status: "ok" })], FAILED],
    ["arguments as an object", events(tool({}), delta({ type: "input_json_delta", partial_json: { q: "a" } }), stops), CALLED],
    ["arguments as a string, whole", message([{ type: "tool_use", id: "t", name: "search", input: '{"q":"a"}' }]), CALLED],
    ["parts that are null or missing", events({ type: "message_start", message: null }, { type: "content_block_start", index: 0, content_block: null }, { type: "content_block_delta", index: 0 }, delta({ type: "text_delta", text: null }), delta({ type: "text_delta" }), words, { type: "message_delta", delta: null, usage: { output_tokens: 5 } }, stops), BLUE],
    ["kinds that stand in the lines of events alone", [words, stops].map(({ type, ...own }) => `event: ${type}\ndata: ${JSON.stringify(own)}\n\n`), BLUE],
    ["a document with blocks that are null", message([null, { type: "text", text: "Blue." }, { type: "text", text: null }]), BLUE],
    ["counts as text, then none", events({ type: "message_start", message: { usage: { input_tokens: "10" } } }, words, { type: "message_delta", delta: {}, usage: { input_tokens: 0, output_tokens: "5" } }, stops), { ...BLUE, usage: { inputTokens: 10, outputTokens: 5 } }],
    ["two calls of one number", events(...twice((index, name) => [{ ...tool({}), index: 0, content_block: { type: "tool_use", id: name, name, input: {} } }, argsAt(0, index)]), stops), BOTH],
    ["two calls without numbers and ids", events(...twice((index, name) => [{ type: "content_block_start", content_block: { type: "tool_use", id: null, name, input: {} } }, argsAt(undefined, index)]), stops), BOTH],
    ["cut off, in another's words", events(words, { type: "message_delta", delta: { stop_reason: "length" } }, stops), { ...BLUE, notices: [expect.stringContaining("cut off")] }],
    ["filtered, in another's words", events({ type: "message_delta", delta: { stop_reason: "content_filter" } }, stops), { kind: "failure", error: { kind: "filtered" } }],
    ["no arguments, then all", events(tool(null), delta({ type: "input_json_delta", partial_json: '{"q":"a"}' }), stops), CALLED],
  ])("%s", async (_, body, reply) => {
    expect(await replyTo(anthropicWire, body)).toMatchObject(reply);
  }); // prettier-ignore
});

const said = { type: "response.output_text.delta", output_index: 0, delta: "Blue." };
const completed = { type: "response.completed", response: { status: "completed", output: [] } };
const item = (type: string, args?: unknown): Event => ({ type: `response.output_item.${type}`, output_index: 0, item: { type: "function_call", call_id: "c", name: "search", arguments: args } }); // prettier-ignore
const calling = (name: string, q: number) => ({
  type: "function_call",
  id: `fc_${name}`,
  call_id: `call_${name}`,
  name,
  arguments: `{"q":${q}}`,
});
const called = (name: string, at: object, q: number): readonly Event[] => [
  { type: "response.output_item.added", ...at, item: { ...calling(name, q), arguments: "" } },
  { type: "response.function_call_arguments.delta", ...at, item_id: `fc_${name}`, delta: `{"q":${q}}` },
  { type: "response.output_item.done", ...at, item: calling(name, q) },
];
const response = (content: unknown) => [
  JSON.stringify({ object: "response", status: "completed", output: [{ type: "message", content }] }),
];

describe("Responses, as servers like OpenAI's send them", () => {
  test.each<[string, readonly string[], object]>([
    ["an end without a response", events(said, { type: "response.completed" }), BLUE],
    ["[DONE] in place of an end", [...events(said), "data: [DONE]\n\n"], BLUE],
    ["words in the whole message alone", events({ type: "response.output_item.done", output_index: 0, item: { type: "message", content: [{ type: "output_text", text: "Blue." }] } }, completed), BLUE],
    ["a document with a text", response("Blue."), BLUE],
    ["a document with parts of type text", response([{ type: "text", text: "Blue." }]), BLUE],
    ["a document that is no reply", [JSON.stringify({ status: "ok" })], FAILED],
    ["arguments as an object", events(item("done", { q: "a" }), completed), CALLED],
    ["arguments at their end alone", events(item("added", ""), { type: "response.function_call_arguments.done", output_index: 0, arguments: '{"q":"a"}' }, completed), CALLED],
    ["words at the end of their part alone", events({ type: "response.content_part.done", output_index: 0, part: { type: "output_text", text: "Blue." } }, completed), BLUE],
    ["words at the end of their text alone", events({ type: "response.output_text.done", output_index: 0, text: "Blue." }, completed), BLUE],
    ["words told twice, under other numbers", events(said, { type: "response.output_item.done", output_index: 1, item: { type: "message", content: "Blue." } }, { type: "response.completed", response: { output: [null, null, { type: "message", content: "Blue." }] } }), BLUE],
    ["a second message that comes whole", events({ ...said, delta: "Bl" }, { type: "response.output_item.done", output_index: 1, item: { type: "message", content: "ue." } }, completed), BLUE],
    ["parts that are null or missing", events({ type: "response.output_item.added", output_index: 0, item: null }, { ...said, delta: null }, said, { type: "response.output_item.done" }, { type: "response.completed", response: { output: null, usage: { total_tokens: 5 } } }), BLUE],
    ["a second message that says the end of the first", response("Blue, blue.").map((text) => text.replace("]}", ',{"type":"message","content":" blue."}]}')), { ...BLUE, text: "Blue, blue. blue." }],
    ["another end", events(said, { type: "response.done", response: { status: "completed" } }), BLUE],
    ["cut off, without a response", events(said, { type: "response.incomplete" }), { ...BLUE, notices: [expect.stringContaining("cut off")] }],
    ["broken off", events(said, { type: "response.cancelled" }), { kind: "failure", received: "Blue." }],
    ["a refusal in pieces", events({ type: "response.refusal.delta", delta: "I can" }, { type: "response.refusal.delta", delta: "not." }, completed), { kind: "failure", error: { kind: "refused", message: expect.stringContaining("I cannot.") as string } }],
    ["a document with its words beside", [JSON.stringify({ object: "response", status: "completed", output: [], output_text: "Blue." })], BLUE],
    ["kinds that stand in the lines of events alone", [said, completed].map(({ type, ...own }) => `event: ${type}\ndata: ${JSON.stringify(own)}\n\n`), BLUE],
    ["two calls of one number", events(...twice((index, name) => called(name, { output_index: 0 }, index)), completed), BOTH],
    ["two calls without numbers", events(...twice((index, name) => called(name, {}, index)), completed), BOTH],
    ["a call that has another number in the end", events(...called("search", { output_index: 3 }, 0), { type: "response.completed", response: { output: [calling("search", 0)] } }), { kind: "answer", toolCalls: [{ tool: "search", args: '{"q":0}' }] }],
    ["arguments in pieces, none in the end", events(item("added"), { type: "response.function_call_arguments.delta", output_index: 0, delta: '{"q":"a"}' }, item("done"), completed), CALLED],
  ])("%s", async (_, body, reply) => {
    expect(await replyTo(responsesWire, body)).toMatchObject(reply);
  }); // prettier-ignore
});
