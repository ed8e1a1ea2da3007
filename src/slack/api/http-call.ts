import { AsyncResource } from "node:async_hooks";
import { request as overHttp, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from "node:http";
import { request as overHttps } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { urlToHttpOptions } from "node:url";
import { promisify } from "node:util";
import type { FetchFunction } from "@slack/web-api";
import { isByEnvProxy } from "../../env-proxy.ts";

type Request = NonNullable<Parameters<FetchFunction>[1]>;
type Answer = Awaited<ReturnType<FetchFunction>>;

export interface CallSettings {
  /** Until a call without a whole answer fails with an error whose name is `TimeoutError`; as long as it takes when absent. */
  readonly timeoutMs?: number;
  /** Whether answers may come compressed, which is worth its time for long ones. */
  readonly compressed?: boolean;
  /**
   * Asked once more before a call leaves later than {@link LEAVES_MS_MAX} after it was begun: its connection had to be made, and the process stood still meanwhile.
   * Where it rejects the call is not made, and fails so. A call whose words are bytes is not asked about: it changes nothing that people see.
   */
  readonly beforeLate?: (() => Promise<void>) | undefined;
}

/** Who was sure to be there when the call was begun has five seconds before others take over. */
export const LEAVES_MS_MAX = 4_000;

/** No answer of Slack's comes near; what does is read no further. */
const ANSWER_BYTES_MAX = 64 * 1_024 * 1_024;
/** Those that `fetch` follows. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * `fetch` for the calls of the SDK: words one way, words the other, and no redirects. Over Node's own HTTP and the connections that it keeps, since a
 * call by `fetch` takes two and a half times the processor, and `AbortSignal.timeout` goes off long after its call is over, where a timer is taken back.
 * An answer is read whole before it is handed on. Rejects as `fetch` does, with the reason itself in place of one inside "fetch failed".
 */
export function httpCall({ timeoutMs, compressed = false, beforeLate }: CallSettings = {}): FetchFunction {
  const byProxy = isByEnvProxy();
  return (address, request = {}) => {
    const { body = "", signal } = request;
    if (typeof body !== "string") return fetchWithin(address, request, timeoutMs);
    if (byProxy) return throughProxy(address, { ...request, body }, { timeoutMs, beforeLate });
    return new Promise<Answer>((resolve, reject) => {
      signal?.throwIfAborted();
      const target = targetOf(address);
      const { method = "GET" } = request;
      const options = { ...target.options, method, headers: linesOf(target.host, { ...request, method, body }, compressed) };
      const call = target.send(options, (response) => readWhole(response, target.href, settled(resolve), failed));
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => end(new DOMException(TIMED_OUT, "TimeoutError")), timeoutMs);
      const onAborted = () => end(signal?.reason);
      signal?.addEventListener("abort", onAborted, { once: true });

      function settled<T>(settle: (value: T) => void): (value: T) => void {
        return (value) => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", onAborted);
          settle(value);
        };
      }
      function end(reason: unknown): void {
        failed(reason);
        call.destroy();
      }
      // Later ones, such as that of the connection which is destroyed here, say nothing new.
      const failed = settled(reject);
      call.on("error", failed);
      if (!beforeLate) return void call.end(body);
      const begunAt = performance.now();
      const ask = AsyncResource.bind(beforeLate);
      const leave = (): void => {
        if (performance.now() - begunAt <= LEAVES_MS_MAX) call.end(body);
        else ask().then(() => call.end(body), end);
      };
      call.once("socket", (socket: Socket | TLSSocket) => {
        if ("secureConnecting" in socket && socket.secureConnecting) socket.once("secureConnect", leave);
        else if (socket.connecting) socket.once("connect", leave);
        else leave();
      });
    });
  };
}

/** Where a call goes. */
interface Target {
  readonly href: string;
  readonly host: string;
  readonly send: typeof overHttp;
  readonly options: RequestOptions;
}

/** Methods are called again and again. A cache: an address that is read anew is the same. */
const targets = new Map<string, Target>();
const TARGETS_MAX = 100;

function targetOf(address: string | URL): Target {
  const known = typeof address === "string" ? targets.get(address) : undefined;
  if (known) return known;
  const url = new URL(address);
  const send = url.protocol === "https:" ? overHttps : overHttp;
  const { protocol, hostname, port, path } = urlToHttpOptions(url);
  const target = { href: url.href, host: url.host, send, options: { protocol, hostname, port, path } };
  if (targets.size >= TARGETS_MAX) targets.clear();
  if (typeof address === "string") targets.set(address, target);
  return target;
}

