import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createNetServer, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test, vi } from "vitest";
import { httpFetch } from "../../src/models/http-fetch.ts";
import { fetchKeepingRefusals } from "../../src/models/refusals/fetch-keeping.ts";
import { IDLE_STAYS } from "../support/idle-connections.ts";

const ASKED = { method: "POST", body: '{"stream":true}', redirect: "manual" } as const;
const OK = "HTTP/1.1 200 OK\r\n";

/** A server that does as it likes with what comes first over each connection. */
async function taking(answer: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>();
  const server = createNetServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    answer(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Of a call: its status and body, or where it failed. */
async function outcome(call: typeof fetch, port: number): Promise<string> {
  let where = "the call";
  try {
    const answer = await call(`http://127.0.0.1:${port}/v1`, ASKED);
    where = `the body of a ${answer.status}`;
    return `${answer.status} ${await answer.text()}`;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `${where}: ${error.message}`;
  }
}

test.each([
  [
    "goes over to another protocol",
    `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n`,
    "the call: fetch failed",
  ],
  ["hints at what comes", `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}content-length: 2\r\n\r\nhi`, "200 hi"],
  ["says only that it goes on", "HTTP/1.1 100 Continue\r\n\r\n", "the call: fetch failed"],
  ["leaves without a word", "", "the call: fetch failed"],
  ["speaks no HTTP", "SSH-2.0-x\r\n\r\n", "the call: fetch failed"],
  ["breaks off in the headers", `${OK}content-le`, "the call: fetch failed"],
  ["ends its answer by leaving", `${OK}\r\nhi`, "200 hi"],
  ["says nothing, and leaves", `${OK}\r\n`, "200 "],
  ["has announced more", `${OK}content-length: 9\r\n\r\nhi`, "the body of a 200: terminated"],
  ["leaves between two chunks", `${OK}transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n`, "the body of a 200: terminated"],
  ["sends a chunk that is none", `${OK}transfer-encoding: chunked\r\n\r\n2\r\nhi\r\nxyz\r\n`, "the body of a 200: terminated"],
  ["refuses without saying how long", "HTTP/1.1 429 Slow Down\r\n\r\nlater", "429 later"],
  ["has no body where one is told of", "HTTP/1.1 204 No Content\r\ncontent-encoding: gzip\r\n\r\n", "204 "],
])("with a server that %s it ends as with fetch", async (_, written, expected) => {
  const port = await taking((socket) => void socket.once("data", () => socket.end(written)));
  expect(await outcome(httpFetch, port)).toBe(expected);
  expect(await outcome(fetch, port)).toBe(expected);
});

test("what is compressed and broken fails where it is read", async () => {
  const body = gzipSync("x".repeat(10_000));
  const head = `${OK}content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
  const broken = await taking((socket) => void socket.once("data", () => socket.end(Buffer.concat([Buffer.from(head), body.fill(7, 12)]))));
  expect(await outcome(httpFetch, broken)).toBe("the body of a 200: terminated");
});

test("connections that a server closes behind each answer end every call, with an answer or without", async () => {
  const port = await taking((socket) =>
    socket.on("data", () => socket.write(`${OK}content-length: 2\r\n\r\nhi`, () => setImmediate(() => socket.destroy()))),
  );
  const outcomes = new Map<string, number>();
  for (let nth = 0; nth < 100; nth++) {
    const one = await outcome(httpFetch, port);
    outcomes.set(one, (outcomes.get(one) ?? 0) + 1);
  }
  expect((outcomes.get("200 hi") ?? 0) + (outcomes.get("the call: fetch failed") ?? 0)).toBe(100);
});

test("an answer that is there before all was sent is read, and its connection left", async () => {
  const taken: Socket[] = [];
  const port = await taking((socket) => {
    taken.push(socket);
    socket.once("data", () => {
      socket.pause();
      socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno");
    });
  });
  const answer = await httpFetch(`http://127.0.0.1:${port}/`, { ...ASKED, body: "x".repeat(20_000_000) });
  expect([answer.status, await answer.text()]).toEqual([413, "no"]);
  const isLeft = new Promise<void>((resolve) => taken[0]?.on("close", () => resolve()).resume());
  await expect(isLeft).resolves.toBeUndefined();
});

test("a connection that does not come about is given up as by fetch", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let connected = (): void => undefined;
  const isConnected = new Promise<void>((resolve) => (connected = resolve));
  // It never says its part of TLS.
  const port = await taking((socket) => void socket.once("data", connected));
  const failed = httpFetch(`https://127.0.0.1:${port}/`, ASKED).catch((error: unknown) => error);
  await isConnected;
  vi.advanceTimersByTime(10_000);
  expect(await failed).toMatchObject({ message: "fetch failed", cause: { message: "no connection within 10 s", code: "ETIMEDOUT" } });
});

test("of a refusal without an end the beginning is read, and the server left", async () => {
  let left = (): void => undefined;
  const isLeft = new Promise<void>((resolve) => (left = resolve));
  const server = createServer(IDLE_STAYS, (_request, response) => {
    response.on("close", left).writeHead(500);
    const more = (): void => void (response.destroyed || response.write("no".repeat(10_000), more));
    more();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const answer = await fetchKeepingRefusals(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ASKED);
  expect(answer.status).toBe(500);
  expect(((await answer.json()) as { readonly error: { readonly message: string } }).error.message).toMatch(/^(?:no)+/);
  await expect(isLeft).resolves.toBeUndefined();
});
