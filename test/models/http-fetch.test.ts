import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { httpFetch } from "../../src/models/http-fetch.ts";

const ASKED = { method: "POST", body: '{"stream":true}', redirect: "manual" } as const;

async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

test("a call arrives as the SDK has put it, and its answer as the server has", async () => {
  const seen: unknown[] = [];
  const url = await serving((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { authorization, "content-length": length, "accept-encoding": encoding } = request.headers;
      seen.push(request.method, request.url, Buffer.concat(parts).toString(), authorization, length, encoding);
      response.writeHead(429, "Slow Down", { "retry-after": "7", "set-cookie": ["a=1", "b=2"] }).end("später");
    });
  });
  const headers = new Headers({ authorization: "Bearer key" });
  const answer = await httpFetch(new URL(`${url}?a=b`), { ...ASKED, headers, body: '{"text":"ü"}' });
  expect(seen).toEqual(["POST", "/v1?a=b", '{"text":"ü"}', "Bearer key", "13", "identity"]);
  expect([answer.ok, answer.status, answer.statusText, answer.headers.get("retry-after")]).toEqual([false, 429, "Slow Down", "7"]);
  expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(await answer.text()).toBe("später");
});

test("a call without a body has none, and so has an answer that says so", async () => {
  const url = await serving(
    (request, response) => void response.writeHead(204, { "x-length": request.headers["content-length"] ?? "none" }).end(),
  );
  const answer = await httpFetch(url, { redirect: "manual" });
  expect([answer.status, answer.body, answer.headers.get("x-length")]).toEqual([204, null, "none"]);
});

test("a redirect is not followed: it would take the key along", async () => {
  const asked: (string | undefined)[] = [];
  const url = await serving((request, response) => {
    asked.push(request.url);
    response.writeHead(307, { location: "/elsewhere" }).end("go");
  });
  const answer = await httpFetch(url, ASKED);
  expect([answer.status, answer.headers.get("location"), await answer.text()]).toEqual([307, "/elsewhere", "go"]);
  expect(asked).toEqual(["/v1"]);
});

test("what comes in one packet is one piece, and what comes later another", async () => {
  let more = (): void => undefined;
  const url = await serving((_request, response) => {
    response.cork();
    response.write("data: a\n\n");
    response.write("data: b\n\n");
    response.uncork();
    more = () => void response.end("data: c\n\n");
  });
  const answer = await httpFetch(url, ASKED);
  const pieces: string[] = [];
  for await (const piece of answer.body ?? []) {
    pieces.push(Buffer.from(piece).toString());
    more();
  }
  expect(pieces).toEqual(["data: a\n\ndata: b\n\n", "data: c\n\n"]);
});

test("a server may send faster than is read, and nothing is lost", async () => {
  const block = "x".repeat(100_000);
  const url = await serving((_request, response) => void response.end(block.repeat(50)));
  const answer = await httpFetch(url, ASKED);
  let length = 0;
  for await (const piece of answer.body ?? []) {
    await new Promise((resolve) => setImmediate(resolve));
    length += piece.byteLength;
  }
  expect(length).toBe(5_000_000);
});

test.each([
  ["gzip", gzipSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
  ["gzip, br", (text: string) => brotliCompressSync(gzipSync(text))],
] as const)("an answer that comes as %s all the same is read", async (encoding, compress) => {
  const url = await serving(
    (_request, response) => void response.writeHead(200, { "content-encoding": encoding }).end(compress("data: a\n\n")),
  );
  expect(await (await httpFetch(url, ASKED)).text()).toBe("data: a\n\n");
});

test("a call that is given up before its answer ends with the reason, and the server is left", async () => {
  let left = (): void => undefined;
  const isLeft = new Promise<void>((resolve) => (left = resolve));
  const ending = new AbortController();
  const url = await serving((request) => {
    request.on("close", left);
    ending.abort(new Error("enough"));
  });
  await expect(httpFetch(url, { ...ASKED, signal: ending.signal })).rejects.toThrow("enough");
  await isLeft;
  await expect(httpFetch(url, { ...ASKED, signal: ending.signal })).rejects.toThrow("enough");
});

test("an answer that is given up in the middle ends with the reason, and the server is left", async () => {
  let left = (): void => undefined;
  const isLeft = new Promise<void>((resolve) => (left = resolve));
  const ending = new AbortController();
  const url = await serving((_request, response) => {
    response.on("close", left).write("data: a\n\n");
  });
  const answer = await httpFetch(url, { ...ASKED, signal: ending.signal });
  const reader = answer.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: a\n\n");
  ending.abort(new Error("enough"));
  await expect(reader?.read()).rejects.toThrow("enough");
  await isLeft;
});

test("who reads no further leaves the server", async () => {
  let left = (): void => undefined;
  const isLeft = new Promise<void>((resolve) => (left = resolve));
  const url = await serving((_request, response) => void response.on("close", left).write("data: a\n\n"));
  await (await httpFetch(url, ASKED)).body?.cancel();
  await expect(isLeft).resolves.toBeUndefined();
});

test("a server that cannot be reached, or that breaks off, fails as with fetch", async () => {
  const gone = createServer().listen(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  await expect(httpFetch(`http://127.0.0.1:${port}/`, ASKED)).rejects.toMatchObject({
    message: "fetch failed",
    cause: { code: "ECONNREFUSED" },
  });

  const breaking = await serving((request) => void request.socket.destroy());
  await expect(httpFetch(breaking, ASKED)).rejects.toMatchObject({ message: "fetch failed", cause: { code: "ECONNRESET" } });

  const url = await serving((_request, response) => {
    response.write("data: a\n\n", () => response.destroy());
  });
  await expect((await httpFetch(url, ASKED)).text()).rejects.toMatchObject({ name: "TypeError", message: "terminated" });
});

test("a connection serves one call after the other", async () => {
  const from = new Set<number | undefined>();
  const url = await serving((request, response) => {
    from.add(request.socket.remotePort);
    request.resume();
    response.end("data: a\n\n");
  });
  for (let nth = 0; nth < 3; nth++) {
    await (await httpFetch(url, ASKED)).text();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(from.size).toBe(1);
});
