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
    ["no arguments, then all", events(tool(null), delta({ type: "input_json_delta", partial_json: '{"q":"a"}' }), stops), CALLED],
  ])("%s", async (_, body, reply) => {
    expect(await replyTo(anthropicWire, body)).toMatchObject(reply);
  });
});

const said = { type: "response.output_text.delta", output_index: 0, delta: "Blue." };
const completed = { type: "response.completed", response: { status: "completed", output: [] } };
const item = (type: string, args?: unknown): Event => ({ type: `response.output_item.${type}`, output_index: 0, item: { type: "function_call", call_id: "c", name: "search", arguments: args } }); // prettier-ignore
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
    ["arguments in pieces, none in the end", events(item("added"), { type: "response.function_call_arguments.delta", output_index: 0, delta: '{"q":"a"}' }, item("done"), completed), CALLED],
  ])("%s", async (_, body, reply) => {
    expect(await replyTo(responsesWire, body)).toMatchObject(reply);
  }); // prettier-ignore
});
