import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test, vi } from "vitest";
import { httpCall, LEAVES_MS_MAX } from "../../../src/slack/api/http-call.ts";
import { runChild } from "../../support/children.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(IDLE_STAYS, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/chat.postMessage`;
}

const POST = { method: "POST", headers: { Authorization: "Bearer xoxb-1", "Content-Type": "application/x-www-form-urlencoded" } } as const;

test("words go out and come back, with their headers, over a connection that is kept", async () => {
  const ports = new Set<number | undefined>();
  const heard: string[] = [];
  const url = await serving((request, response) => {
    ports.add(request.socket.remotePort);
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      heard.push(`${request.method} ${request.headers.authorization} ${request.headers["content-length"]} ${body}`);
      response.writeHead(200, { "X-OAuth-Scopes": "chat:write" }).end('{"ok":true,"text":"Grüße 👋"}');
    });
  });
  const call = httpCall({ timeoutMs: 10_000 });
  await call(url, { ...POST, body: "text=Grüße" });
  const answer = await call(url, { ...POST, body: "text=b" });
  expect(heard).toEqual(["POST Bearer xoxb-1 12 text=Grüße", "POST Bearer xoxb-1 6 text=b"]);
  expect(ports.size).toBe(1);
  expect([answer.ok, answer.status, answer.statusText, answer.url]).toEqual([true, 200, "OK", url]);
  expect([answer.headers.get("x-oauth-scopes"), answer.headers.get("X-OAuth-Scopes"), answer.headers.get("retry-after")]).toEqual([
    "chat:write",
    "chat:write",
    null,
  ]);
  expect(Object.fromEntries(answer.headers.entries())).toMatchObject({ "x-oauth-scopes": "chat:write" });
  expect([await answer.text(), await answer.json(), new TextDecoder().decode(await answer.arrayBuffer())]).toEqual([
    '{"ok":true,"text":"Grüße 👋"}',
    { ok: true, text: "Grüße 👋" },
    '{"ok":true,"text":"Grüße 👋"}',
  ]);
});

test.each([
  ["before its answer", (): void => undefined],
  ["in the middle of it", (response: Parameters<RequestListener>[1]): void => void response.writeHead(200).write('{"ok":true,')],
])("a call that is not answered in time fails as one that took too long, %s", async (_, begin) => {
  const url = await serving((_request, response) => begin(response));
  const failed = httpCall({ timeoutMs: 50 })(url, POST);
  await expect(failed).rejects.toMatchObject({ name: "TimeoutError" });
});

test("who asked may end a call", async () => {
  const url = await serving(() => ending.abort(new Error("enough")));
  const ending = new AbortController();
  await expect(httpCall()(url, { ...POST, signal: ending.signal })).rejects.toThrow("enough");
  await expect(httpCall()(url, { ...POST, signal: ending.signal })).rejects.toThrow("enough");
});

