import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { settledArgs } from "../../../src/models/replies/call-args.ts";
import { ask, failureOf, request } from "../servers/asking.ts";
import { chatServer, DONE, frame, modelAt, stream } from "../servers/chat-server.ts";

const replyTo = async (...frames: string[]) => {
  const { url } = await chatServer((_, response) => stream(response, ...frames));
  return (await ask(modelAt(url), request())).reply;
};
const sentAs = async (contentType: string, body: string, status = 200) => {
  const { url } = await chatServer((_, response) => response.writeHead(status, { "content-type": contentType }).end(body));
  return (await ask(modelAt(url), request())).reply;
};
const end = frame({}, "stop");

describe("text, however a server frames it", () => {
  const message = (content: unknown) => ({ choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] });
  test.each<[string, () => ReturnType<typeof replyTo>]>([
    ["parts", () => replyTo(frame({ content: [{ type: "text", text: "Blue" }] }), frame({ content: "." }), end, DONE)],
    ["a part of its own", () => replyTo(frame({ content: { type: "text", text: "Blue." } }), end, DONE)],
    ["thoughts among parts", () => replyTo(frame({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }, { type: "text", text: "Blue." }] }), end, DONE)],
    ["thoughts in tags, cut", () => replyTo(frame({ content: "<thi" }), frame({ content: "nk>Hm</th" }), frame({ content: "ink>Blue." }), end, DONE)],
    ["text under another type", () => replyTo(frame({ content: [{ type: "output_text", text: "Blue." }] }), end, DONE)],
    ["text in an object of its own", () => replyTo(frame({ content: [{ type: "text", text: { value: "Blue.", annotations: [] } }] }), end, DONE)],
    ["strings as parts", () => replyTo(frame({ content: ["Blu", "e."] }), end, DONE)],
    ["Google's parts, a thought marked", () => replyTo(frame({ content: { parts: [{ text: "Hm", thought: true }, { text: "Blue." }] } }), end, DONE)],
    ["Bedrock's parts", () => replyTo(frame({ content: [{ reasoningContent: { reasoningText: { text: "Hm" } } }, { text: "Blue." }] }), end, DONE)],
    ["sealed thoughts and references among parts", () => replyTo(frame({ content: [{ type: "redacted_thinking", data: "x" }, { type: "reference", reference_ids: [1] }, null, { type: "text", text: "Blue." }] }), end, DONE)],
    ["channels of gpt-oss", () => replyTo(frame({ content: "Hm", channel: "analysis" }), frame({ content: "Blue.", channel: "final" }), end, DONE)],
    ["thoughts in a field", () => replyTo(frame({ reasoning: "Hm" }), frame({ reasoning_content: "Hm" }), frame({ reasoning_details: [{ type: "reasoning.text", text: "Hm" }] }), frame({ content: "Blue." }), end, DONE)],
    ["[DONE] and no reason to finish", () => replyTo(frame({ content: "Blue." }), DONE)],
    ["a reason to finish and no [DONE]", () => replyTo(frame({ content: "Blue." }), end)],
    ["no empty lines between events", () => replyTo(frame({ content: "Blue" }).trim() + "\n" + frame({ content: "." }).trim() + "\n" + end, DONE)],
    ["no empty line at the end", () => replyTo(frame({ content: "Blue." }), end.trim())],
    ["beats and empty data", () => replyTo("data: ping\n\n", "data:\n\n", frame({ content: "Blue." }), end, DONE)],
    ["a mark of the template behind it", () => replyTo(frame({ content: "Blue.<|im_end|>" }), end, DONE)],
    ["one JSON document", () => sentAs("application/json", JSON.stringify(message("Blue.")))],
    ["one JSON document under a stream's type", () => sentAs("text/event-stream", JSON.stringify(message("Blue.")))],
    ["one JSON document of parts", () => sentAs("application/json", JSON.stringify(message([{ type: "text", text: "Blue." }])))],
    ["a list of one document", () => sentAs("application/json", JSON.stringify([message("Blue.")]))],
    ["the whole message behind its parts", () => replyTo(frame({ content: "Bl" }), frame({ content: "ue." }), `data: ${JSON.stringify(message("Blue."))}\n\n`, DONE)],
    ["what a tool of the server's gave", () => replyTo(frame({ role: "tool", content: "{}" }), frame({ content: "raw" }), frame({ role: "assistant", content: "Blue." }), end, DONE)],
    ["a delta that is its words", () => replyTo(`data: ${JSON.stringify({ choices: [{ index: 0, delta: "Blue." }] })}\n\n`, end, DONE)],
    ["parts of other kinds", () => replyTo(frame({ content: [{ type: "text", text: "Blue." }, { json: { a: 1 } }] }), end, DONE)],
    ["lines of JSON", () => sentAs("application/x-ndjson", '{"message":{"content":"Blue"},"done":false}\n{"message":{"content":"."},"done":true}\n')],
  ])("%s", async (_, reply) => {
    expect(await reply()).toMatchObject({ kind: "answer", text: "Blue." });
  }); // prettier-ignore

  test("words that came in one packet with an error are told with it", async () => {
    const seen = Promise.withResolvers<void>();
    const { url } = await chatServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(frame({ content: "The sky " }));
      const error = JSON.stringify({ error: { message: "overloaded", code: 503 } });
      void seen.promise.then(() => response.end(`${frame({ content: "is blue" })}data: ${error}\n\n`));
    });
    const { reply } = await ask(modelAt(url), request(), undefined, () => seen.resolve());
    expect(reply).toMatchObject({ kind: "failure", received: "The sky is blue" });
  });

  test("a stream left open behind its end is not waited for", async () => {
    const { url } = await chatServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(frame({ content: "Blue." }) + end);
    });
    expect((await ask(modelAt(url), request())).reply).toMatchObject({ kind: "answer", text: "Blue." });
  });
});

