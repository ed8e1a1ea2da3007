import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import type { ModelMessage } from "../../src/engine/model.ts";
import { createModel } from "../../src/models/create.ts";
import { ANSWER, ask, failureOf, request, textOf } from "./servers/asking.ts";
import { type ModelServer, startModelServer } from "./servers/model-server.ts";
import { anthropicWire, KEY, modelOn } from "./servers/wires.ts";

const MARK = { cache_control: { type: "ephemeral" } };

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

const model = () => modelOn(anthropicWire, server.url, systemClock);
const willSay = (...text: string[]) => server.will({ body: anthropicWire.events({ text }) });
const body = (index = 0) => server.requests[index]?.body;
const sent = async (...messages: ModelMessage[]) => {
  willSay("Yes.");
  await ask(model(), request({ messages }));
  return body()?.messages as unknown;
};

describe("Messages: what is sent", () => {
  test("instructions and the last message are marked for the cache, and no temperature is sent, because the API takes none", async () => {
    willSay("42");
    await ask(model(), request({ temperature: 1.4 }));
    expect(body()).toEqual({
      model: "claude-sonnet-5-5",
      stream: true,
      max_tokens: 8_192,
      system: [{ type: "text", text: "You write code.", ...MARK }],
      messages: [{ role: "user", content: [{ type: "text", text: "Ada: What is 6 × 7?", ...MARK }] }],
      tools: [{ name: "search", description: "Searches.", input_schema: request().tools[0]?.parameters }],
    });
    expect(server.requests[0]).toMatchObject({ path: "/v1/messages", headers: { authorization: `Bearer ${KEY}` } });
  });

  test("results of parallel calls go out in one user message, in front of what was said meanwhile", async () => {
    const messages = await sent(
      { role: "user", text: "Ada: Compare them." },
      { role: "user", text: "Critic: With sources." },
      { role: "assistant", text: "I look. \n", toolCalls: [{ call: "call:1", tool: "search", args: '{"q":"a"}' }, { call: "toolu_2", tool: "search", args: "[1" }] }, // prettier-ignore
      { role: "tool", call: "call:1", tool: "search", text: "A", failed: false },
      { role: "user", text: "Ada: Hurry." },
      { role: "tool", call: "toolu_2", tool: "search", text: "", failed: true },
    );
    expect(messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Ada: Compare them." }, { type: "text", text: "Critic: With sources.", ...MARK }] },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look." },
          { type: "tool_use", id: "call_1", name: "search", input: { q: "a" } },
          { type: "tool_use", id: "toolu_2", name: "search", input: { broken_arguments: "[1" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_1", content: "A" },
          { type: "tool_result", tool_use_id: "toolu_2", content: "(no output)", is_error: true },
          { type: "text", text: "Ada: Hurry.", ...MARK },
        ],
      },
    ]); // prettier-ignore
  });

  test("what is for one call alone comes behind the mark, and the end of the request before is marked too, however far back it is", async () => {
    const said = Array.from({ length: 25 }, (_, index): ModelMessage => ({ role: "user", text: `Ben: ${index}` }));
    const messages: ModelMessage[] = [
      { role: "user", text: "Ada: Begin." },
      { role: "assistant", text: "I begin.", toolCalls: [] },
      ...said,
      { role: "user", text: "Who speaks next?" },
    ];
    willSay("Yes.");
    await ask(model(), request({ messages, stable: messages.length - 1 }));
    const { messages: sentMessages } = body() as { messages: { content: { text: string; cache_control?: object }[] }[] };
    const blocks = sentMessages.flatMap(({ content }) => content);
    expect(blocks.filter((block) => block.cache_control).map(({ text }) => text)).toEqual(["Ada: Begin.", "Ben: 24"]);
    expect(blocks.at(-1)?.text).toBe("Who speaks next?");
  });

  test("a conversation that begins or ends with the agent's own words, or has empty ones, is still one that the API takes", async () => {
    const messages = await sent(
      { role: "assistant", text: "Hello.", toolCalls: [] },
      { role: "user", text: " " },
      { role: "assistant", text: " ", toolCalls: [] },
      { role: "assistant", text: "Anyone?", toolCalls: [] },
    );
    expect((messages as { role: string }[]).map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
  });

  test("an answer is asked for by its schema", async () => {
    willSay('{"next":"Runner","reason":"code"}');
    await ask(model(), request({ tools: [], answer: ANSWER }));
    expect(body()?.output_config).toEqual({
      format: {
        type: "json_schema",
        schema: { ...ANSWER.schema, properties: expect.objectContaining({ next: { enum: ["Coder", "Runner"] } }) as object },
      },
    });
    expect(body()).not.toHaveProperty("tools");
  });

  test("thinking is asked for in words, and effort with it; a model that takes neither does without, with a notice", async () => {
    const refuses = (message: string) => ({ status: 400, body: [JSON.stringify({ type: "error", error: { type: "invalid_request_error", message } })] }); // prettier-ignore
    const settings = { provider: "anthropic", model: "claude-haiku-5-5", baseUrl: server.url, attempts: 1, reasoningText: true, reasoningEffort: "low" } as const; // prettier-ignore
    const thinking = createModel(settings, { env: { ANTHROPIC_API_KEY: KEY }, clock: systemClock });
    server.will({ body: anthropicWire.events({ reasoning: ["Six sevens."], text: ["42"] }) });
    expect((await ask(thinking, request())).deltas).toContainEqual({ type: "reasoning", text: "Six sevens." });
    expect(body()).toMatchObject({ thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } });
    server.will(
      refuses("thinking.adaptive is not supported by this model"),
      refuses("output_config.effort is not supported by this model"),
    );
    willSay("42");
    const { reply } = await ask(thinking, request());
    expect(body(3)).not.toHaveProperty("thinking");
    expect(body(3)).not.toHaveProperty("output_config");
    expect(reply.notices).toEqual([
      "claude-haiku-5-5 does not show its reasoning.",
      "claude-haiku-5-5 takes no reasoning effort: it was left out.",
    ]);
  });

  test("a model without structured output is made to call a tool instead, whose arguments are the answer, now and from then on", async () => {
    server.will({
      status: 400,
      body: [
        JSON.stringify({
          type: "error",
          error: { type: "invalid_request_error", message: "output_config.format is not supported by this model" },
        }),
      ],
    });
    const told = { calls: [{ id: "toolu_1", name: "next_speaker", args: ['{"next":"Runner",', '"reason":"code"}'] }] };
    server.will({ body: anthropicWire.events(told) }, { body: anthropicWire.events(told) });
    const asking = model();
    const { deltas, reply } = await ask(asking, request({ answer: ANSWER }));
    expect(reply).toMatchObject({ kind: "answer", text: '{"next":"Runner","reason":"code"}', toolCalls: [] });
    expect(textOf(deltas)).toBe('{"next":"Runner","reason":"code"}');
    await ask(asking, request({ answer: ANSWER }));
    expect(server.requests).toHaveLength(3);
    expect(body(2)).toMatchObject({
      tools: [{ name: "next_speaker", input_schema: ANSWER.schema }],
      tool_choice: { type: "tool", name: "next_speaker" },
    });
  });
});

