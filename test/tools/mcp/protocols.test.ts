import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { afterEach, expect, test } from "vitest";
import type { CallOrigin } from "../../../src/engine/tool.ts";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { failureOf, outputOf } from "../../contracts/tool.ts";
import { startHttpFixture } from "../../fixtures/mcp-http.ts";
import { lineServer, type LineServer } from "../../fixtures/mcp-lines.ts";
import { fixtureServer } from "../../fixtures/mcp-server.ts";
import { aside } from "../../support/turn.ts";
import { connected, mcpServer, type McpUnderTest, never } from "./setup.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

function open(settings: Parameters<typeof mcpServer>[0]): McpUnderTest {
  const under = mcpServer(settings);
  ends.push(() => under.close());
  return under;
}
const lines = (server: LineServer, more: object = {}) => ({ name: "fixture", ...lineServer(server), ...more });

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a program that speaks the newest protocol alone is listed, called, and listed anew when its list has changed", async () => {
  const under = await connected(open(lines({ tools: ["a"], more: ["b"], only: "2026-07-28" })));
  expect(outputOf(await under.call("a"))).toBe("a ran");
  await expect
    .poll(async () => {
      await under.server.connect(never);
      return under.server.tools().map(({ name }) => name);
    })
    .toEqual(["fixture__a", "fixture__b"]);
  expect(outputOf(await under.call("b"))).toBe("b ran");
});

test("a server of the oldest transport, a GET that stays open, is found by its address", async () => {
  const fixture = fixtureServer({ crash: () => undefined });
  let transport: SSEServerTransport | undefined;
  const server = createServer((request, response) => {
    if (request.method === "GET" && request.url === "/sse") {
      transport = new SSEServerTransport("/message", response);
      void fixture.connect(transport);
    } else if (request.method === "POST" && request.url?.startsWith("/message") && transport)
      void transport.handlePostMessage(request, response);
    else response.writeHead(405).end();
  });
  const under = await connected(open({ name: "fixture", url: `${await listening(server)}/sse` }));
  expect(outputOf(await under.call("echo", { text: "hello" }))).toBe("hello");
  server.closeAllConnections();
  await expect.poll(async () => failureOf(await under.call("echo", { text: "x" })).kind).toBe("unavailable");
});

test.each([
  ["breaks over the question for the newest protocol", (response: ServerResponse) => void response.writeHead(500).end("cannot read _meta")],
  ["answers it with no JSON", (response: ServerResponse) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>Hello")],
  ["never answers it", () => undefined],
])("a server of 2025 that %s is spoken to as it wants", async (_how, toTheQuestion) => {
  const fixture = await startHttpFixture({ json: true });
  ends.push(() => fixture.close());
  const passOn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    if (body.includes("server/discover")) return toTheQuestion(response);
    const headers = Object.entries(request.headers).filter(([name]) => !["host", "connection", "content-length"].includes(name));
    const { method = "GET" } = request;
    const answer = await fetch(fixture.url, { method, headers: headers as [string, string][], ...(body.length > 0 ? { body } : {}) });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body) for await (const chunk of answer.body) response.write(chunk);
    response.end();
  };
  const server = createServer((request, response) => void passOn(request, response));
  const under = open({ name: "fixture", url: `${await listening(server)}/mcp` });
  const connecting = under.server.connect(never);
  if (_how.startsWith("never")) {
    await until(() => under.clock.sleepers > 1);
    await under.clock.advance(16_000);
  }
  expect(await connecting).toBeUndefined();
  expect(outputOf(await under.call("echo", { text: "hello" }))).toBe("hello");
});