describe("arguments of a call", () => {
  const call = (fields: object, args: unknown) => frame({ tool_calls: [{ ...fields, function: { name: "search", arguments: args } }] });
  const more = (fields: object, args: unknown) => frame({ tool_calls: [{ ...fields, function: { arguments: args } }] });
  test.each<[string, string[]]>([
    ["an object", [call({ index: 0, id: "c" }, { q: "a" })]],
    ["JSON in a string in a string", [call({ index: 0, id: "c" }, JSON.stringify(JSON.stringify({ q: "a" })))]],
    ["an empty object, then the real ones", [call({ index: 0, id: "c" }, "{}"), more({ index: 0 }, '{"q":"a"}')]],
    ["an empty one with the name again", [call({ index: 0 }, "{}"), call({ index: 0 }, '{"q":"a"}')]],
    ["in pieces, no index", [call({ id: "c" }, '{"q":'), more({}, '"a"}')]],
    ["twice", [call({ index: 0, id: "c" }, '{"q":"a"}'), more({ index: 0 }, '{"q":"a"}')]],
    ["the index as a string", [call({ index: "0", id: "c" }, '{"q":'), more({ index: "0" }, '"a"}')]],
    ["in a list", [call({ index: 0, id: "c" }, '[{"q":"a"}]')]],
    ["the name behind the beginning", [frame({ tool_calls: [{ index: 0, id: "c" }] }), call({ index: 0 }, '{"q":"a"}')]],
    [
      "a name in pieces",
      [
        frame({ tool_calls: [{ index: 0, id: "c", function: { name: "sea", arguments: "" } }] }),
        frame({ tool_calls: [{ index: 0, function: { name: "rch" } }] }),
        call({ index: 0 }, '{"q":"a"}'),
      ],
    ],
    [
      "a name that grows",
      [
        frame({ tool_calls: [{ index: 0, id: "c", function: { name: "sea" } }] }),
        frame({ tool_calls: [{ index: 0, id: "c", function: { name: "search" } }] }),
        call({ index: 0, id: "c" }, '{"q":"a"}'),
      ],
    ],
    ["a name with its space", [frame({ tool_calls: [{ index: 0, function: { name: "functions.search", arguments: '{"q":"a"}' } }] })]],
    ["behind null", [call({ index: 0, id: "c" }, "null"), more({ index: 0 }, '{"q":"a"}')]],
    ["behind an empty string", [call({ index: 0, id: "c" }, '""'), more({ index: 0 }, '{"q":"a"}')]],
    [
      "an empty object, then real ones in pieces",
      [call({ index: 0, id: "c" }, "{}"), more({ index: 0 }, '{"q"'), more({ index: 0 }, ':"a"}')],
    ],
    ["real ones, then an empty object", [call({ index: 0, id: "c" }, { q: "a" }), more({ index: 0 }, {})]],
    ["an empty object with a blank, then a string", [call({ index: 0, id: "c" }, "{ }\n"), more({ index: 0 }, '{"q":"a"}')]],
    ["an empty object, then an object", [call({ index: 0, id: "c" }, {}), more({ index: 0 }, { q: "a" })]],
    ["in a fence", [call({ index: 0, id: "c" }, '```json\n{"q":"a"}\n```')]],
    ["with a mark of the template behind them", [call({ index: 0, id: "c" }, '{"q":"a"}</tool_call>')]],
    ["the whole call among them", [call({ index: 0, id: "c" }, '{"name":"search","arguments":{"q":"a"}}')]],
    ["under another name", [frame({ tool_calls: [{ index: 0, id: "c", function: { name: "search", input: { q: "a" } } }] })]],
    ["beside the name", [frame({ tool_calls: [{ id: "c", name: "search", args: { q: "a" } }] })]],
    [
      "the function as a string",
      [frame({ tool_calls: [{ id: "c", function: JSON.stringify({ name: "search", arguments: { q: "a" } }) }] })],
    ],
    ["a call among the parts", [frame({ content: [{ type: "tool_use", id: "c", name: "search", input: { q: "a" } }] })]],
    ["the old name of a call, an object", [frame({ function_call: { name: "search", arguments: { q: "a" } } })]],
    ["all so far with each piece", [call({ index: 0, id: "c" }, '{"q"'), more({ index: 0 }, '{"q":"a"'), more({ index: 0 }, '{"q":"a"}')]],
    ["all so far with each piece, the name again, no id", [call({ index: 0 }, '{"q":'), call({ index: 0 }, '{"q":"a"}')]],
    ["in pieces, the name again under another id", [call({ index: 0, id: "c" }, '{"q":'), call({ index: 0, id: "d" }, '"a"}')]],
    ["in pieces, id and name again, no index", [call({ id: "c" }, '{"q":'), call({ id: "c" }, '"a"}')]],
    ["before the name", [more({ index: 0, id: "c" }, '{"q":'), call({ index: 0 }, '"a"}')]],
    [
      "whole once more in a message at the end",
      [
        call({ index: 0, id: "c" }, '{"q":"a"}'),
        `data: ${JSON.stringify({ choices: [{ message: { tool_calls: [{ id: "c", function: { name: "search", arguments: '{"q":"a"}' } }] } }] })}\n\n`,
      ],
    ],
    ["the name in capitals", [frame({ tool_calls: [{ id: "c", function: { name: "Search", arguments: '{"q":"a"}' } }] })]],
    ["one call that is no list", [frame({ tool_calls: { id: "c", function: { name: "search", arguments: { q: "a" } } } })]],
  ])("%s", async (_, frames) => {
    const reply = await replyTo(...frames, frame({}, "tool_calls"), DONE);
    expect(reply).toMatchObject({ kind: "answer", toolCalls: [{ tool: "search" }] });
    const calls = reply.kind === "answer" ? reply.toolCalls : [];
    expect(calls.map(({ args }) => JSON.parse(args) as unknown)).toEqual([{ q: "a" }]);
  });

  test.each([
    ["", "{}"],
    ["null", "{}"],
    ['"{}"', "{}"],
    ['{"q": "Zürich"}', '{"q": "Zürich"}'],
    ['{"a":1}{"b":2}', '{"a":1}{"b":2}'],
    ["{broken", "{broken"],
    ['{"q":"a"', '{"q":"a"'],
    ["None", "{}"],
    ['{"q":"a\nb"}', '{"q":"a\\nb"}'],
    ['{"q":"a,]",}', '{"q":"a,]"}'],
    ['{"q":"a"}}', '{"q":"a"}'],
    ['{"a":[True,None],"q":"None"}', '{"a":[true,null],"q":"None"}'],
  ])("%j is read as %j", (written, read) => {
    expect(settledArgs(written)).toBe(read);
  });

  test("two calls whose pieces come by their ids, no index", async () => {
    const reply = await replyTo(call({ id: "a" }, ""), call({ id: "b" }, ""), more({ id: "a" }, '{"q":"a"}'), more({ id: "b" }, '{"q":"b"}'), frame({}, "tool_calls"), DONE); // prettier-ignore
    expect(reply).toMatchObject({
      toolCalls: [
        { call: "a", args: '{"q":"a"}' },
        { call: "b", args: '{"q":"b"}' },
      ],
    });
  });

  test("however often they are wrapped, and whatever stands before them, arguments are read as they were meant", () => {
    const ways: readonly ((args: string) => string)[] = [(args) => JSON.stringify(args), (args) => `[${args}]`, (args) => ` ${args}\n`];
    const outside: readonly ((args: string) => string)[] = [(args) => args, (args) => `{}${args}`, (args) => `null${args}`, (args) => `\`\`\`json\n${args}\n\`\`\``, (args) => `${args}<|im_end|>`]; // prettier-ignore
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.array(fc.constantFrom(...ways), { maxLength: 2 }), fc.constantFrom(...outside), (value, inner, outer) => {
        const written = inner.reduce((args, way) => way(args), JSON.stringify(value));
        const wrapped = written.trim().startsWith("{") ? outer(written) : written;
        expect(JSON.parse(settledArgs(wrapped))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  }); // prettier-ignore

  test("two calls under one index and one id are two where both name tools", async () => {
    const under = (name: string) => frame({ tool_calls: [{ index: 0, id: "c", function: { name, arguments: "{}" } }] });
    const { url } = await chatServer((_, response) => stream(response, under("search"), under("recall"), frame({}, "tool_calls"), DONE));
    const tools = ["search", "recall"].map((name) => ({ name, description: "Does.", parameters: { type: "object" } }));
    expect((await ask(modelAt(url), request({ tools }))).reply).toMatchObject({ toolCalls: [{ tool: "search" }, { tool: "recall" }] });
  });

  test("calls in whole messages, one behind the other, are all taken", async () => {
    const whole = (id: string) => `data: ${JSON.stringify({ choices: [{ message: { tool_calls: [{ id, function: { name: "search", arguments: "{}" } }] } }] })}\n\n`;
    expect(await replyTo(whole("c"), whole("d"), frame({}, "tool_calls"), DONE)).toMatchObject({ toolCalls: [{ call: "c" }, { call: "d" }] });
  }); // prettier-ignore

  test("thoughts and a call of old that a whole message says again are taken once", async () => {
    const call = { name: "search", arguments: '{"q":"a"}' };
    const whole = { choices: [{ message: { reasoning_content: "Hm", content: null, function_call: call } }] };
    const { url } = await chatServer((_, response) =>
      stream(response, frame({ reasoning_content: "Hm" }), frame({ function_call: call }), `data: ${JSON.stringify(whole)}\n\n`, DONE),
    );
    const { reply, deltas } = await ask(modelAt(url), request());
    expect(deltas).toEqual([{ type: "reasoning", text: "Hm" }]);
    expect(reply).toMatchObject({ toolCalls: [{ args: '{"q":"a"}' }], kept: { what: { message: { reasoning_content: "Hm" } } } });
    expect(reply.kind === "answer" && reply.toolCalls).toHaveLength(1);
  });

  test("two calls without ids, both under index 0, are two", async () => {
    const reply = await replyTo(call({ index: 0 }, '{"q":"a"}'), call({ index: 0 }, '{"q":"b"}'), frame({}, "tool_calls"), DONE);
    expect(reply).toMatchObject({ toolCalls: [{ args: '{"q":"a"}' }, { args: '{"q":"b"}' }] });
  });
});

describe("an error in place of a reply", () => {
  const words = "Provider is out to lunch";
  test.each<[string, () => ReturnType<typeof replyTo>]>([
    ["in a document with status 200", () => sentAs("application/json", JSON.stringify({ error: { message: words } }))],
    ["in a list", () => sentAs("application/json", JSON.stringify([{ error: { message: words, code: 400 } }]), 400)],
    ["as a string", () => sentAs("application/json", JSON.stringify({ error: words }), 500)],
    ["as detail", () => sentAs("application/json", JSON.stringify({ detail: words }), 400)],
    ["as a message", () => sentAs("application/json", JSON.stringify({ object: "error", message: words, code: 400 }), 400)],
    ["as plain text", () => sentAs("text/plain", words, 503)],
    ["as plain text with status 200", () => sentAs("text/plain", words)],
    ["in the stream", () => replyTo(frame({ content: "Bl" }), `data: ${JSON.stringify({ error: { message: words } })}\n\n`)],
    ["in the stream, as an event", () => replyTo(`event: error\ndata: ${JSON.stringify({ message: words })}\n\n`)],
    ["within the provider's own words", () => sentAs("application/json", JSON.stringify({ error: { message: "Provider returned error", metadata: { raw: JSON.stringify({ error: { message: words } }) } } }), 400)],
  ])("%s is told in the server's words", async (_, reply) => {
    expect(failureOf(await reply()).message).toContain(words);
  }); // prettier-ignore
});

describe("counts", () => {
  const counted = (input: number, output: number) => ({ usage: { prompt_tokens: input, completion_tokens: output } });
  test.each<[string, string[], object]>([
    ["at the end", [frame({ content: "Blue." }), end, `data: ${JSON.stringify({ choices: [], ...counted(9, 3) })}\n\n`, DONE], { inputTokens: 9, outputTokens: 3 }],
    ["in the middle", [frame({ content: "Blue" }, null, counted(9, 1)), frame({ content: "." }), frame({}, "stop"), DONE], { inputTokens: 9, outputTokens: 1 }],
    ["twice", [frame({ content: "Blue." }, null, counted(9, 1)), frame({}, "stop", counted(9, 3)), DONE], { inputTokens: 9, outputTokens: 3 }],
    ["within the choice", [frame({ content: "Blue." }), `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop", ...counted(9, 3) }] })}\n\n`, DONE], { inputTokens: 9, outputTokens: 3 }],
    ["under Anthropic's names", [frame({ content: "Blue." }), frame({}, "stop", { usage: { input_tokens: 9, output_tokens: 3 } }), DONE], { inputTokens: 9, outputTokens: 3 }],
    ["as text", [frame({ content: "Blue." }), frame({}, "stop", { usage: { prompt_tokens: "9", completion_tokens: "3" } }), DONE], { inputTokens: 9, outputTokens: 3 }],
    ["under Ollama's names", [`data: ${JSON.stringify({ message: { content: "Blue." }, done: true, prompt_eval_count: 9, eval_count: 3 })}\n\n`], { inputTokens: 9, outputTokens: 3 }],
    ["with what was cached beside the rest, and less of it than was read", [frame({ content: "Blue." }), frame({}, "stop", { usage: { prompt_tokens: 100, completion_tokens: 3, total_tokens: 143, prompt_tokens_details: { cached_tokens: 40 } } }), DONE], { inputTokens: 140, outputTokens: 3, cachedTokens: 40 }],
    ["with what was cached and written to the cache beside the rest", [frame({ content: "Blue." }), frame({}, "stop", { usage: { prompt_tokens: 100, completion_tokens: 3, total_tokens: 153, prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 } } }), DONE], { inputTokens: 150, outputTokens: 3, cachedTokens: 40, cacheWriteTokens: 10 }],
    ["of the reply and of the sum alone", [frame({ content: "Blue." }), frame({}, "stop", { usage: { completion_tokens: 3, total_tokens: 12 } }), DONE], { outputTokens: 3, estimated: true }],
    ["in details as text", [frame({ content: "Blue." }), frame({}, "stop", { usage: { prompt_tokens: 9, completion_tokens: 3, prompt_tokens_details: { cached_tokens: "4", cache_write_tokens: "2" } } }), DONE], { inputTokens: 9, cachedTokens: 4, cacheWriteTokens: 2 }],
    ["in details below nothing", [frame({ content: "Blue." }), frame({}, "stop", { usage: { prompt_tokens: 9, completion_tokens: 3, prompt_tokens_details: { cached_tokens: -1 }, completion_tokens_details: { reasoning_tokens: -1 } } }), DONE], { cachedTokens: 0, reasoningTokens: 0 }],
    ["with thoughts beside the rest, as xAI counts", [frame({ content: "Blue." }), frame({}, "stop", { usage: { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135, completion_tokens_details: { reasoning_tokens: 94 } } }), DONE], { inputTokens: 32, outputTokens: 103 }],
    ["with thoughts in the sum alone, as Google counts", [frame({ content: "Blue." }), frame({}, "stop", { usage: { prompt_tokens: 20, completion_tokens: 424, total_tokens: 1_016 } }), DONE], { inputTokens: 20, outputTokens: 996 }],
    ["with what was cached beside the rest", [frame({ content: "Blue." }), frame({}, "stop", { usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 52, prompt_tokens_details: { cached_tokens: 40 } } }), DONE], { inputTokens: 49, outputTokens: 3, cachedTokens: 40 }],
    ["below nothing", [frame({ content: "Blue." }, null, counted(-1, -1)), frame({}, "stop"), DONE], { outputTokens: 2, estimated: true }],
    ["of the question alone", [frame({ content: "Blue." }, null, counted(9, 0)), frame({}, "stop"), DONE], { inputTokens: 9, outputTokens: 2, estimated: true }],
    ["at nothing", [frame({ content: "Blue." }, null, counted(0, 0)), frame({}, "stop"), DONE], { outputTokens: 2, estimated: true }],
    ["missing", [frame({ content: "Blue." }), frame({}, "stop"), DONE], { outputTokens: 2, estimated: true }],
  ])("%s", async (_, frames, usage) => {
    expect((await replyTo(...frames)).usage).toMatchObject(usage);
  }); // prettier-ignore
});