describe("Messages: what comes back", () => {
  test("input written to and read from the cache is input", async () => {
    const [start, ...rest] = anthropicWire.events({ text: ["Yes."], usage: { input: 10, output: 5, cached: 0, reasoning: 0 } });
    const counted = (start ?? "").replace(
      '"cache_creation_input_tokens":0,"cache_read_input_tokens":0',
      '"cache_creation_input_tokens":200,"cache_read_input_tokens":3000',
    );
    server.will({ body: [counted, ...rest] });
    expect((await ask(model(), request())).reply.usage).toEqual({
      inputTokens: 3_210,
      outputTokens: 5,
      cachedTokens: 3_000,
      cacheWriteTokens: 200,
    });
  });

  test("a conversation that outgrew the model is told apart from other ends", async () => {
    const events = anthropicWire.events({ text: ["Half a"] }).map((event) => event.replace("end_turn", "model_context_window_exceeded"));
    server.will({ body: events });
    expect(failureOf((await ask(model(), request())).reply).kind).toBe("context_too_long");
  });

  test("what a broken stream had cost is counted with the failure", async () => {
    server.will({
      body: anthropicWire.events({ text: ["Half a"], usage: { input: 10, output: 5, cached: 0, reasoning: 0 } }).slice(0, 3),
      ends: "cut",
    });
    const priced = createModel(
      {
        provider: "anthropic",
        model: "claude-sonnet-5-5",
        baseUrl: server.url,
        attempts: 1,
        price: { inputPerMTokUsd: 3, outputPerMTokUsd: 15 },
      },
      { env: { ANTHROPIC_API_KEY: KEY }, clock: systemClock },
    );
    const { reply } = await ask(priced, request());
    expect(failureOf(reply).kind).toBe("unavailable");
    expect(reply.usage?.usd).toBeCloseTo(0.000_045, 9);
  });

  test("a refusal says what the provider says about it", async () => {
    const events = anthropicWire.events({ text: ["I"], finish: "refused" }).map((event) =>
      event.replace('"stop_reason":"refusal"', '"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"It looks like an attack."}'),
    ); // prettier-ignore
    server.will({ body: events });
    expect(failureOf((await ask(model(), request())).reply)).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("It looks like an attack.") as string,
    });
  });

  test("an overload in the middle of the stream is an overload", async () => {
    const event = `event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n`;
    server.will({ body: [...anthropicWire.events({ text: ["Half a"] }).slice(0, 3), event] });
    expect(failureOf((await ask(model(), request())).reply).kind).toBe("overloaded");
  });
});
