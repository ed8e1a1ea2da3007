import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { failureOf, outputOf } from "../../contracts/tool.ts";
import { startHttpFixture } from "../../fixtures/mcp-http.ts";
import { connected, heardOf, mcpServer, type McpUnderTest, never } from "./setup.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function open(...args: Parameters<typeof mcpServer>): McpUnderTest {
  const under = mcpServer(...args);
  closers.push(() => under.close());
  return under;
}

async function fixture() {
  const started = await startHttpFixture();
  closers.push(() => started.close());
  return started;
}

/** A server that answers everything the same way. */
async function answering(status: number, headers: { readonly [name: string]: string } = {}, body = "") {
  let requests = 0;
  const server = createServer(IDLE_STAYS, (_, response) => {
    requests++;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, requests: () => requests };
}

async function nobodyThere(): Promise<string> {
  const { url } = await answering(200);
  await closers.pop()?.();
  return url;
}

test("headers come from the environment, and a bare token is sent as a bearer token", async () => {
  const { url, requests } = await fixture();
  await connected(open({ name: "fixture", url, headersEnv: { Authorization: "CRM_TOKEN" } }, { CRM_TOKEN: "t0ken" }));
  expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer t0ken"]));
});

test("a header whose variable is not set is said by the variable's name", async () => {
  const under = open({ name: "fixture", url: "http://127.0.0.1:9/mcp", headersEnv: { Authorization: "CRM_TOKEN" } });
  expect((await under.server.connect(never))?.message).toContain("needs the environment variable CRM_TOKEN, not set here");
});

test("a refused token is said with the variable to look at, never with the token", async () => {
  const { url } = await answering(401, {}, "who are you");
  const under = open({ name: "fixture", url, headersEnv: { Authorization: "CRM_TOKEN" } }, { CRM_TOKEN: "t0ken" });
  expect(await under.server.connect(never)).toEqual({
    kind: "unavailable",
    message: 'The MCP server "fixture" refuses the login in CRM_TOKEN (HTTP 401): it is wrong, or has run out. Put a new one there.',
  });
});

test("a token is not carried to where a server redirects", async () => {
  const other = await fixture();
  const { url } = await answering(307, { location: other.url });
  const under = open({ name: "fixture", url, headersEnv: { Authorization: "CRM_TOKEN" } }, { CRM_TOKEN: "t0ken" });
  expect((await under.server.connect(never))?.message).toContain("HTTP 307");
  expect(other.requests).toEqual([]);
});

test("an address where nobody listens, or nobody speaks MCP, is said with the mend and without its query", async () => {
  const { url } = await answering(200, { "content-type": "text/html" }, "<h1>Welcome</h1>");
  const talkative = await open({ name: "fixture", url: `${url}?key=s3cret` }).server.connect(never);
  expect(talkative?.message).toMatch(
    /^The MCP server "fixture" answered: .*text\/html.*See that it runs at http:\/\/127\.0\.0\.1:\d+ and that the path is right\.$/,
  );
  const nobody = await open({ name: "fixture", url: `${await nobodyThere()}?key=s3cret` }).server.connect(never);
  expect(nobody?.message).toMatch(
    /^The MCP server "fixture" cannot be reached \(ECONNREFUSED\)\. See that it runs at http:\/\/127\.0\.0\.1:\d+ and that the path is right\.$/,
  );
});

test("a server that has forgotten the session is met anew, and the call is made once", async () => {
  const started = await fixture();
  const under = await connected(open({ name: "fixture", url: started.url }));
  started.forget();
  expect(outputOf(await under.call("echo", { text: "still here" }))).toBe("still here");
  expect(under.logged).toEqual([]);
});

test("a call that was given up lets go of its connection", async () => {
  const started = await fixture();
  const under = await connected(open({ name: "fixture", url: started.url }));
  await heardOf(under);
  await until(() => started.open() === 1); // The stream for notifications.
  const stop = new AbortController();
  const hanging = under.call("act", { do: "hang" }, stop.signal);
  await until(() => started.open() === 2);
  stop.abort();
  expect(failureOf(await hanging).kind).toBe("aborted");
  await until(() => started.open() === 1);
});

test("close ends the session on the server", async () => {
  const started = await fixture();
  const under = await connected(open({ name: "fixture", url: started.url }));
  await under.server.close();
  expect(started.requests.at(-1)?.method).toBe("DELETE");
  await until(() => started.open() === 0);
});

test("a server that ends its stream at once and asks for no wait is not asked without end", async () => {
  const started = await startHttpFixture({ restless: true });
  closers.push(() => started.close());
  const under = await connected(open({ name: "fixture", url: started.url }));
  const streams = () => started.requests.filter(({ method }) => method === "GET").length;
  await until(() => under.clock.sleepers > 0); // The second one waits.
  expect(streams()).toBe(1);
  await under.clock.advance(1_000);
  await until(() => streams() === 2);
  expect(outputOf(await under.call("echo", { text: "fine" }))).toBe("fine");
});
