import { describe, expect, test } from "vitest";
import { kindOf } from "../../../src/models/refusals/kinds.ts";
import { refusalOf, ServerError } from "../../../src/models/refusals/refusal.ts";
import { retryAfterMs } from "../../../src/models/refusals/retry-after.ts";
import { saidIn } from "../../../src/models/refusals/said.ts";
import { ask, failureOf, request } from "../servers/asking.ts";
import { chatServer, modelAt, refuses } from "../servers/chat-server.ts";
import { REFUSALS } from "./refusals.ts";

const NOW = Date.UTC(2026, 10, 28);

describe("what servers have answered", () => {
  test.each(REFUSALS)("$server: $status is $kind ($source)", ({ status, body, kind, waitMs }) => {
    const said = saidIn(typeof body === "string" ? body : JSON.stringify(body));
    const refusal = refusalOf(Object.assign(new ServerError(said), status === 200 ? {} : { status }));
    const wait = retryAfterMs(refusal.headers, refusal.said, NOW);
    expect(kindOf(refusal, wait)).toBe(kind);
    if (waitMs !== undefined) expect(Math.round(wait ?? 0)).toBe(waitMs);
  });

  test("each has its source, and they come from many servers", () => {
    expect(REFUSALS.every(({ source }) => /^https:\/\/github\.com\/[^/]+\/[^/]+\/(?:issues|pull)\/\d+$/.test(source))).toBe(true);
    expect(REFUSALS.length).toBeGreaterThanOrEqual(150);
    expect(new Set(REFUSALS.map(({ server }) => server)).size).toBeGreaterThanOrEqual(15);
  });
});

const page = "<html><head><title>No</title></head></html>";
test.each([
  [402, page, "quota"],
  [409, page, "unavailable"],
  [425, page, "unavailable"],
  [425, { error: "too early" }, "unavailable"],
  [499, "", "unavailable"],
  [527, page, "unavailable"],
  [599, page, "unavailable"],
  [424, { error: "Request failed during generation: CUDA out of memory", error_type: "generation" }, "unavailable"],
  [424, { message: "The model has timed out while processing the request", __type: "ModelTimeoutException" }, "timeout"],
  [429, { error: { message: "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 48561." } }, "context_too_long"],
  [
    400,
    {
      error: {
        message: "Invalid 'messages[2].tool_calls[0].id': string too long. Expected maximum length 40.",
        code: "string_above_max_length",
      },
    },
    "bad_request",
  ],
  [400, { error: { message: "Failed to call a function. See 'failed_generation'.", code: "tool_use_failed" } }, "unavailable"],
  [
    400,
    {
      error: {
        message: "Failed to call a function.",
        code: "tool_use_failed",
        failed_generation: "<function=tell>Your billing is overdue",
      },
    },
    "unavailable",
  ],
  [413, "<html><head><title>413 Request Entity Too Large</title></head></html>", "context_too_long"],
  [400, { error: { message: "Requests rate limit exceeded" } }, "rate_limited"],
  [403, { message: "API rate limit exceeded for key" }, "rate_limited"],
  [403, { error: { message: "Country, region, or territory not supported", code: "unsupported_country_region_territory" } }, "bad_request"],
  [403, { error: { message: "User location is not supported for the API use." } }, "bad_request"],
] as const)("%s with %j is %s", (status, body, kind) => {
  const said = saidIn(typeof body === "string" ? body : JSON.stringify(body));
  expect(kindOf(refusalOf(Object.assign(new ServerError(said), { status })), undefined)).toBe(kind);
});

test.each([
  [{ error: "dial tcp 10.0.0.5:8000: connect: no route to host" }, "unavailable"],
  [{ error: { message: "Failed to call a function.", type: "invalid_request_error", code: "tool_use_failed" } }, "unavailable"],
  [{ error: "no route found" }, "unknown_model"],
] as const)("within a stream, %j is %s", (body, kind) => {
  expect(kindOf(refusalOf(new ServerError(saidIn(JSON.stringify(body)))), undefined)).toBe(kind);
});

/** Of a conversation that is too long, in words that no code stands beside. */
test.each([
  "Input validation error: `inputs` must have less than 4095 tokens. Given: 5000",
  "The prompt is 9001 tokens, exceeding the limit of 8192",
  "输入长度超过模型最大上下文长度",
  "Total tokens of image and text exceed max message tokens",
  "Conversation too long",
  "Exceeded token limit",
  "length of prompt_token_ids exceeds max_model_len",
  "Requested tokens (9000) exceed context window of 4096",
])("too long: %s", (message) => {
  expect(kindOf(refusalOf(Object.assign(new ServerError(saidIn(JSON.stringify({ error: { message } }))), { status: 400 })), undefined)).toBe("context_too_long"); // prettier-ignore
});

test.each<[string, unknown]>([
  ["bare, as Together's", [{ id: "qwen3:8b" }]],
  ["of names alone", { data: ["qwen3:8b"] }],
  ["within a field", { data: { models: [{ model_name: "qwen3:8b" }] } }],
  ["of results", { data: null, result: [{ name: "qwen3:8b" }] }],
])("a list of models is read: %s", async (_, list) => {
  const { url } = await chatServer((_body, response, path) => refuses(response, path.endsWith("/models") ? 200 : 404, path.endsWith("/models") ? list : { error: "model not found" })); // prettier-ignore
  expect(failureOf((await ask(modelAt(url), request())).reply).message).toMatch(/It has qwen3:8b\.$/);
});

