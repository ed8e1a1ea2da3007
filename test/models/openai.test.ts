import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import type { ModelMessage } from "../../src/engine/model.ts";
import { createModel, type OpenAiModelSettings } from "../../src/models/create.ts";
import { ANSWER, ask, failureOf, request } from "./servers/asking.ts";
import { type ModelServer, startModelServer } from "./servers/model-server.ts";
import { chatWire, KEY, modelOn, responsesWire } from "./servers/wires.ts";

/** A turn with two calls, as the engine tells it. */
const TALK: ModelMessage[] = [
  { role: "user", text: "Ada: Which is higher?" },
  { role: "user", text: "Critic: Look it up." },
  { role: "assistant", text: "", toolCalls: [{ call: "call_a", tool: "search", args: '{"q":"Zürich"}' }, { call: "call_b", tool: "no such tool!", args: '{"q": oops' }] },
  { role: "tool", call: "call_a", tool: "search", text: "408 m", failed: false },
  { role: "tool", call: "call_b", tool: "no such tool!", text: "Error: there is no such tool", failed: true },
  { role: "user", text: "Ada: And \ud800 now?" },
]; // prettier-ignore

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

const chat = (more: Partial<OpenAiModelSettings> = {}) =>
  createModel(
    { provider: "openai-compatible", model: "qwen3", baseUrl: `${server.url}/v1`, attempts: 1, ...more },
    { env: { OPENAI_API_KEY: KEY, AZURE_OPENAI_API_KEY: KEY }, clock: systemClock },
  );
const willSay = (...text: string[]) => server.will({ body: chatWire.events({ text }) });
const body = (index = 0) => server.requests[index]?.body;

