import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeClock, until } from "../../../src/store/contracts/fake-clock.ts";
import type { ProviderName } from "../../../src/tools/search/choice.ts";
import { webSearch, type WebSearchSettings } from "../../../src/tools/web-search.ts";
import { failureOf, outputOf } from "../../contracts/tool.ts";
import { aside } from "../../support/turn.ts";
import { type Answer, type Engine, FOUND, startEngine } from "./engines.ts";

const KEYS = { BRAVE_API_KEY: "brave-key-1", TAVILY_API_KEY: "tavily-key-2", EXA_API_KEY: "exa-key-3" };
const NOW_MS = Date.UTC(2026, 10, 29, 12);

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

const limits = { resultsMax: 8, timeoutMs: 20_000 };
const search = (settings: Partial<WebSearchSettings>, variables: { readonly [name: string]: string }, clock = fakeClock(NOW_MS)) =>
  webSearch({ ...limits, ...settings }, variables, clock).run({ query: "pears" }, aside());
const failure = async (provider: ProviderName, ...answers: readonly Answer[]) => {
  engine.answers(...answers);
  const told = failureOf(await search({ provider, url: engine.url }, KEYS));
  expect(Object.values(KEYS).filter((key) => told.message.includes(key))).toEqual([]);
  return told;
};
const HTML = { headers: { "content-type": "text/html" }, text: "<!doctype html><title>Hello</title>" };