/** As they are sent, name and value in turn: Node asks of fields in this form no more than whether they may be sent, which takes a third less of a call. */
function linesOf(host: string, { method, headers, body }: Request & { readonly body: string }, compressed: boolean): string[] {
  const lines = ["Host", host, "Accept-Encoding", compressed ? "gzip" : "identity"];
  for (const [name, value] of Object.entries(headers ?? {})) lines.push(name, value);
  if (body !== "" || method !== "GET") lines.push("Content-Length", String(Buffer.byteLength(body)));
  return lines;
}

const TIMED_OUT = "no answer came in time";

/**
 * `fetch` asks for the words of a call once its way through the proxy is there, and sends nothing before it has them, its head neither. So that is when the call
 * leaves.
 */
async function throughProxy(
  address: string | URL,
  { body, ...request }: Request & { readonly body: string },
  { timeoutMs, beforeLate }: { readonly timeoutMs: number | undefined; readonly beforeLate: CallSettings["beforeLate"] },
): Promise<Answer> {
  if (!beforeLate || body === "") return fetchWithin(address, body === "" ? request : { ...request, body }, timeoutMs);
  const begunAt = performance.now();
  const ask = AsyncResource.bind(beforeLate);
  const words = new TextEncoder().encode(body);
  let refused: { readonly error: unknown } | undefined;
  const leaving = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      if (performance.now() - begunAt > LEAVES_MS_MAX)
        await ask().catch((error: unknown) => {
          refused = { error };
          throw error;
        });
      controller.enqueue(words);
      controller.close();
    },
  });
  // Without its length it would go in pieces.
  const headers = { ...request.headers, "Content-Length": String(words.byteLength) };
  try {
    return await fetchWithin(address, { ...request, headers, body: leaving, duplex: "half" }, timeoutMs);
  } catch (error) {
    throw refused ? refused.error : error;
  }
}

function fetchWithin(
  url: string | URL,
  request: Omit<Request, "body"> & Pick<RequestInit, "body" | "duplex">,
  timeoutMs: number | undefined,
): Promise<Answer> {
  const late = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
  const signals = [...(request.signal ? [request.signal] : []), ...late];
  return fetch(url, signals.length === 0 ? request : { ...request, signal: AbortSignal.any(signals) });
}

function readWhole(response: IncomingMessage, url: string, came: (answer: Answer) => void, failed: (error: unknown) => void): void {
  const { statusCode: status = 0, headers } = response;
  if (REDIRECTS.has(status)) {
    response.destroy();
    return failed(new Error(`the answer is a redirect (${status}), and Slack's API sends none`));
  }
  const parts: Buffer[] = [];
  let length = 0;
  response.on("data", (part: Buffer) => {
    parts.push(part);
    length += part.length;
    if (length > ANSWER_BYTES_MAX) response.destroy(new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`));
  });
  // A connection that breaks in the middle is an error, too.
  response.on("error", failed);
  response.on("end", () => {
    const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const read = (whole: Buffer) => came(new WholeAnswer(response, url, whole));
    if (headers["content-encoding"] !== "gzip" || length === 0) return read(bytes);
    unzipped(bytes).then(read, failed);
  });
}

/** An answer that was read whole: its words are at hand, and to be had as `fetch` gives them. */
export class WholeAnswer implements Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Answer["headers"];
  readonly words: string;
  readonly #bytes: Buffer;

  constructor(response: Pick<IncomingMessage, "statusCode" | "statusMessage" | "headers">, url: string, bytes: Buffer) {
    const { statusCode = 0, statusMessage = "", headers } = response;
    this.ok = statusCode >= 200 && statusCode < 300;
    this.status = statusCode;
    this.statusText = statusMessage;
    this.url = url;
    this.headers = new Fields(headers);
    this.words = bytes.toString("utf8");
    this.#bytes = bytes;
  }

  async text(): Promise<string> {
    return this.words;
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.words) as unknown;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#bytes).buffer;
  }
}

class Fields {
  readonly #fields: IncomingHttpHeaders;

  constructor(fields: IncomingHttpHeaders) {
    this.#fields = fields;
  }

  get(name: string): string | null {
    return textOf(this.#fields[name.toLowerCase()]) ?? null;
  }

  entries(): Iterable<[string, string]> {
    return Object.entries(this.#fields).map(([name, value]): [string, string] => [name, textOf(value) ?? ""]);
  }
}

const textOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(", ") : value);

async function unzipped(bytes: Buffer): Promise<Buffer> {
  // Here, since it takes as long to load as a whole call.
  const { gunzip } = await import("node:zlib");
  return promisify(gunzip)(bytes, { maxOutputLength: ANSWER_BYTES_MAX });
}