describe("why a reply ended, in others' words", () => {
  test.each(["MAX_TOKENS", "FINISH_REASON_MAX_TOKENS", "max_new_tokens", "max_length", "token_limit"])(
    "%s: it was cut off",
    async (reason) => {
      expect(await replyTo(frame({ content: "Blue." }), frame({}, reason), DONE)).toMatchObject({
        text: "Blue.",
        notices: [expect.stringContaining("cut off") as string],
      });
    },
  );
  test.each(["content-filter", "FINISH_REASON_SAFETY", "content_filtered", "guardrail_intervened", "SPII"])(
    "%s: it was filtered",
    async (reason) => {
      expect(failureOf(await replyTo(frame({ content: "" }), frame({}, reason), DONE)).kind).toBe("filtered");
    },
  );
  test.each(["content_filter: PROHIBITED_CONTENT", "language", "ERROR_TOXIC"])("%s: it was filtered, whatever had come", async (reason) => {
    expect(failureOf(await replyTo(frame({ content: "Bl" }), frame({}, reason), DONE)).kind).toBe("filtered");
  });
  test.each(["abort", "cancelled", "insufficient_system_resource", "network_error", "TIMEOUT", "function_call_filter: MALFORMED_FUNCTION_CALL", "malformed_tool_use"])("%s: it was broken off, and is asked for again", async (reason) => {
    const { kind, message } = failureOf(await replyTo(frame({ content: "Bl" }), frame({}, reason), DONE));
    expect([kind, message]).toEqual(["unavailable", expect.stringContaining(`the server ended it with "${reason}"`)]);
  }); // prettier-ignore
  test("a reason with each piece is none before the last", async () => {
    expect(await replyTo(frame({ content: "Bl" }, "stop"), frame({ content: "ue." }, "stop"), frame({}, "length"), DONE)).toMatchObject({ text: "Blue.", notices: [expect.stringContaining("cut off")] }); // prettier-ignore
  });
  test.each(["", "stop"])("a refusal that comes in pieces is told whole (reason: %j)", async (reason) => {
    const failure = failureOf(await replyTo(frame({ refusal: "I can" }), frame({ refusal: "not do it." }), frame({}, reason), DONE));
    expect([failure.kind, failure.message]).toEqual(["refused", expect.stringContaining("I cannot do it.")]);
  });
  test("a number as content is words", async () => {
    expect(await replyTo(frame({ content: 42 }), end, DONE)).toMatchObject({ text: "42" });
  });
});
