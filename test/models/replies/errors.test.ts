import { describe, expect, test } from "vitest";
import { ask, failureOf, request } from "../servers/asking.ts";
import { chatServer, modelAt } from "../servers/chat-server.ts";

const failed = async (status: number, contentType: string, body: string, headers: { readonly [name: string]: string } = {}) => {
  const { url } = await chatServer((_, response) => response.writeHead(status, { "content-type": contentType, ...headers }).end(body));
  return failureOf((await ask(modelAt(url.replace("/v1", "")), request())).reply);
};
const WORDS = "The lamp is out";

/** In which shapes servers say what is wrong. */
const SHAPES: readonly [string, object][] = [
  ["OpenAI's", { error: { message: WORDS, type: "invalid_request_error" } }],
  ["a list of errors", { errors: [{ message: WORDS, extensions: { code: "x" } }] }],
  ["a list of words", { errors: [WORDS] }],
  ["Cloudflare's", { success: false, errors: [{ code: 7003, message: WORDS }], result: null }],
  ["a code and words", { code: 1301, msg: WORDS }],
  ["a code as a string", { code: "404", message: WORDS, data: null }],
  ["Baidu's", { error_code: 336003, error_msg: WORDS }],
  ["MiniMax's", { base_resp: { status_code: 1004, status_msg: WORDS } }],
  ["a state and words", { status: "error", message: WORDS }],
  ["words alone", { message: WORDS }],
  ["a gateway's fault", { fault: { faultstring: WORDS, detail: { errorcode: "x" } } }],
  ["Amazon's", { __type: "ValidationException", Message: WORDS }],
  ["choices null", { choices: null, message: WORDS, code: 500 }],
  ["an error of the choice", { choices: [{ index: 0, error: { message: WORDS, code: 502 }, finish_reason: "error" }] }],
  ["RFC 9457's", { title: "Bad", status: 400, detail: WORDS }],
];

describe("what a server says is quoted, with status 200 and with others", () => {
  test.each(SHAPES)("in the shape: %s", async (_, body) => {
    for (const status of [200, 400, 500]) expect((await failed(status, "application/json", JSON.stringify(body))).message).toContain(WORDS);
  });

  test.each([
    ["a field that nobody knows", { info: { hint: [WORDS] } }],
    ["an error within an answer", { response: { data: { error: WORDS } } }],
    ["a gateway's words around a provider's", { error: { message: `litellm.BadRequestError: {"error":{"message":"${WORDS}"}}` } }],
    ["an error beside what the model had written", { error: { message: "Failed to call a function.", failed_generation: WORDS } }],
    ["words where FastAPI names the field", { detail: [{ loc: ["body", "x"], msg: WORDS }] }],
    ["JSON in a string", { error: JSON.stringify({ message: WORDS }) }],
  ])("in %s", async (_, body) => {
    expect((await failed(400, "application/json", JSON.stringify(body))).message).toContain(WORDS);
  });

  test("where it says nothing, that is said, and the status", async () => {
    expect((await failed(400, "application/json", "{}")).message).toContain("status 400, and no reason that can be read");
  });
});

/** What comes from an address that is no model's. */
const PAGES: readonly [string, number, string][] = [
  ["a front page", 200, "<!doctype html><html><head><title>Chat</title></head></html>"],
  ["a page in XHTML", 200, '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C"><html><title>Chat</title></html>'],
  ["a page behind comments", 200, "<!-- a --><!-- b -->\n<html></html>"],
  ["a page behind a mark of byte order", 200, "\ufeff<!doctype html><html></html>"],
  ["a piece of a page", 200, "<div id=root></div>"],
  ["a script", 200, "<script>window.x = 1</script>"],
  ["what Express says", 404, "<pre>Cannot POST /chat/completions</pre>"],
  ["what a proxy says", 502, "<center><h1>502 Bad Gateway</h1></center>"],
  ["a heading", 503, "<h1>Service Unavailable</h1>"],
  ["a guard's page", 403, "<!DOCTYPE html><html><head><title>Attention Required!</title></head></html>"],
];

describe("a web page is told of in plain words", () => {
  test.each(PAGES)("%s", async (_, status, page) => {
    for (const type of ["text/html", "application/json", "text/event-stream"]) {
      const { message } = await failed(status, type, page);
      expect(message).toContain("a web page came");
      expect(message).not.toMatch(/<\/?[a-z!?]/i);
      if (status === 200) expect(message).toMatch(/is `\/v1` missing in baseUrl\?/);
    }
  });

  test("a server that points elsewhere: where to, and no page", async () => {
    const { kind, message } = await failed(302, "text/html", "<html>x</html>", { location: "/login?next=key" });
    expect(kind).toBe("unknown_model");
    expect(message).toMatch(/the server points elsewhere: to http:\/\/127\.0\.0\.1:\d+\/login\)/);
  });
});

test.each([
  ["as llama.cpp named the field", 'error: {"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}\n\n'],
  ["in plain words, as an event", "event: error\ndata: the context length is exceeded\n\n"],
])("an error within a stream is read, %s", async (_, event) => {
  const opening = `data: ${JSON.stringify({ choices: [{ delta: { content: "Bl" } }] })}\n\n`;
  for (const before of ["", opening]) expect((await failed(200, "text/event-stream", before + event)).kind).toBe("context_too_long");
}); // prettier-ignore

test.each([
  [200, { error: "Unexpected endpoint or method. (POST /chat/completions)" }],
  [404, { detail: "Not Found" }],
  [405, { detail: "Method Not Allowed" }],
])("a server that has no such path (%s): the address is to be looked at", async (status, body) => {
  const { kind, message } = await failed(status, "application/json", JSON.stringify(body));
  expect([kind, message]).toEqual(["unknown_model", expect.stringContaining("is `/v1` missing in baseUrl?")]);
});
