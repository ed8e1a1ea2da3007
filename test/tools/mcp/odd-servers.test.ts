import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { failureOf, outputOf } from "../../contracts/tool.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";
import { limited } from "../../../src/tools/mcp/http.ts";
import { connected, mcpServer, type McpUnderTest } from "./setup.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Asked {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly [name: string]: unknown };
}

/** What a server of two tools says to this. */
function said({ id, method, params }: Asked): object {
  const results: { readonly [method: string]: object } = {
    initialize: { protocolVersion: params["protocolVersion"], capabilities: { tools: {} }, serverInfo: { name: "odd", version: "1" } },
    "tools/list": { tools: [{ name: "a" }, { name: "b" }] },
    "tools/call": { content: [{ type: "text", text: `${String(params["name"])} ran` }] },
  };
  const result = results[method];
  return { jsonrpc: "2.0", id, ...(result ? { result } : { error: { code: -32_601, message: "unknown" } }) };
}

type Respond = (asked: Asked, response: ServerResponse, request: IncomingMessage) => unknown;

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** Connected to a server that answers requests, and notifications where `hearsAll`, by `respond`. */
async function odd(respond: Respond, { hearsAll = false } = {}): Promise<McpUnderTest & { readonly calls: () => number }> {
  let calls = 0;
  const server = createServer(IDLE_STAYS, (request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const asked = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()) as Asked;
    if (asked.method === "tools/call") calls++;
    if (asked.id === undefined && !hearsAll) response.writeHead(202).end();
    else respond(asked, response, request);
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const under = mcpServer({ name: "fixture", url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` });
  closers.push(() => under.close());
  return { ...(await connected(under)), calls: () => calls };
}

test("beside a library that puts a Response of its own in the place of the global one, whose words cannot be written, a server is used all the same", async () => {
  class Own extends Response {}
  for (const name of ["json", "text"] as const)
    Object.defineProperty(Own.prototype, name, { value: Object.getOwnPropertyDescriptor(Response.prototype, name)?.value });
  vi.stubGlobal("Response", Own);
  closers.push(async () => vi.unstubAllGlobals());
  const under = await odd((asked, response) => json(response, 200, said(asked)));
  expect(outputOf(await under.call("a"))).toBe("a ran");
});

const stream = (response: ServerResponse, text: string) => response.writeHead(200, { "content-type": "text/event-stream" }).end(text);

test.for<[what: string, respond: Respond, hearsAll?: true]>([
  ["moves to another path with 307", (asked, response, { url }) => (url === "/mcp" ? response.writeHead(307, { location: "/mcp/" }).end() : json(response, 200, said(asked)))],
  ["moves to another path with 308", (asked, response, { url, headers }) => (url === "/mcp" ? response.writeHead(308, { location: `http://${headers.host}/v2` }).end("moved") : json(response, 200, said(asked)))],
  ["writes an error of null beside each result", (asked, response) => json(response, 200, { ...said(asked), error: null })],
  ["ends without the empty line after its last event", (asked, response) => stream(response, `data: ${JSON.stringify(said(asked))}\n`)],
  ["ends its lines as old machines did", (asked, response) => stream(response, `data: ${JSON.stringify(said(asked))}\r\r`)],
  ["knows no notifications", (asked, response) => (asked.id === undefined ? response.writeHead(404).end("no such method") : json(response, 200, said(asked))), true],
  ["writes NaN", (asked, response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...said(asked), time: 1 }).replace('"time":1', '"time":NaN'))],
])("a server that %s is used all the same", async ([, respond, hearsAll = false]) => {
  const under = await odd(respond, { hearsAll });
  expect(outputOf(await under.call("a"))).toBe("a ran");
  expect(outputOf(await under.call("b"))).toBe("b ran");
}); // prettier-ignore

const refusing = (status: number, refusal: object, headers = {}): Respond => {
  return (asked, response) =>
    asked.method === "tools/call" && asked.params["name"] === "a"
      ? json(response, status, { jsonrpc: "2.0", id: asked.id, ...refusal }, headers)
      : json(response, 200, said(asked));
};
const NO_CITY = { error: { code: -32_602, message: "city is missing" } };

test.for([400, 404, 422, 500])(
  "a call that is refused with HTTP %i is made once, told in the server's words, and ends no session",
  async (status) => {
    const under = await odd(refusing(status, NO_CITY));
    expect(failureOf(await under.call("a"))).toEqual({
      kind: "tool_error",
      message: 'The MCP server "fixture" refused "a": city is missing',
    });
    expect(under.calls()).toBe(1);
    expect(outputOf(await under.call("b"))).toBe("b ran");
  },
);

test("a session that is not known any more is made anew, also where the refusal names the request", async () => {
  const lost = { jsonrpc: "2.0", error: { code: -32_001, message: "Session not found" } };
  const under: Awaited<ReturnType<typeof odd>> = await odd((asked, response) =>
    asked.method === "tools/call" && under.calls() === 1
      ? json(response, 404, { ...lost, id: asked.id })
      : json(response, 200, said(asked)),
  );
  expect(outputOf(await under.call("a"))).toBe("a ran");
  expect(under.calls()).toBe(2);
});

test.for<[sent: string, passed: string]>([
  ["data: {}", "data: {}\n\n"],
  ["id: 5\ndata: {}\n", "id: 5\ndata: {}\n\n\n"],
  // The rest is asked for behind the last that was heard.
  ['id: 5\ndata: {"a', 'id: 5\ndata: {"a'],
])("a stream that ends with %j is passed on as %j", async ([sent, passed]) => {
  const body = limited(ReadableStream.from([Buffer.from(sent)]), true, () => undefined);
  expect(Buffer.concat(await Array.fromAsync(body)).toString()).toBe(passed);
});

test.for([
  [{ "retry-after": "5" }, "after 5 s"],
  [{}, "later"],
] as const)("a server that is called too often is told of with when it may be called again: %j", async ([headers, when]) => {
  const under = await odd(refusing(429, {}, headers));
  expect(failureOf(await under.call("a"))).toEqual({
    kind: "busy",
    message: `The MCP server "fixture" bears no more calls for now (HTTP 429), and did not run "a". Call it again ${when}, or go on without.`,
  });
  expect(outputOf(await under.call("b"))).toBe("b ran");
});

test("a refusal that names no request is of the one that it answers", async () => {
  const under = await odd(refusing(200, { id: null, ...NO_CITY }));
  expect(failureOf(await under.call("a")).message).toBe('The MCP server "fixture" refused "a": city is missing');
});

test.for<[what: string, list: object, tools: readonly string[]]>([
  ["null for no tools", { tools: null }, []],
  ["a number for the next page", { tools: [{ name: "a" }], nextCursor: 2 }, ["fixture__a", "fixture__b"]],
])("a list with %s is read", async ([, list, tools]) => {
  const under = await odd((asked, response) =>
    asked.method !== "tools/list"
      ? json(response, 200, said(asked))
      : json(response, 200, { ...said(asked), result: asked.params["cursor"] === 2 ? { tools: [{ name: "b" }] } : list }),
  );
  expect(under.server.tools().map(({ name }) => name)).toEqual(tools);
});