test.each([
  ["before its answer", (response: Parameters<RequestListener>[1]): void => void response.destroy()],
  [
    "in the middle of it",
    (response: Parameters<RequestListener>[1]): void => {
      response.writeHead(200, { "content-length": 100 });
      response.write('{"ok":true,', () => response.destroy());
    },
  ],
])("a connection that breaks is a call that did not come back, %s", async (_, cut) => {
  const url = await serving((_request, response) => cut(response));
  await expect(httpCall({ timeoutMs: 10_000 })(url, POST)).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("where nobody listens, the reason is said", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await expect(httpCall()(`http://127.0.0.1:${port}/api/`, POST)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("no redirect is followed, and the token goes nowhere else", async () => {
  let wentOn = false;
  const other = await serving((_request, response) => {
    wentOn = true;
    response.end('{"ok":true}');
  });
  const url = await serving((_request, response) => void response.writeHead(307, { location: other }).end());
  await expect(httpCall()(url, { ...POST, redirect: "error" })).rejects.toThrow("redirect (307)");
  expect(wentOn).toBe(false);
});

test("another status comes with its words and headers", async () => {
  const url = await serving((_request, response) => void response.writeHead(429, { "retry-after": "7" }).end("slow down"));
  const answer = await httpCall()(url, POST);
  expect([answer.ok, answer.status, answer.headers.get("retry-after"), await answer.text()]).toEqual([false, 429, "7", "slow down"]);
});

test("a long answer may come compressed where that was asked for", async () => {
  const asked: unknown[] = [];
  const long = JSON.stringify({ ok: true, text: "Grüße ".repeat(10_000) });
  const url = await serving((request, response) => {
    asked.push(request.headers["accept-encoding"]);
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(long));
  });
  const answer = await httpCall({ compressed: true })(url, POST);
  expect(await answer.text()).toBe(long);
  await httpCall()(url, POST);
  expect(asked).toEqual(["gzip", "identity"]);
});

test("where the machine's environment names a proxy for Node, calls go there, and those that leave late are asked about, too", async () => {
  const through: (string | undefined)[] = [];
  const heard: string[] = [];
  const proxied = await serving((request, response) => {
    request.setEncoding("utf8").on("data", (part: string) => void heard.push(`${request.headers["content-length"]} ${part}`));
    request.on("end", () => response.end('{"ok":true}'));
  });
  const proxy = createServer(IDLE_STAYS).on("connect", (request, socket) => {
    through.push(request.url);
    const { port, hostname } = new URL(`http://${request.url}`);
    const beyond = connect(Number(port), hostname, () => void socket.write("HTTP/1.1 200 OK\r\n\r\n"));
    for (const [one, other] of [
      [socket, beyond],
      [beyond, socket],
    ] as const)
      one.on("error", () => other.destroy()).pipe(other);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => void proxy.close());
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const program = `
    const { httpCall, LEAVES_MS_MAX } = await import(${JSON.stringify(new URL("../../../src/slack/api/http-call.ts", import.meta.url).href)});
    const asked = [];
    let answer = async () => undefined;
    const call = httpCall({ timeoutMs: 10_000, beforeLate: () => (asked.push("asked"), answer()) });
    const post = (body) => call(${JSON.stringify(proxied)}, { method: "POST", body }).then((answer) => answer.text(), (error) => error.message);
    const told = [await post("text=Grüße")];
    const { now } = performance;
    const late = (body) => {
      const begun = post(body);
      performance.now = () => now.call(performance) + LEAVES_MS_MAX + 1;
      return begun.finally(() => (performance.now = now));
    };
    told.push(await late("text=b"));
    answer = () => Promise.reject(new Error("taken for gone"));
    told.push(await late("text=c"));
    console.log(JSON.stringify([told, asked]));
    process.exit();
  `;
  const env = { PATH: process.env["PATH"], NODE_USE_ENV_PROXY: "1", HTTP_PROXY: address };
  const ran = await runChild(process.execPath, ["--input-type=module", "--eval", program], { env });
  expect([ran.code, ran.err]).toEqual([0, ""]);
  expect(new Set(through)).toEqual(new Set([new URL(proxied).host]));
  expect(JSON.parse(ran.out)).toEqual([
    ['{"ok":true}', '{"ok":true}', "taken for gone"],
    ["asked", "asked"],
  ]);
  expect(heard).toEqual(["12 text=Grüße", "6 text=b"]);
});

test("a call that leaves late, as where the process stood still while its connection was made, is asked about once more, and may not leave at all", async () => {
  const heard: string[] = [];
  const url = await serving((request, response) => {
    request.setEncoding("utf8").on("data", (part: string) => void heard.push(part));
    request.on("end", () => response.end('{"ok":true}'));
  });
  const asked: unknown[] = [];
  const context = new AsyncLocalStorage<string>();
  let answer: () => Promise<void> = async () => undefined;
  const call = httpCall({ timeoutMs: 10_000, beforeLate: () => (asked.push(context.getStore()), answer()) });
  const late = (body: string) =>
    context.run(body, () => {
      const begun = call(url, { ...POST, body });
      // Between the beginning and the way out nothing else is looked up.
      const now = performance.now();
      const clock = vi.spyOn(performance, "now").mockReturnValue(now + LEAVES_MS_MAX + 1);
      return begun.finally(() => clock.mockRestore());
    });
  await context.run("at once", () => call(url, { ...POST, body: "text=a" }));
  expect(asked).toEqual([]);
  await late("text=b");
  answer = () => Promise.reject(new Error("taken for gone"));
  await expect(late("text=c")).rejects.toThrow("taken for gone");
  expect(asked).toEqual(["text=b", "text=c"]);
  expect(heard).toEqual(["text=a", "text=b"]);
});
