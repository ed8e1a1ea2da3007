import { describe, expect, test } from "vitest";
import type { ModelMessage } from "../../../src/engine/model.ts";
import { lessonsIn } from "../../../src/models/refusals/kept-lessons.ts";
import { replyMaxIn } from "../../../src/models/refusals/reply-room.ts";
import { ANSWER, ask, request } from "../servers/asking.ts";
import { notesIn } from "../servers/notes.ts";
import { chatServer, type ChatRequest, modelAt, refuses, says } from "../servers/chat-server.ts";

const called: readonly ModelMessage[] = [
  { role: "user", text: "Ada: Look it up." },
  { role: "assistant", text: "", toolCalls: [{ call: "call_one", tool: "search", args: '{"q":"a"}' }, { call: "call_two", tool: "search", args: '{"q":"b"}' }] },
  { role: "tool", call: "call_one", tool: "search", text: "", failed: false },
  { role: "tool", call: "call_two", tool: "search", text: "b", failed: false },
  { role: "user", text: "Ada: And?" },
]; // prettier-ignore

type Refused = (body: ChatRequest) => boolean;
const messages = (body: ChatRequest) => body.messages as readonly { readonly [key: string]: unknown }[];
const has =
  (key: string): Refused =>
  (body) =>
    key in body;
const some =
  (test_: (message: { readonly [key: string]: unknown }) => boolean): Refused =>
  (body) =>
    messages(body).some(test_);

