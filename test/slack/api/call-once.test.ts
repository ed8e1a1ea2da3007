import { createServer, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebClient, type WebAPICallResult } from "@slack/web-api";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../src/slack/api/api-errors.ts";
import { clientOptions, createWeb } from "../../../src/slack/api/web-client.ts";

interface Request {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Reply {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body: string;
}

/** Two clients of a Slack that answers so, the one that calls once and the SDK's own, and what that Slack was asked. */
async function answering({ status = 200, headers = {}, body }: Reply) {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => (text += part));
    request.on("end", () => {
      requests.push({ url: request.url, headers: request.headers, body: text });
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, headers).end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  const told: { readonly once: string[]; readonly sdk: string[] } = { once: [], sdk: [] };
  return {
    requests,
    told,
    once: createWeb({ token: "xoxb-1", apiUrl, log: (line) => void told.once.push(line) }).write,
    sdk: new WebClient("xoxb-1", {
      ...clientOptions(apiUrl, (line) => void told.sdk.push(line)),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    }),
  };
}

const ARGUMENTS = {
  channel: "C1",
  thread_ts: "1767600000.000100",
  text: "Grüße & <@U1> = 100 % 🦉\nnext",
  blocks: [{ type: "section", text: { type: "mrkdwn", text: "*ä* & b" } }],
  unfurl_links: false,
  limit: 3,
  nothing: undefined,
  none: null,
  metadata: { event_type: "parley", event_payload: { seq: 1 } },
};

test("what goes over the wire is what the SDK's client sends, and so is what comes back", async () => {
  const { requests, once, sdk } = await answering({
    headers: { "x-oauth-scopes": "chat:write, users:read", "x-accepted-oauth-scopes": "chat:write" },
    body: '{"ok":true,"ts":"1.2","response_metadata":{"messages":["[WARN] small"]}}',
  });
  const [answer, expected] = [await once.apiCall("chat.postMessage", ARGUMENTS), await sdk.apiCall("chat.postMessage", ARGUMENTS)];
  expect(answer).toEqual(expected);
  const [own, others] = requests;
  // It says who asks in its headers alone; the client here says so in the words too.
  const fieldsOf = (body = "") => Object.fromEntries([...new URLSearchParams(body)].filter(([name]) => name !== "token"));
  expect([own?.url, fieldsOf(own?.body)]).toEqual([others?.url, fieldsOf(others?.body)]);
  for (const name of ["authorization", "content-type", "user-agent", "accept"]) expect(own?.headers[name]).toBe(others?.headers[name]);
});

test("words that were cut within a character are sent, with the sign for half a one", async () => {
  const { requests, once } = await answering({ body: '{"ok":true}' });
  await once.apiCall("chat.appendStream", { markdown_text: "an owl \ud83e", blocks: [] });
  expect(requests.map(({ body }) => new URLSearchParams(body).get("markdown_text"))).toEqual(["an owl \ufffd"]);
});

test.each<readonly [what: string, reply: Reply]>([
  [
    "a refusal",
    { body: '{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] no such block [json-pointer:/blocks/0]"]}}' },
  ],
  ["a limit", { status: 429, headers: { "retry-after": "7" }, body: '{"ok":false,"error":"ratelimited"}' }],
  ["a limit without a time", { status: 429, body: "" }],
  ["a limit in words", { headers: { "retry-after": "9" }, body: '{"ok":false,"error":"ratelimited"}' }],
  ["a Slack in trouble", { status: 503, body: "upstream" }],
  ["a page of a proxy's", { body: "<html>hello</html>" }],
  ["a broken connection", { status: 0, body: "" }],
])("%s means the same as from the SDK's client, and the operator is told the same", async (_what, reply) => {
  const { told, once, sdk } = await answering(reply);
  const failed = (call: Promise<WebAPICallResult>) =>
    call.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
  const [own, others] = [await failed(once.apiCall("chat.update", ARGUMENTS)), await failed(sdk.apiCall("chat.update", ARGUMENTS))];
  expect(failureOf(own)).toEqual(failureOf(others));
  expect(told.once).toEqual(told.sdk);
});

test("no limit is waited out for longer than ten minutes, whatever is between", async () => {
  for (const given of ["9".repeat(400), "86400", "Tue, 30 Nov 2060 10:00:00 GMT"]) {
    const { once } = await answering({ status: 429, headers: { "retry-after": given, date: "Mon, 30 Nov 2020 10:00:00 GMT" }, body: "" });
    await expect(once.apiCall("chat.update", ARGUMENTS)).rejects.toMatchObject({ retryAfter: 600 });
  }
});

test.each([
  ["parts of a second", "1.2", 2],
  ["a date, by the clock of whoever wrote it", "Mon, 30 Nov 2020 10:00:20 GMT", 20],
  ["a date that is over", "Mon, 30 Nov 2020 09:00:00 GMT", 1],
  ["no time at all", "soon", 30],
  ["less than nothing", "-5", 30],
])("a limit with %s is waited out for as long as it says", async (_what, given, seconds) => {
  const headers = { "retry-after": given, date: "Mon, 30 Nov 2020 10:00:00 GMT" };
  for (const reply of [
    { status: 429, headers, body: "" },
    { headers, body: '{"ok":false,"error":"ratelimited"}' },
  ]) {
    const { once } = await answering(reply);
    const failure = await once.apiCall("chat.update", ARGUMENTS).then(() => expect.unreachable(), failureOf);
    expect(failure).toEqual({ kind: "limited", code: "ratelimited", retryAfterMs: seconds * 1_000 });
  }
});
