import { Agent, request as overHttp, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as SafeAgent, request as overHttps } from "node:https";
import { pipeline, type Duplex, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { isByEnvProxy } from "../env-proxy.ts";

/** Statuses whose answers have no body. */
const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
/** Bytes that have come and are not read yet, until no more are taken from the connection. */
const UNREAD_BYTES_MAX = 256 * 1_024;
/** As long as `fetch` waits for a connection, TLS with it. */
const CONNECT_MS_MAX = 10_000;
/**
 * As long as `fetch` keeps a connection that nobody uses. Many servers close theirs after five seconds, as Node's own agent does: who asks just then asks
 * on one that is gone.
 */
const KEPT_MS_MAX = 4_000;
const KEPT = { keepAlive: true, scheduling: "lifo", timeout: KEPT_MS_MAX } as const;
const agents = { "http:": new Agent(KEPT), "https:": new SafeAgent(KEPT) };

/**
 * `fetch` for providers' SDKs, over Node's own HTTP and the connections that it keeps, for what they ask: words in a body or none, and redirects
 * left alone. A call by Node's `fetch` takes two and a half times the processor, and the first one of a process some 60 ms more, in which V8 compiles its
 * parser twice; and it ends a reply of which nothing has come for five minutes, whatever our own time-outs say. What comes in one packet is one
 * piece of the body. Anything else is asked by `fetch` itself. Rejects as `fetch` does.
 */
export const httpFetch: typeof fetch = (input, init = {}) => {
  const { body, redirect, signal } = init;
  const isPlain = body === undefined || body === null || typeof body === "string";
  if (!isPlain || redirect !== "manual" || input instanceof Request || isByEnvProxy()) return fetch(input, init);
  const url = typeof input === "string" ? new URL(input) : input;
  const headers = {
    accept: "*/*",
    ...Object.fromEntries(new Headers(init.headers)),
    // Compressed, its words would come late: what compresses waits for more.
    "accept-encoding": "identity",
    ...(typeof body === "string" ? { "content-length": Buffer.byteLength(body) } : {}),
  };
  return new Promise<Response>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    let answer: IncomingMessage | undefined;
    const isSafe = url.protocol === "https:";
    const agent = isSafe ? agents["https:"] : agents["http:"];
    const call = (isSafe ? overHttps : overHttp)(url, { method: init.method ?? "GET", headers, agent });
    connectInTime(call, isSafe ? "secureConnect" : "connect");
    const onAborted = () => {
      const reason = signal?.reason as Error;
      reject(reason);
      (answer ?? call).destroy(reason);
    };
    signal?.addEventListener("abort", onAborted, { once: true });
    call.on("close", () => {
      signal?.removeEventListener("abort", onAborted);
      // A server that goes over to another protocol leaves neither an answer nor an error.
      if (!answer) reject(new TypeError("fetch failed", { cause: new Error("the server left without an answer") }));
    });
    // One that comes later, such as of the connection that is destroyed above, says nothing new.
    call.on("error", (cause) => reject(new TypeError("fetch failed", { cause })));
    call.on("response", (response) => {
      answer = response;
      // One that is over before all was sent leaves a connection that serves nobody.
      response.on("end", () => {
        if (!call.writableFinished) call.destroy();
      });
      try {
        resolve(responseOf(response, () => signal?.aborted === true));
      } catch (cause) {
        // A status or a header that no answer may have.
        reject(new TypeError("fetch failed", { cause }));
        response.destroy();
      }
    });
    call.end(body ?? undefined);
  });
};

function connectInTime(call: ClientRequest, isThere: "connect" | "secureConnect"): void {
  call.once("socket", (socket) => {
    if (!socket.connecting) return;
    const late = () => call.destroy(Object.assign(new Error(`no connection within ${CONNECT_MS_MAX / 1_000} s`), { code: "ETIMEDOUT" }));
    const timer = setTimeout(late, CONNECT_MS_MAX);
    const end = () => clearTimeout(timer);
    socket.once(isThere, end);
    call.once("close", end);
  });
}

function responseOf(response: IncomingMessage, isAborted: () => boolean): Response {
  const { statusCode: status = 0, statusMessage: statusText = "", headers } = response;
  if (NO_BODY.has(status)) response.resume();
  const body = NO_BODY.has(status) ? null : streamOf(plainOf(response, headers), isAborted);
  return new Response(body, { status, statusText, headers: Object.entries(headers).flatMap(asPairs) });
}

const asPairs = ([name, value]: [string, string | string[] | undefined]): [string, string][] =>
  value === undefined ? [] : [value].flat().map((one) => [name, one]);

/** Some servers compress whether they are asked to or not, and proxies in front of them once more. */
function plainOf(response: IncomingMessage, { "content-encoding": encoding = "" }: IncomingHttpHeaders): Readable {
  const inflates = encoding.split(",", ENCODINGS_MAX).map((one) => INFLATES[one.trim().toLowerCase()]);
  return inflates.reduceRight<Readable>((from, inflate) => (inflate === undefined ? from : pipeline(from, inflate(), () => undefined)), response); // prettier-ignore
}

const ENCODINGS_MAX = 3;
const INFLATES: { readonly [encoding: string]: () => Duplex } = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

function streamOf(from: Readable, isAborted: () => boolean): ReadableStream<Uint8Array> {
  let parts: Buffer[] = [];
  let isOver = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const give = () => {
          const [first] = parts;
          if (isOver || first === undefined) return;
          controller.enqueue(parts.length === 1 ? first : Buffer.concat(parts));
          parts = [];
          if ((controller.desiredSize ?? 0) <= 0) from.pause();
        };
        // All of a packet has been told of when the first microtask runs behind it.
        from.on("data", (part: Buffer) => {
          if (parts.push(part) === 1) queueMicrotask(give);
        });
        from.on("end", () => {
          give();
          if (!isOver) controller.close();
          isOver = true;
        });
        const fail = (error: unknown) => {
          give();
          if (!isOver) controller.error(error);
          isOver = true;
        };
        from.on("error", (error) => fail(isAborted() ? error : new TypeError("terminated", { cause: error })));
        from.on("close", () => fail(new TypeError("terminated")));
      },
      pull() {
        from.resume();
      },
      cancel() {
        isOver = true;
        from.destroy();
      },
    },
    { highWaterMark: UNREAD_BYTES_MAX, size: ({ byteLength }) => byteLength },
  );
}