describe("Chat Completions: what is sent", () => {
  test("a conversation goes out with alternating roles, calls with whole arguments and results behind their calls", async () => {
    willSay("408 m.");
    await ask(modelOn(chatWire, server.url, systemClock), request({ messages: TALK, temperature: 0.2, outputTokensMax: 300 }));
    expect(body()).toEqual({
      model: "gpt-5-mini",
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.2,
      max_completion_tokens: 300,
      tools: [{ type: "function", function: request().tools[0] }],
      messages: [
        { role: "system", content: "You write code." },
        { role: "user", content: "Ada: Which is higher?\n\nCritic: Look it up." },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "call_a", type: "function", function: { name: "search", arguments: '{"q":"Zürich"}' } },
            { id: "call_b", type: "function", function: { name: "no_such_tool_", arguments: '{"broken_arguments":"{\\"q\\": oops"}' } },
          ],
        },
        { role: "tool", tool_call_id: "call_a", content: "408 m" },
        { role: "tool", tool_call_id: "call_b", content: "Error: there is no such tool" },
        { role: "user", content: "Ada: And \ufffd now?" },
      ],
    });
    expect(server.requests[0]).toMatchObject({ path: "/v1/chat/completions", headers: { authorization: `Bearer ${KEY}` } });
  });

  test("a server without a key is asked without one, and with the older name of the token limit", async () => {
    willSay("Hello.");
    await ask(chat({ outputTokensMax: 500 }), request());
    expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(body()).toMatchObject({ max_tokens: 500 });
  });

  test("an answer is asked for by its schema, strictly", async () => {
    willSay('{"next":"Runner","reason":"code"}');
    await ask(modelOn(chatWire, server.url, systemClock), request({ tools: [], answer: ANSWER }));
    expect(body()?.response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "next_speaker", schema: ANSWER.schema, strict: true },
    });
  });

  test("a server that cannot hold a model to a schema is asked in words, and a code fence around the answer is taken off", async () => {
    willSay("Sure, here it is:\n```json\n", '{"next": "Runner", "reason": "code"}', "\n```\nAnything else?");
    const { reply } = await ask(chat({ structured: "prompt" }), request({ tools: [], answer: ANSWER }));
    expect(reply).toMatchObject({ kind: "answer", text: '{"next": "Runner", "reason": "code"}' });
    expect(body()).not.toHaveProperty("response_format");
    const { messages } = body() as { messages: { role: string; content: string }[] };
    expect(messages[0]?.content).toContain('"enum":["Coder","Runner"]');
    expect(messages.at(-1)?.content).toContain("JSON object");
  });

  test("words instead of the JSON that was asked for come through as they are, for the caller to judge", async () => {
    willSay("I think {Runner} should go next.");
    const { reply } = await ask(chat(), request({ tools: [], answer: ANSWER }));
    expect(reply).toMatchObject({ kind: "answer", text: "I think {Runner} should go next." });
  });

  test("what a server refuses is left out, now and from then on", async () => {
    const refuses = (message: string) => ({
      status: 400,
      body: [JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: "unsupported_value" } })],
    });
    server.will(
      refuses("Unsupported value: 'temperature' does not support 0.2 with this model."),
      refuses("Unknown parameter: stream_options"),
      refuses("response_format json_schema is not supported"),
    );
    willSay('{"next":"Coder","reason":"r"}');
    willSay('{"next":"Coder","reason":"r"}');
    const model = chat({ temperature: 0.2 });
    const asked = request({ tools: [], answer: ANSWER });
    expect((await ask(model, asked)).reply.kind).toBe("answer");
    expect((await ask(model, asked)).reply.kind).toBe("answer");
    expect(server.requests).toHaveLength(5);
    for (const name of ["temperature", "stream_options", "response_format"]) expect(body(4)).not.toHaveProperty(name);
  });

  test("what a model refuses of its settings is told once in each thread, what is no loss is not", async () => {
    const refuses = (message: string) => ({ status: 400, body: [JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: "unsupported_value" } })] }); // prettier-ignore
    server.will(
      refuses("Unsupported value: 'temperature' does not support 0.2 with this model."),
      refuses("Unrecognized request argument supplied: seed"),
      refuses("Unrecognized request argument supplied: reasoning_effort"),
      refuses("Unknown parameter: stream_options"),
    );
    for (let call = 0; call < 3; call++) willSay("Yes.");
    const model = chat({ temperature: 0.2, seed: 7, reasoningEffort: "low" });
    const notices = [];
    for (const thread of ["t1", "t1", "t2"]) notices.push((await ask(model, request(), undefined, undefined, thread)).reply.notices);
    const told = ["takes no temperature", "takes no seed", "takes no reasoning effort"].map((what) => `qwen3 ${what}: it was left out.`);
    expect(notices).toEqual([told, undefined, told]);
    expect(body(0)).toMatchObject({ temperature: 0.2, seed: 7, reasoning_effort: "low" });
    for (const name of ["temperature", "seed", "reasoning_effort"]) expect(body(6)).not.toHaveProperty(name);
  });

  test("what the provider's filter stopped is told apart from a refusal", async () => {
    for (const wire of [chatWire, responsesWire]) {
      server.will({ body: wire.events({ text: ["I cannot"], finish: "filtered" }) });
      expect(failureOf((await ask(modelOn(wire, server.url, systemClock), request())).reply).kind).toBe("filtered");
    }
  });

  test("a request that is wrong in another way is not sent twice", async () => {
    server.will({ status: 400, body: [JSON.stringify({ error: { message: "messages is empty", type: "invalid_request_error" } })] });
    expect(failureOf((await ask(chat({ temperature: 1 }), request())).reply).kind).toBe("bad_request");
    expect(server.requests).toHaveLength(1);
  });

  test("Azure is asked at its deployment with its own key header and dated version", async () => {
    willSay("Hello.");
    await ask(chat({ provider: "azure", model: "our-gpt", baseUrl: `${server.url}/`, apiVersion: "2025-01-01" }), request());
    expect(server.requests[0]).toMatchObject({
      path: "/openai/deployments/our-gpt/chat/completions?api-version=2025-01-01",
      headers: { "api-key": KEY },
    });
  });

  test("Azure's undated address is asked like OpenAI", async () => {
    willSay("Hello.");
    await ask(chat({ provider: "azure", model: "our-gpt", baseUrl: `${server.url}/openai/v1` }), request());
    expect(server.requests[0]).toMatchObject({ path: "/openai/v1/chat/completions", body: { model: "our-gpt" } });
  });
});