test("a server that wants a login is told of with where it is given, and how to give one", async () => {
  const server = createServer((request, response) => {
    const at = `http://${request.headers.host ?? ""}`;
    if (request.url?.startsWith("/.well-known/oauth-protected-resource")) {
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify({ resource: `${at}/mcp`, authorization_servers: ["https://login.example.com"] }));
    }
    response.writeHead(401, { "www-authenticate": "Bearer" });
    return response.end();
  });
  const under = open({ name: "fixture", url: `${await listening(server)}/mcp` });
  expect((await under.server.connect(never))?.message).toBe(
    'The MCP server "fixture" wants a login (HTTP 401), and is given none. Its logins are given by https://login.example.com. Nobody can give it one by browser here: put a token of it into a variable, and name that in the team file: headersEnv: { Authorization: NAME }.',
  );
});

test("a call that says that it comes on is waited for, up to its cap, and those who watch are told", async () => {
  const under = await connected(open(lines({ tools: ["slow", "step", "finish"] }, { callTimeoutMs: 3_000, progressMsMax: 9_000 })));
  const told: string[] = [];
  const origin: CallOrigin = {
    run: "r",
    agent: "A",
    call: "1",
    askedBy: { id: "U1", name: "Ann" },
    tell: (doing) => void told.push(doing),
  };
  const slow = () =>
    under.server
      .tools()
      .find(({ name }) => name === "fixture__slow")
      ?.run({}, aside(never), origin);
  const step = async (nth: number) => {
    outputOf(await under.call("step"));
    await until(() => told.length === nth);
    await under.clock.advance(2_500);
  };
  const call = slow();
  for (let nth = 1; nth <= 3; nth++) await step(nth);
  outputOf(await under.call("finish"));
  expect(outputOf((await call) ?? { kind: "returned", output: "" })).toBe("slow ran");
  expect(told).toEqual([1, 2, 3].map((nth) => `is waiting for slow: ${nth} of 5, page ${nth}`));
  told.length = 0;
  const endless = slow();
  for (let nth = 1; nth <= 4; nth++) await step(nth);
  expect(failureOf((await endless) ?? { kind: "returned", output: "" })).toEqual({
    kind: "timeout",
    message:
      'The MCP server "fixture" was still at work on "slow" after 9 s. The call was cancelled, and may have had an effect. Ask for less at once, or raise the server\'s progressSecondsMax.',
  });
  told.length = 0;
  const silent = slow();
  await step(1);
  await under.clock.advance(2_500);
  expect(failureOf((await silent) ?? { kind: "returned", output: "" }).message).toContain("within 3 s");
});

test("tools that no model can use are left out by name, and what a server says of itself is kept", async () => {
  const entries = [
    { name: "page", _meta: { ui: { visibility: ["app"] } } },
    { name: "both", _meta: { ui: { visibility: ["model", "app"] } } },
    { name: "batch", execution: { taskSupport: "required" } },
    { name: "either", execution: { taskSupport: "optional" } },
  ];
  const under = await connected(open(lines({ tools: ["a"], entries, instructions: "Look before you leap." })));
  expect(under.server.tools().map(({ name }) => name)).toEqual(["fixture__a", "fixture__both", "fixture__either"]);
  expect(under.logged).toEqual([
    'The MCP server "fixture" lists what is left out here: "page": it is for the server\'s own pages, not for models; "batch": it runs only as a task of the protocol, which is not done here',
  ]);
  expect(under.server.instructions).toBe("Look before you leap.");
});

test("a server that asks for folders in the middle of a call is told no, and keeps its session", async () => {
  const newest = await connected(open(lines({ tools: ["ask", "keep", "look"], only: "2026-07-28" })));
  outputOf(await newest.call("keep", { what: "a page" }));
  const { kind, message } = failureOf(await newest.call("ask", { method: "roots/list" }));
  expect(kind).toBe("needs_answer");
  expect(message).toContain("it wants to know folders");
  expect(outputOf(await newest.call("look"))).toBe("a page");
  const older = await connected(open(lines({ tools: ["ask"] })));
  expect(failureOf(await older.call("ask", { method: "roots/list" })).message).toBe("The client said -32601: Method not found");
});