/** What a server does not take, in whose words it says so, and with which status. */
const TAKES: readonly [what: string, refused: Refused, words: string, status?: number][] = [
  ["the limit under that name", has("max_tokens"), "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."],
  ["the limit under that name, in one word", has("max_tokens"), "Use 'max_completion_tokens' instead of 'max_tokens'"],
  ["the limit under that name, as a mistake of types", has("max_tokens"), "Completions.create() got an unexpected keyword argument 'max_tokens'", 500],
  ["the limit under that name, any longer", has("max_tokens"), "max_tokens is deprecated for this model; please use max_completion_tokens"],
  ["so long a reply, by its name of old", (body) => (body.max_tokens ?? 0) > 2_048, "`max_new_tokens` must be <= 2048, got 8192"],
  ["so long a reply, above a maximum", (body) => (body.max_tokens ?? 0) > 4_096, "max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens"],
  ["a reply that long, in words of llama.cpp's kin", (body) => (body.max_tokens ?? 0) > 8_150, "The sum of prompt tokens (40) and max_tokens (8192) exceeds the context window (8192)"],
  ["a reply that long, in TGI's words", (body) => (body.max_tokens ?? 0) > 4_060, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 40 `inputs` tokens and 8192 `max_new_tokens`", 422],
  ["any limit", (body) => "max_tokens" in body || "max_completion_tokens" in body, "Unknown field: max_tokens / max_completion_tokens"],
  ["so long a reply", (body) => (body.max_tokens ?? 0) > 4_096, "max_tokens is too large: 8192. This model supports at most 4096 completion tokens."],
  ["so long a reply, in a range", (body) => (body.max_tokens ?? 0) > 8_000, "Invalid max_tokens value, the valid range of max_tokens is [1, 8000]"],
  ["a reply that long beside the question", (body) => (body.max_tokens ?? 0) > 8_150, "This model's maximum context length is 8192 tokens. However, you requested 8300 tokens (108 in the messages, 8192 in the completion)."],
  ["a reply that long, in OpenRouter's words", (body) => (body.max_tokens ?? 0) > 8_150, "This endpoint's maximum context length is 8192 tokens. However, you requested about 8232 tokens (40 of text input, 8192 in the output). Please reduce the length of either one, or use the \"middle-out\" transform to compress your prompt automatically."],
  ["a reply that long, by what is left", (body) => (body.max_tokens ?? 0) > 8_152, "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context length is 8192 tokens and your request has 40 input tokens (8192 > 8192 - 40)."],
  ["a sum above the limit", (body) => (body.max_tokens ?? 0) > 8_150, "input length and `max_tokens` exceed context limit: 40 + 8192 > 8192, decrease input length or `max_tokens` and try again"],
  ["a system role", some(({ role }) => role === "system"), "System role not supported"],
  ["a system role, through a template", some(({ role }) => role === "system"), "Only user and assistant roles are supported!", 500],
  ["a system role, as an enumeration", some(({ role }) => role === "system"), "'system' is not one of ['user', 'assistant'] - 'messages.0.role'"],
  ["a system role, as a literal", some(({ role }) => role === "system"), "messages.0.role: Input should be 'user' or 'assistant'", 422],
  ["a system role, as invalid", some(({ role }) => role === "system"), "chat template error: Invalid role: system"],
  ["a system role, as out of turn", some(({ role }) => role === "system"), "Conversation roles must alternate user/assistant/user/assistant/..."],
  ["a system message", some(({ role }) => role === "system"), "Developer instruction is not enabled for models/gemma-3-27b-it"],
  ["tools", has("tools"), "registry.ollama.ai/library/gemma2:latest does not support tools"],
  ["tools, through a gateway", has("tools"), "No endpoints found that support tool use.", 404],
  ["tools without a switch", has("tools"), '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
  ["tools, in words of Google", has("tools"), "Function calling is not enabled for models/gemma-3-27b-it"],
  ["tools, not built", has("tools"), "tools not implemented", 501],
  ["tools, without its template", has("tools"), "tools param requires --jinja flag", 500],
  ["rules in schemas of tools", (body) => JSON.stringify(body.tools ?? "").includes("additionalProperties"), "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters': Cannot find field."],
  ["stream options", has("stream_options"), "Unrecognized request argument supplied: stream_options"],
  ["a temperature", has("temperature"), "Unsupported value: 'temperature' does not support 0.5 with this model."],
  ["a seed", has("seed"), "body.seed: Extra inputs are not permitted", 422],
  ["a reasoning effort", has("reasoning_effort"), "Unrecognized request argument supplied: reasoning_effort"],
  ["a stream", (body) => body.stream === true, "Your organization must be verified to stream this model."],
  ["two calls of one reply", some(({ tool_calls: calls }) => Array.isArray(calls) && calls.length > 1), "This model only supports single tool-calls at once!", 500],
  ["null beside calls", some((message) => message.content === null), "Invalid value for 'content': expected a string, got null."],
  ["nothing beside calls", some((message) => message.content === null || !("content" in message)), "messages[2].content: field required"],
  ["blanks beside calls", some(({ content }) => content === "" || content === null), "The text field in the ContentBlock object at messages.1.content.0 is blank. Add text to the text field, and try again."],
  ["null beside calls, in a template", some(({ tool_calls: calls, content }) => Boolean(calls) && typeof content !== "string"), "'NoneType' object is not iterable", 500],
  ["null beside calls, in Go", some(({ content }) => content === null), "json: cannot unmarshal null into Go struct field .messages.content of type string"],
  ["null beside calls, in words of FastAPI", some(({ content }) => content === null), "messages.2.content: Input should be a valid string", 422],
  ["calls without their reasoning", some(({ tool_calls: calls, reasoning_content: own }) => Boolean(calls) && !own), "assistant message with tool_calls must carry reasoning_content"],
  ["calls without a signature", (body) => messages(body).some((one) => one.tool_calls && !JSON.stringify(one).includes("thought_signature")), "Function call is missing a thought_signature in functionCall parts."],
  ["long ids of calls", some(({ tool_call_id: id }) => typeof id === "string" && id.length !== 9), "Tool call id was call_one but must be a-z, A-Z, 0-9, with a length of 9."],
  ["a user behind a result", (body) => messages(body).some(({ role }, at) => role === "user" && messages(body)[at - 1]?.role === "tool"), "Unexpected role 'user' after role 'tool'"],
  ["anything, and gives no reason", (body) => Object.keys(body).some((key) => !["model", "messages", "stream"].includes(key)), "Bad Request"],
  ["anything, and says nothing at all", (body) => Object.keys(body).some((key) => !["model", "messages", "stream"].includes(key)), "", 422],
]; // prettier-ignore

const SEARCH = { name: "search", description: "Searches.", parameters: { type: "object", properties: { q: { type: "string" } }, additionalProperties: false } }; // prettier-ignore

describe("what a server does not take is left out at once, now and in the next process", () => {
  test.each(TAKES)("%s", async (_, refused, words, status = 400) => {
    const { url, asked } = await chatServer((body, response) =>
      refused(body) ? refuses(response, status, { error: { message: words } }) : says(response, "Blue."),
    );
    const notes = new Map<string, string>();
    const lessons = lessonsIn(notesIn(notes));
    const told: string[] = [];
    const settings = { temperature: 0.5, seed: 7, reasoningEffort: "low" as const };
    const asking = request({ messages: called, tools: [SEARCH] });
    const first = await ask(modelAt(url, settings, { lessons, log: (line) => told.push(line) }), asking);
    expect(first.reply).toMatchObject({ kind: "answer", text: "Blue." });
    const before = asked.length;
    expect(before).toBeGreaterThan(1);
    if (words === "Bad Request" || words === "") return expect(before).toBe(2);
    expect(told.length).toBeGreaterThan(0);
    await ask(modelAt(url, settings, { lessons, log: (line) => told.push(line) }), asking);
    expect(asked.length - before).toBe(1);
    expect(new Set(told).size).toBe(told.length);
  });

  test.each([
    "response_format is not supported",
    "The provided JSON schema contains features not supported by xgrammar.",
    "Failed to compile grammar from the given schema",
    "Invalid schema for response_format 'next_speaker'",
    "This model does not support structured outputs",
    "guided decoding is disabled",
    "lm-format-enforcer is not installed",
    "Constrained decoding is not available",
    "Invalid response format",
    "Function calling with a response mime type: 'application/json' is unsupported",
    "No endpoints found that can handle the requested parameters.",
  ])("a schema, refused with %j, is asked for in words", async (words) => {
    const { url } = await chatServer((body, response) =>
      body.response_format
        ? refuses(response, 400, { error: { message: words } })
        : says(response, JSON.stringify(body.messages).includes("JSON object alone") ? '{"next":"Coder","reason":"r"}' : "?"),
    );
    expect((await ask(modelAt(url), request({ tools: [], answer: ANSWER }))).reply).toMatchObject({
      text: '{"next":"Coder","reason":"r"}',
    });
  });
});

/** A part of the request, refused in another shape: each with the part's name in it. */
const SHAPES: readonly [string, (name: string) => unknown, number?][] = [
  ["FastAPI's", (name) => ({ detail: [{ type: "extra_forbidden", loc: ["body", name], msg: "Extra inputs are not permitted" }] }), 422],
  ["Mistral's", (name) => ({ object: "error", message: { detail: [{ type: "extra_forbidden", loc: ["body", name], msg: "Extra inputs are not permitted" }] } }), 422],
  ["Google's", (name) => [{ error: { code: 400, message: `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`, status: "INVALID_ARGUMENT" } }]],
  ["Groq's", (name) => ({ error: { message: `property '${name}' is unsupported`, type: "invalid_request_error" } })],
  ["Rust's", (name) => `Failed to deserialize the JSON body into the target type: unknown field \`${name}\`, expected one of \`model\``, 422],
  ["LiteLLM's", (name) => ({ error: { message: `litellm.UnsupportedParamsError: x does not support parameters: ['${name}']`, code: "400" } })],
  ["Bedrock's", (name) => ({ message: `Malformed input request: #: extraneous key [${name}] is not permitted, please reformat your input and try again.` })],
  ["OpenAI's, the name apart", (name) => ({ error: { message: "Unsupported value", param: name, code: "unsupported_value" } })],
  ["a list of errors", (name) => ({ errors: [{ message: `Unexpected property ${name}`, path: name }] })],
  ["an answer with status 200", (name) => ({ error: { message: `${name} is not supported`, code: 400 } }), 200],
]; // prettier-ignore

test.each(SHAPES)("what is not taken is understood in the shape: %s", async (_, body, status = 400) => {
  for (const name of ["seed", "temperature", "reasoning_effort", "stream_options"]) {
    const { url, asked } = await chatServer((asking, response) =>
      name in asking ? refuses(response, status, body(name)) : says(response, "Blue."),
    );
    const model = modelAt(url, { temperature: 0.5, seed: 7, reasoningEffort: "low" });
    expect((await ask(model, request())).reply).toMatchObject({ kind: "answer", text: "Blue." });
    expect(asked.length).toBe(2);
  }
});

test.each([
  "This model doesn't support tool use in streaming mode.",
  "Streaming is not supported when using tools",
  "Function calling with streaming is currently not supported",
])("calls that are not streamed, refused with %j: the stream is left out, not the tools", async (words) => {
  const { url, asked } = await chatServer((body, response) =>
    body.tools && body.stream === true ? refuses(response, 400, { message: words }) : says(response, "Blue."),
  );
  expect((await ask(modelAt(url), request())).reply).toMatchObject({ kind: "answer", text: "Blue." });
  expect(asked.map((body) => [Boolean(body.tools), body.stream as unknown])).toEqual([[true, true], [true, false]]); // prettier-ignore
});

test("a refusal that repeats the request with its stream and its tools says nothing of the stream", async () => {
  const { url, asked } = await chatServer((body, response) => {
    const echo = `{'tools': ${String(Boolean(body.tools))}, 'stream': ${String(body.stream)}, 'temperature': 1}`;
    if ("temperature" in body) refuses(response, 400, { message: `Extra inputs are not permitted in ${echo}` });
    else says(response, "Blue.");
  });
  expect((await ask(modelAt(url, { temperature: 1 }), request())).reply).toMatchObject({ kind: "answer" });
  expect(asked.map((body) => body.stream as boolean)).toEqual([true, true]);
});

test("a status among the words is no limit of a reply", () => {
  expect(replyMaxIn("Error code: 400 - max_tokens is too large", 8_192)).toBeUndefined();
  expect(replyMaxIn("Error code: 400 - at most 300 completion tokens", 8_192)).toBe(300);
  expect(replyMaxIn("HTTP 422: max_tokens must be at most 512", 8_192)).toBe(512);
});

test.each([
  "Input should be 'user', 'assistant' or 'tool'",
  "'system' is not a valid role",
  "Invalid role in messages: system. Must be one of: user, assistant",
  "the role of message with odd index in the messages must be user",
])("a system role, refused with %j, is done without", async (words) => {
  const body = { detail: [{ loc: ["body", "messages", 0, "role"], msg: words }] };
  const { url } = await chatServer((asking, response) =>
    messages(asking).some(({ role }) => role === "system") ? refuses(response, 422, body) : says(response, "Blue."),
  );
  expect((await ask(modelAt(url), request())).reply).toMatchObject({ kind: "answer", text: "Blue." });
});

test.each([
  ["`max_tokens` must be less than or equal to `4096`, the maximum value for `max_tokens` is less than the `context_window` for this model", 4_096],
  ["it has a maxOutputTokens value of 8192 but the supported range is from 1 (inclusive) to 4097 (exclusive)", 4_096],
  ["'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context length is 4096 tokens and your request has 1043 input tokens (8192 > 4096 - 1043).", 3_037],
])("a reply that is too long, refused with %j, is asked for with %i tokens", async (words, limit) => {
  const { url, asked } = await chatServer((body, response) =>
    body.max_tokens > limit ? refuses(response, 400, { error: { message: words } }) : says(response, "Blue."),
  );
  expect((await ask(modelAt(url), request())).reply).toMatchObject({ kind: "answer" });
  expect(asked.map((body) => body.max_tokens as number)).toEqual([8_192, limit]);
}); // prettier-ignore

test("what a model wrote this time says nothing of what its server takes: tools stay, and a schema is given up for one call", async () => {
  const code = (of: string) => ({ error: { message: "Failed to call a function. See 'failed_generation'.", type: "invalid_request_error", code: of } }); // prettier-ignore
  const { url, asked } = await chatServer((body, response) => {
    if (body.response_format) return refuses(response, 400, code("json_validate_failed"));
    if (asked.length === 1) return refuses(response, 400, code("tool_use_failed"));
    says(response, '{"next":"Coder","reason":"r"}');
  });
  const model = modelAt(url);
  expect((await ask(model, request())).reply).toMatchObject({ kind: "failure", error: { kind: "unavailable" } });
  for (const again of [1, 2]) {
    expect((await ask(model, request({ tools: [], answer: ANSWER }))).reply).toMatchObject({ kind: "answer" });
    expect(asked.length).toBe(1 + 2 * again);
  }
  await ask(model, request());
  expect(asked.at(-1)?.tools).toHaveLength(1);
});

test("a prompt that is counted no further than it has to be: the reply is halved, not shortened step by step", async () => {
  const { url, asked } = await chatServer((body, response) => {
    const limit = body.max_tokens as number;
    if (limit + 3_000 <= 8_192) return says(response, "Blue.");
    const message = `This model's maximum context length is 8192 tokens. However, you requested ${limit} output tokens and your prompt contains at least ${8_193 - limit} input tokens, for a total of at least 8193 tokens.`;
    refuses(response, 400, { error: { message, type: "BadRequestError" } });
  });
  expect((await ask(modelAt(url), request())).reply).toMatchObject({ kind: "answer" });
  expect(asked.map((body) => body.max_tokens as number)).toEqual([8_192, 4_096]);
});

describe("what came with calls goes back with them", () => {
  const kept = { by: "", what: {} };
  test.each<[string, object, object]>([
    ["reasoning_content", { reasoning_content: "Hm." }, { reasoning_content: "Hm." }],
    ["reasoning", { reasoning: "Hm." }, { reasoning: "Hm." }],
    ["reasoning_details", { reasoning_details: [{ type: "reasoning.encrypted", data: "x", id: "r1" }] }, { reasoning_details: [{ type: "reasoning.encrypted", data: "x", id: "r1" }] }],
    ["thinking_blocks", { thinking_blocks: [{ type: "thinking", thinking: "Hm", signature: "s" }] }, { thinking_blocks: [{ type: "thinking", thinking: "Hm", signature: "s" }] }],
    ["extra_content of the message", { extra_content: { google: { thought_signature: "s" } } }, { extra_content: { google: { thought_signature: "s" } } }],
    ["a thought signature of a call", { tool_calls: [{ index: 0, id: "c", function: { name: "search", arguments: "{}" }, extra_content: { google: { thought_signature: "s" } } }] }, { tool_calls: [{ id: "c", extra_content: { google: { thought_signature: "s" } } }] }],
  ])("%s, and to nobody else", async (_, delta, back) => {
    const reply = { tool_calls: [{ index: 0, id: "c", function: { name: "search", arguments: "{}" } }] };
    const { url, asked } = await chatServer((body, response) => {
      if (messages(body).some(({ role }) => role === "tool")) return says(response, "Blue.");
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const part of "tool_calls" in delta ? [delta] : [delta, reply]) response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: part }] })}\n\n`);
      response.end(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] })}\n\ndata: [DONE]\n\n`);
    });
    const first = (await ask(modelAt(url), request())).reply;
    if (first.kind !== "answer") throw new Error("it calls");
    const own = first.kept ?? kept;
    const next = (by: string) => request({ messages: [{ role: "user", text: "Go" }, { role: "assistant", text: "", toolCalls: first.toolCalls, kept: { ...own, by } }, { role: "tool", call: "c", tool: "search", text: "x", failed: false }] });
    await ask(modelAt(url), next(own.by));
    await ask(modelAt(url, { model: "another" }), next(own.by));
    expect(asked[1]?.messages[2]).toMatchObject(back);
    expect(JSON.stringify(asked[2]?.messages[2])).not.toMatch(/Hm|reasoning|signature|thinking/);
  }); // prettier-ignore
});

test("a lesson that cannot be written down serves this process, and the operator is told", async () => {
  const { url, asked } = await chatServer((body, response) =>
    "seed" in body ? refuses(response, 422, { error: { message: "body.seed: Extra inputs are not permitted" } }) : says(response, "Blue."),
  );
  const lessons = {
    of: () => Promise.resolve([]),
    learn: () => Promise.reject(new Error("the disk is full")),
    forget: () => Promise.resolve([]),
  };
  const told: string[] = [];
  const model = modelAt(url, { seed: 7 }, { lessons, log: (line) => told.push(line) });
  await ask(model, request());
  await ask(model, request());
  expect(asked.map((body) => "seed" in body)).toEqual([true, false, false]);
  expect(told.at(-1)).toMatch(/could not be written down, and is learnt anew by the next process: Error: the disk is full$/);
});