test("a model that is not there: the sentence says which ones the server has, those like it first", async () => {
  const { url } = await chatServer((_, response, path) =>
    path.endsWith("/models")
      ? refuses(response, 200, { data: [{ id: "llama3.2:3b" }, { id: "qwen3:8b" }, { id: "<script>" }] })
      : refuses(response, 404, { error: 'model "qwen3" not found, try pulling it first' }),
  );
  const { kind, message } = failureOf((await ask(modelAt(url, { model: "qwen3" }), request())).reply);
  expect(kind).toBe("unknown_model");
  expect(message).toMatch(/It has qwen3:8b, llama3\.2:3b\.$/);
});

test.each<[string, { readonly [name: string]: string }, object, number]>([
  ["in seconds", { "retry-after": "7" }, {}, 7_000],
  ["in milliseconds", { "retry-after-ms": "1500" }, {}, 1_500],
  ["as a date", { "retry-after": new Date(NOW + 90_000).toUTCString() }, {}, 90_000],
  ["as a date that has gone by", { "retry-after": new Date(NOW - 90_000).toUTCString() }, {}, 0],
  ["as the time of renewal", { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m2.5s" }, {}, 62_500],
  ["as a moment", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW + 5_000) }, {}, 5_000],
  ["in the body", {}, { error: { message: "slow down", retry_after: 12 } }, 12_000],
  ["in Google's field", {}, [{ error: { message: "x", details: [{ retryDelay: "3.5s" }] } }], 3_500],
  ["in words", {}, { error: { message: "Please retry after 20 seconds." } }, 20_000],
  ["in words, two units", {}, { error: { message: "Please wait 2 minutes and 5 seconds, then try again." } }, 125_000],
  ["in words, in days", {}, { error: { message: "The limit resets in 2 days" } }, 172_800_000],
  ["in words, as a moment", {}, { error: { message: `Retry after ${new Date(NOW + 20_000).toISOString()}.` } }, 20_000],
  ["with its units", { "retry-after": "1m30s" }, {}, 90_000],
  ["as a moment in seconds", { "retry-after": String(NOW / 1_000 + 20) }, {}, 20_000],
  ["as a moment in milliseconds", { "retry-after": String(NOW + 20_000) }, {}, 20_000],
  ["as an ISO moment", { "retry-after": new Date(NOW + 20_000).toISOString() }, {}, 20_000],
  ["twice", { "retry-after": "5, 5" }, {}, 5_000],
  ["in Azure's milliseconds", { "x-ms-retry-after-ms": "2500" }, {}, 2_500],
  ["as the time of renewal, in bare seconds", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20" }, {}, 20_000],
  ["as the time of renewal with units, under one name", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1m30s" }, {}, 90_000],
  ["as an ISO moment of renewal", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": new Date(NOW + 20_000).toISOString() }, {}, 20_000],
  [
    "as Anthropic's moment of renewal",
    { "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": new Date(NOW + 20_000).toISOString() },
    {},
    20_000,
  ],
  ["as Mistral's renewal", { "ratelimitbysize-remaining": "0", "ratelimitbysize-reset": "20" }, {}, 20_000],
  [
    "as two renewals: the later one",
    {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "20s",
    },
    {},
    20_000,
  ],
  [
    "in OpenRouter's headers within the body",
    {},
    {
      error: {
        message: "Rate limit exceeded: free-models-per-day",
        metadata: { headers: { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(NOW + 3_600_000) } },
      },
    },
    3_600_000,
  ],
  ["below nothing in the body, and in words", {}, { error: { message: "Please retry after 20 seconds.", retry_after: -1 } }, 20_000],
  ["in milliseconds in the body", {}, { error: { message: "x", retry_after_ms: "1200" } }, 1_200],
])("a wait that is given %s", (_, headers, body, ms) => {
  expect(retryAfterMs(new Headers(headers), saidIn(JSON.stringify(body)), NOW)).toBe(ms);
});

test("a wait that is too long to be waited for is told, whatever the server says", async () => {
  const { url } = await chatServer((_, response) => response.writeHead(429, { "retry-after": "5400" }).end('{"error":"slow down"}'));
  expect(failureOf((await ask(modelAt(url), request())).reply).message).toContain("not before 90 minutes have passed: slow down");
});

test("what no wait helps is told without one, whatever is renewed then", async () => {
  const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "90m" };
  const { url } = await chatServer((_, response) => response.writeHead(400, headers).end('{"error":"The colour is wrong"}'));
  expect(failureOf((await ask(modelAt(url), request())).reply).message).toMatch(/(?<!passed: )The colour is wrong/);
});

test("the time at which something is renewed that is not used up is no wait", () => {
  const headers = new Headers({ "x-ratelimit-remaining-tokens": "9", "x-ratelimit-reset-tokens": "1m" });
  expect(retryAfterMs(headers, saidIn("{}"), NOW)).toBeUndefined();
});