test("a server that asks people is given their answer with the same call, as its form wants it", async () => {
  const under = await connected(open(lines({ tools: ["ask"], only: "2026-07-28" })));
  const schema = { properties: { size: { type: "string", enum: ["S", "L"] }, count: { type: "integer", minimum: 1 } }, required: ["size"] };
  const args = { method: "elicitation/create", schema };
  const answered = async (...texts: readonly (string | undefined)[]) => {
    const asked = await under.call("ask", args);
    if (asked.kind !== "asks") throw new Error(JSON.stringify(asked));
    return {
      asked,
      next: await under.call(
        "ask",
        args,
        never,
        texts.map((text) => ({ text, state: asked.question.state })),
      ),
    };
  };
  const { asked, next } = await answered("size: l\ncount: 3");
  expect(asked.question.text).toBe(
    'The server "fixture" asks, in its own words: "Which size?"\n• `size`: S, L\n• `count`: integer, may be left out\nAnswer with a line for each, such as `name: value`.\nThe answer goes to that server. Give it no password.',
  );
  expect(asked.question.options).toEqual(["I do not answer that"]);
  const given = (result: typeof next) => JSON.parse(outputOf(result)) as unknown;
  expect(given(next)).toEqual({ requestState: "s", inputResponses: { q: { action: "accept", content: { size: "L", count: 3 } } } });
  const wrong = (await answered("size: XXL\ncount: 0")).next;
  expect(wrong.kind === "asks" && wrong.question.text).toMatch(
    /^That does not say it yet: "XXL" is no size: .*\nThat does not say it yet: "0" is no count/,
  );
  expect(given((await answered("I do not answer that")).next)).toMatchObject({ inputResponses: { q: { action: "decline" } } });
  expect(given((await answered(undefined)).next)).toMatchObject({ inputResponses: { q: { action: "cancel" } } });
});

test("a server that wants a page opened has its whole address shown, and is told whether somebody has been there", async () => {
  const under = await connected(open(lines({ tools: ["ask"], only: "2026-07-28" })));
  const args = { method: "elicitation/create", url: "https://pay.example/x?id=1" };
  const asked = await under.call("ask", args);
  if (asked.kind !== "asks") throw new Error(JSON.stringify(asked));
  const { text, options, state } = asked.question;
  expect(text).toBe(
    'The server "fixture" asks, in its own words: "Pay here."\nIt wants somebody to open this page, of pay.example, and to do there what it says:\nhttps://pay.example/x?id=1\nOpen it only if you know what it is for. Then say that you have.',
  );
  expect(options).toEqual(["I have done that", "I do not answer that"]);
  const action = async (answer: string | undefined) =>
    JSON.parse(outputOf(await under.call("ask", args, never, [{ text: answer, state }]))) as {
      readonly inputResponses: { readonly q: object };
    };
  expect((await action("I have done that")).inputResponses.q).toEqual({ action: "accept" });
  expect((await action("I do not answer that")).inputResponses.q).toEqual({ action: "decline" });
  expect((await action("No, never")).inputResponses.q).toEqual({ action: "decline" });
  expect((await action(undefined)).inputResponses.q).toEqual({ action: "cancel" });
  const two = await under.call("ask", { ...args, url: "https://pay.example/\nhttp://bank.example/" });
  expect(two.kind === "asks" && two.question.text).toContain("\nhttps://pay.example/http://bank.example/\nOpen it only");
  for (const url of ["http://pay.example/", "https://bank.example@pay.example/", "javascript:alert(1)"])
    expect(failureOf(await under.call("ask", { ...args, url })).kind).toBe("needs_answer");
});

test("why a program died, and what it wrote last, stands in the message", async () => {
  const under = open({ name: "fixture", command: process.execPath, args: ["-e", "console.error('no licence file'); process.exit(3)"] });
  expect((await under.server.connect(never))?.message).toMatch(
    /did not start: .*It ended with exit code 3\. It wrote last: no licence file/,
  );
});