describe("Chat Completions: what compatible servers send", () => {
  const chunk = (choice: object) => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
  const calls = (...toolCalls: object[]) => chunk({ delta: { tool_calls: toolCalls } });
  const finish = chunk({ delta: {}, finish_reason: "stop" });
  const replyTo = async (...events: string[]) => {
    server.will({ body: events });
    const { reply } = await ask(chat(), request());
    if (reply.kind !== "answer") throw new Error(reply.error.message);
    return reply;
  };

  test("whole calls that all have index 0 are told apart by their ids", async () => {
    const { toolCalls } = await replyTo(
      calls({ index: 0, id: "call_1", function: { name: "search", arguments: '{"q":"a"}' } }),
      calls({ index: 0, id: "call_2", function: { name: "search", arguments: '{"q":"b"}' } }),
      finish,
    );
    expect(toolCalls.map(({ call, args }) => [call, args])).toEqual([["call_1", '{"q":"a"}'], ["call_2", '{"q":"b"}']]); // prettier-ignore
  });

  test("calls without index and id are taken one by one and get ids", async () => {
    const { toolCalls } = await replyTo(
      calls({ function: { name: "search", arguments: '{"q":' } }, { function: { arguments: '"a"}' } }),
      calls({ function: { name: "other", arguments: "{}" } }),
      finish,
    );
    expect(toolCalls.map(({ tool, args }) => [tool, args])).toEqual([["search", '{"q":"a"}'], ["other", "{}"]]); // prettier-ignore
    expect(new Set(toolCalls.map(({ call }) => call)).size).toBe(2);
    expect(toolCalls.every(({ call }) => /^[a-zA-Z0-9_-]{1,64}$/.test(call))).toBe(true);
  });

  test("a name and an id repeated with every delta do not begin another call", async () => {
    const part = (args: string) => calls({ index: 0, id: "call_1", function: { name: "search", arguments: args } });
    expect((await replyTo(part('{"q":'), part('"a"}'), finish)).toolCalls).toEqual([{ call: "call_1", tool: "search", args: '{"q":"a"}' }]);
  });

  test("missing parts, nulls and unknown reasons to finish are no trouble, and what a server does not count is estimated", async () => {
    const events = [
      'data: {"choices":[]}\n\n',
      "data: {}\n\n",
      'data: {"choices":null}\n\n',
      chunk({ delta: null }),
      chunk({ delta: { content: null } }),
    ];
    expect(await replyTo(...events, chunk({ delta: { content: "Hi" } }), chunk({ finish_reason: "eos" }))).toEqual({
      kind: "answer",
      text: "Hi",
      toolCalls: [],
      usage: { inputTokens: 49, outputTokens: 1, estimated: true },
    });
  });

  test("counts repeated with every chunk are not added up", async () => {
    const counted = (tokens: number) =>
      `data: ${JSON.stringify({ choices: [{ delta: { content: "a" } }], usage: { prompt_tokens: 9, completion_tokens: tokens } })}\n\n`;
    expect((await replyTo(counted(1), counted(2), counted(3), finish)).usage).toEqual({ inputTokens: 9, outputTokens: 3 });
  });

  test("a refusal in its own field is a failure that quotes it", async () => {
    server.will({ body: [chunk({ delta: { refusal: "I can't help with that." } }), finish] });
    expect(failureOf((await ask(chat(), request())).reply)).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("I can't help with that.") as string,
    });
  });

  test("a reply without end is given up", async () => {
    const events = Array.from({ length: 30 }, () => chunk({ delta: { content: "x".repeat(100_000) } }));
    server.will({ body: events, ends: "hang" });
    expect(failureOf((await ask(chat(), request())).reply).kind).toBe("bad_answer");
    await server.requests[0]?.gone;
  });
});