/** As each of them says it: see src/tools/search for where that is from. */
test.each([
  ["brave", "a key that it does not know", { status: 422, json: { type: "ErrorResponse", error: { id: "1", status: 422, code: "SUBSCRIPTION_TOKEN_INVALID", detail: "The provided subscription token is invalid.", meta: { component: "authentication" } } } }, "unauthorized", /^Brave Search does not take the key in BRAVE_API_KEY \(HTTP 422\)\. Whoever runs Parley can get one at https:\/\/api-dashboard\.search\.brave\.com\/app\/keys\. It says: "The provided subscription token is invalid\."/],
  ["brave", "a query that it does not take", { status: 422, json: { error: { code: "VALIDATION", detail: "Unable to validate request parameter(s)" } } }, "refused_query", /^Brave Search does not take this query \(HTTP 422\)\. Ask in other words, or shorter\. It says/],
  ["brave", "a month that is used up", { status: 429, headers: { "x-ratelimit-remaining": "1, 0", "x-ratelimit-reset": "1, 1419704" }, json: { error: { code: "RATE_LIMITED", detail: "Request rate limit exceeded for plan." } } }, "rate_limited", /^Brave Search is asked too often \(HTTP 429\)\. Search again in 1419704 s, and go on with something else until then\./],
  ["tavily", "a key that it does not know", { status: 401, json: { detail: { error: "Unauthorized: missing or invalid API key." } } }, "unauthorized", /^Tavily does not take the key in TAVILY_API_KEY \(HTTP 401\)\. Whoever runs Parley can get one at https:\/\/app\.tavily\.com\. It says: "Unauthorized/],
  ["tavily", "a key that it says back", { status: 401, json: { detail: { error: `"tavily-key-2" is none of ours ${"x".repeat(300)}` } } }, "unauthorized", /It says: "'…' is none of ours x+…"\.$/],
  ["tavily", "a plan that is used up", { status: 432, json: { detail: { error: "This request exceeds your plan's set usage limit." } } }, "quota", /^The account at Tavily has no searches left \(HTTP 432\)\..*Go on without searching\./],
  ["tavily", "too many at once", { status: 429, headers: { "retry-after": "60" }, json: { detail: { error: "Your request has been blocked due to excessive requests." } } }, "rate_limited", /^Tavily is asked too often \(HTTP 429\)\. Search again in 60 s/],
  ["tavily", "a date until when", { status: 429, headers: { "retry-after": "Sun, 29 Nov 2026 12:01:30 GMT" } }, "rate_limited", /in 90 s/],
  ["exa", "a key that it does not know", { status: 401, json: { requestId: "r", error: "Invalid API key", tag: "INVALID_API_KEY" } }, "unauthorized", /^Exa does not take the key in EXA_API_KEY \(HTTP 401\)/],
  ["exa", "an account without credits", { status: 402, json: { requestId: "r", error: "You are out of credits", tag: "NO_MORE_CREDITS" } }, "quota", /^The account at Exa has no searches left \(HTTP 402\)\. Whoever runs Parley can add some at https:\/\/dashboard\.exa\.ai\/api-keys\. Go on without searching\. It says: "You are out of credits"\.$/],
  ["exa", "a server in trouble", { status: 503, text: "upstream" }, "unavailable", /^Exa cannot search now \(HTTP 503\)\. Try again later\.$/],
  ["searxng", "JSON that is not switched on", { status: 403, headers: { "content-type": "text/html" }, text: "<title>403 Forbidden</title>" }, "unauthorized", /^SearXNG does not answer in JSON \(HTTP 403\)\. Whoever runs it can switch that on: add `json` to `search\.formats` in its settings\.yml, and start it anew \(http:\/\/127\.0\.0\.1:\d+\)\.$/],
  ["searxng", "a login in front of it", { status: 401, text: "" }, "unauthorized", /^SearXNG wants a login \(HTTP 401\), and there is none to give\. Whoever runs it can let this machine in without one/],
  ["searxng", "its limiter", { status: 429, text: "Too Many Requests" }, "rate_limited", /^SearXNG takes this program for a robot, or is asked too often \(HTTP 429\)\. Whoever runs it can let this machine pass, in its limiter\.toml/],
  ["searxng", "engines that are all away", { json: { results: [], unresponsive_engines: [["google", "CAPTCHA"], ["qwant", "timeout"]] } }, "unavailable", /^SearXNG has found nothing, and its engines did not answer: google: CAPTCHA, qwant: timeout\. Try again later/],
  ["searxng", "another address", { status: 301, headers: { location: "https://search.example/search?q=pears" } }, "unavailable", /^SearXNG does not answer at http:\/\/127\.0\.0\.1:\d+ \(HTTP 301, to https:\/\/search\.example\)\. Whoever runs Parley can put the right address into `url`/],
  ["searxng", "something else that is there", HTML, "bad_answer", /^SearXNG answered with text\/html, and not in JSON\. Whoever runs Parley can look whether http:\/\/127\.0\.0\.1:\d+ is where its API answers/],
  ["brave", "a page for people", HTML, "bad_answer", /^Brave Search answered with text\/html, and not in JSON/],
  ["tavily", "another form", { json: { data: [] } }, "bad_answer", /^Tavily answered in another form than its documentation says/],
  ["exa", "JSON that is no object", { text: "[1]" }, "bad_answer", /^Exa answered in another form/],
  ["brave", "JSON that ends in the middle", { text: '{"type":"search","web":{"res' }, "bad_answer", /and not in JSON/],
  ["exa", "no page of this name", { status: 404, json: {} }, "unavailable", /^Exa does not answer at http:\/\/127\.0\.0\.1:\d+ \(HTTP 404\)/],
] as const)("%s, %s: a failure that names the mend", async (provider, _what, answer, kind, message) => {
  expect(await failure(provider, answer)).toEqual({ kind, message: expect.stringMatching(message) });
}); // prettier-ignore

test("a connection that is cut is told of with its address, and without what else stands in that", async () => {
  engine.answers((response) => response.destroy());
  const { kind, message } = failureOf(await search({ provider: "searxng", url: `${engine.url}/secret-path` }, {}));
  expect(kind).toBe("unavailable");
  expect(message).toMatch(/^SearXNG could not be reached at http:\/\/127\.0\.0\.1:\d+ \(UND_ERR_SOCKET\)\. Try again later/);
});

test("what does not answer in time is given up, and let go of", async () => {
  const clock = fakeClock(NOW_MS);
  let isOpen = false;
  engine.answers((response) => {
    isOpen = true;
    response.on("close", () => (isOpen = false));
  });
  const searching = search({ provider: "brave", url: engine.url }, KEYS, clock);
  await until(() => isOpen);
  await clock.advance(limits.timeoutMs);
  expect(failureOf(await searching)).toEqual({
    kind: "timeout",
    message: expect.stringContaining("Brave Search had not answered after 20 s."),
  });
  await until(() => !isOpen);
});

describe("a limit of one search a second", () => {
  const busy: Answer = { status: 429, headers: { "x-ratelimit-remaining": "0, 1000", "x-ratelimit-reset": "1, 1419704" }, json: {} };

  test("is waited for once, by the call itself", async () => {
    const clock = fakeClock(NOW_MS);
    engine.answers(busy, { json: FOUND.brave });
    const before = engine.asked.length;
    const searching = search({ provider: "brave", url: engine.url }, KEYS, clock);
    await until(() => clock.sleepers > 1);
    await clock.advance(1_000);
    expect(outputOf(await searching)).toContain("https://pears.example/ripen");
    expect(engine.asked.length - before).toBe(2);
  });

  test("is no reason to ask a third time", async () => {
    const clock = fakeClock(NOW_MS);
    engine.answers(busy);
    const before = engine.asked.length;
    const searching = search({ provider: "brave", url: engine.url }, KEYS, clock);
    await until(() => clock.sleepers > 1);
    await clock.advance(1_000);
    expect(failureOf(await searching)).toMatchObject({
      kind: "rate_limited",
      message: expect.stringContaining("Search again in 1 s") as string,
    });
    expect(engine.asked.length - before).toBe(2);
  });
});

describe("who is asked", () => {
  test("where nothing is set, each variable is named with where to get what belongs into it", async () => {
    expect(failureOf(await search({}, {}))).toEqual({
      kind: "not_set_up",
      message:
        "The web cannot be searched here: there is nothing to search with: put BRAVE_API_KEY (a key of Brave Search, from https://api-dashboard.search.brave.com/app/keys), or TAVILY_API_KEY (a key of Tavily, from https://app.tavily.com), or EXA_API_KEY (a key of Exa, from https://dashboard.exa.ai/api-keys), or SEARXNG_URL (the address of your SearXNG, such as http://localhost:8080) into the environment or into .env. Go on without, such as by the search page of a site that has one.",
    });
    expect(failureOf(await search({ provider: "exa", apiKeyEnv: "OUR_EXA" }, KEYS)).message).toContain("put OUR_EXA (a key of Exa, from");
  });

  test("a SearXNG by its variable, where there is no key; what is no key and no address is told as such", async () => {
    engine.answers({ json: FOUND.searxng });
    expect(outputOf(await search({}, { SEARXNG_URL: `${engine.url}/`, BRAVE_API_KEY: " " }))).toContain("pears.example");
    expect(failureOf(await search({ provider: "searxng" }, { SEARXNG_URL: "localhost" })).message).toContain("what is there now is none");
    expect(failureOf(await search({ provider: "brave" }, { BRAVE_API_KEY: "two words" })).message).toContain("what is there now is none");
  });
});