describe("Responses", () => {
  test("the conversation goes out as items, nothing is stored there, and the shape of the answer goes along", async () => {
    server.will({ body: responsesWire.events({ text: ["{}"] }) });
    await ask(modelOn(responsesWire, server.url, systemClock), request({ messages: TALK, answer: ANSWER }));
    expect(server.requests[0]?.path).toBe("/v1/responses");
    expect(body()).toMatchObject({
      store: false,
      instructions: "You write code.",
      input: [
        { role: "user", content: "Ada: Which is higher?" },
        { role: "user", content: "Critic: Look it up." },
        { type: "function_call", call_id: "call_a", name: "search", arguments: '{"q":"Zürich"}' },
        { type: "function_call", call_id: "call_b", name: "no_such_tool_" },
        { type: "function_call_output", call_id: "call_a", output: "408 m" },
        { type: "function_call_output", call_id: "call_b" },
        { role: "user", content: "Ada: And \ufffd now?" },
      ],
      tools: [{ type: "function", name: "search", strict: false }],
      text: { format: { type: "json_schema", name: "next_speaker", strict: true, schema: ANSWER.schema } },
    });
  });

  test("each message says that it is one: some servers refuse an assistant's words without", async () => {
    server.will({ body: responsesWire.events({ text: ["Hello again."] }) });
    const messages: ModelMessage[] = [{ role: "user", text: "Ada: Hello" }, { role: "assistant", text: "Hello.", toolCalls: [] }, { role: "user", text: "Ada: Again" }]; // prettier-ignore
    await ask(modelOn(responsesWire, server.url, systemClock), request({ messages }));
    expect(body()?.input).toEqual([
      { type: "message", role: "user", content: "Ada: Hello" },
      { type: "message", role: "assistant", content: "Hello." },
      { type: "message", role: "user", content: "Ada: Again" },
    ]);
  });

  test("effort and reasoning in words are asked for, and a seed, which this API does not have, is left out with a notice", async () => {
    server.will({ body: responsesWire.events({ reasoning: ["Six sevens."], text: ["42"] }) });
    const model = chat({ provider: "openai", api: "responses", model: "gpt-5-mini", reasoningEffort: "low", reasoningText: true, seed: 7 });
    const { deltas, reply } = await ask(model, request());
    expect(body()?.reasoning).toEqual({ effort: "low", summary: "auto" });
    expect(body()).not.toHaveProperty("seed");
    expect(deltas).toContainEqual({ type: "reasoning", text: "Six sevens." });
    expect(reply.notices).toEqual(["gpt-5-mini takes no seed: it was left out."]);
  });

  test("an organisation that may not read summaries gets the answer without", async () => {
    const error = { message: "Your organization must be verified to generate reasoning summaries.", type: "invalid_request_error", param: "reasoning.summary", code: "unsupported_value" }; // prettier-ignore
    server.will({ status: 400, body: [JSON.stringify({ error })] }, { body: responsesWire.events({ text: ["42"] }) });
    const { reply } = await ask(chat({ provider: "openai", api: "responses", reasoningEffort: "high", reasoningText: true }), request());
    expect(body(1)?.reasoning).toEqual({ effort: "high" });
    expect(reply.notices).toEqual(["qwen3 does not show its reasoning."]);
  });

  test("a response that failed says why", async () => {
    const error = { code: "rate_limit_exceeded", message: "Slow down." };
    server.will({
      body: [
        `event: response.failed\ndata: ${JSON.stringify({ type: "response.failed", response: { status: "failed", error, usage: null } })}\n\n`,
      ],
    });
    expect(failureOf((await ask(modelOn(responsesWire, server.url, systemClock), request())).reply)).toMatchObject({
      kind: "rate_limited",
      message: expect.stringContaining("Slow down.") as string,
    });
  });
});
