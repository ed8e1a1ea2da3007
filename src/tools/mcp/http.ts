import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import { Agent, fetch as undiciFetch, type RequestInit as UndiciRequestInit } from "undici";
import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import { KEY_HEADER, KEY_META } from "../call-key.ts";
import type { OwnLogin } from "../login/logins.ts";
import { MESSAGE_BYTES_MAX } from "./stdio.ts";
import { isJson, jsonIn, messagesIn } from "./wire.ts";

export interface Address {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  /** Of the person, or whoever it is, for whom the server is spoken to. */
  readonly login?: Pick<OwnLogin, "token" | "insteadOf"> | undefined;
}

/** The code of the answer that is put in for one that will not come any more: the connection ended in the middle of it. */
export const CUT_CODE = -32_097;

const STREAM_INTERVAL_MS_MIN = 1_000; // The server names the wait before a stream is opened again; it may say none.
const GOODBYE_TIMEOUT_MS = 2_000;

/**
 * A server behind streamable HTTP: the SDK's transport over a fetch that adds what it lacks. An answer has a greatest size; a call whose
 * connection ends without an answer fails at once, where the SDK would leave it waiting; a cancelled call lets go of its connection.
 */
export function httpTransport({ url, headers, login }: Address, clock: Clock): Transport {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 }); // A call has its time limit; the stream for notifications has none.
  const open = new Map<string | number, AbortController>();
  let streamAllowedAtMs = 0;

  const sdk = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { ...headers } }, fetch: limitedFetch });
  sdk.onmessage = (message) => {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) open.delete(message.id ?? "");
  };
  const disconnect = sdk.close.bind(sdk);
  let closing: Promise<void> | undefined;
  return Object.assign(sdk, { close: () => (closing ??= close()) });

  async function limitedFetch(target: string | URL, init: RequestInit = {}): Promise<Response> {
    if ((init.method ?? "GET") === "GET") await streamAllowed(init.signal);
    const sending = sentIn(init.body);
    const { id, cancels, key } = sending;
    const headers = new Headers(init.headers);
    if (key !== undefined) headers.set(KEY_HEADER, key);
    const abandoned = new AbortController();
    if (id !== undefined) open.set(id, abandoned);
    const signal = init.signal ? AbortSignal.any([init.signal, abandoned.signal]) : abandoned.signal;
    const response = await fetchOnce(target, { ...init, headers, signal }, id);
    if (cancels !== undefined) open.get(cancels)?.abort();
    if (!response.ok) {
      if (id !== undefined) open.delete(id);
      return await notTaken(response, sending);
    }
    if (!response.body) return response;
    const { status, statusText } = response;
    const body = ReadableStream.from(
      limited(response.body, isEventStream(response), (resumable) => (id === undefined || resumable ? undefined : fail(id))),
    );
    const answer = new Response(body, { status, statusText, headers: response.headers });
    if (isEventStream(response)) return answer;
    // Defined, and not assigned: a library for servers that is loaded in the same process (@hono/node-server) puts a Response of its own in the global one's place, whose `json` cannot be written.
    return Object.defineProperty(answer, "json", { value: async () => messagesOf(await answer.text(), id) });
  }

  async function fetchOnce(target: string | URL, init: RequestInit, id: string | number | undefined): Promise<Response> {
    try {
      return await loggedIn(login, init.headers, (own) => sent(target, { ...init, headers: own }, agent));
    } catch (error) {
      if (id !== undefined) open.delete(id);
      throw error;
    }
  }

  async function streamAllowed(signal: AbortSignal | null | undefined): Promise<void> {
    const waitMs = streamAllowedAtMs - clock.now();
    streamAllowedAtMs = Math.max(clock.now(), streamAllowedAtMs) + STREAM_INTERVAL_MS_MIN;
    if (waitMs > 0) await clock.sleep(waitMs, signal ?? undefined);
  }

  /** The last event of a stream is still on its way through the SDK when the stream ends. */
  function fail(id: string | number): void {
    setImmediate(() => {
      if (!open.delete(id)) return;
      sdk.onmessage?.({ jsonrpc: "2.0", id, error: { code: CUT_CODE, message: "the connection ended before the answer" } });
    });
  }

  /** Says goodbye, so that the server need not keep the session, and lets go of every connection. */
  async function close(): Promise<void> {
    const waited = new AbortController();
    const goodbye = sdk.terminateSession().catch(() => undefined); // The server may be gone already.
    await Promise.race([goodbye, clock.sleep(GOODBYE_TIMEOUT_MS, waited.signal)]);
    waited.abort();
    await disconnect();
    await agent.destroy();
  }
}

/** Of one kind at run time; the types of the two copies of undici differ. */
export const sent = async (target: string | URL, init: RequestInit, agent: Agent): Promise<Response> =>
  (await undiciFetch(target, { ...init, dispatcher: agent } as UndiciRequestInit)) as unknown as Response;

/** The login that goes with a request may do less than what it asks for (RFC 6750, 3.1): the server is fine. `scopes`: what it wants. */
export class ScopeWanted extends Error {
  override readonly name = "ScopeWanted";
  readonly scopes: string;

  constructor(scopes: string) {
    super(`the login does not allow it; it wants ${scopes}`);
    this.scopes = scopes;
  }
}

async function allowed(response: Response): Promise<Response> {
  const challenge = response.status === 403 ? (response.headers.get("www-authenticate") ?? "") : "";
  if (!/error="?insufficient_scope/i.test(challenge)) return response;
  // Nobody reads it, and its connection is free for others.
  await response.body?.cancel();
  throw new ScopeWanted(/scope="([^"]{1,500})"/i.exec(challenge.replace(/error="?insufficient_scope"?/i, ""))?.[1] ?? "more");
}

/** With the login's token, and once more with a new one where that is refused. */
export async function loggedIn(
  login: Address["login"],
  given: RequestInit["headers"],
  send: (headers: Headers) => Promise<Response>,
): Promise<Response> {
  const headers = new Headers(given);
  const token = await login?.token();
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const response = await send(headers);
  if (response.status !== 401 || token === undefined) return allowed(response);
  const next = await login?.insteadOf(token);
  if (next === undefined) return response;
  await response.body?.cancel();
  headers.set("authorization", `Bearer ${next}`);
  return allowed(await send(headers));
}

/**
 * What the SDK makes an error of, or follows to another address. Some servers say by such a status as well that what a request asks for cannot be done: it is
 * answered, and its session is as good as it was. One that knows no notifications is none the worse for it.
 */
async function notTaken(response: Response, { id, method }: Sent): Promise<Response> {
  const { status, statusText, headers } = response;
  const text = await new Response(response.body && ReadableStream.from(limited(response.body, false, () => undefined))).text();
  const asItCame = () => new Response(text, { status, statusText, headers });
  if (status < 400 || status === 401 || status === 403 || method === undefined) return asItCame();
  if (status === 429) throw new TooOften(headers.get("retry-after"));
  if (id === undefined) return new Response(null, { status: 202 });
  const answer = GREETINGS.includes(method) ? undefined : messagesIn(jsonIn(text)).find((one) => isJson(one) && one["id"] === id && isJson(one["error"])); // prettier-ignore
  // A session that it does not know any more is made anew.
  if (!answer || ([400, 404].includes(status) && /\bsession\b/i.test(JSON.stringify(answer)))) return asItCame();
  return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
}

/** In which a refusal is what tells the protocols apart. */
const GREETINGS: readonly string[] = ["initialize", "server/discover"];

/** A server that bears no more calls for a while: it is fine. */
export class TooOften extends Error {
  override readonly name = "TooOften";
  /** As it says; nothing where it does not. */
  readonly seconds: number | undefined;

  constructor(retryAfter: string | null) {
    super("it is asked too often");
    this.seconds = /^\d{1,6}$/.test(retryAfter ?? "") ? Number(retryAfter) : undefined;
  }
}

/**
 * What answers the request of this id; a refusal that names none is of this one, too.
 * @throws SyntaxError for what is no JSON.
 */
function messagesOf(text: string, id: Sent["id"]): readonly unknown[] {
  const value = jsonIn(text);
  if (value === undefined) throw new SyntaxError("it is no JSON");
  return messagesIn(value).map((one) => (isJson(one) && "error" in one && one["id"] === undefined ? { ...one, id } : one));
}

const isEventStream = ({ headers }: Response): boolean => /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");

/** Passes on what comes, up to a size, of events (`isStream`) up to a size of each, and tells when it has ended; `resumable`: the server numbers its events, and the SDK asks for the rest. */
export async function* limited(
  body: AsyncIterable<Uint8Array>,
  isStream: boolean,
  ended: (resumable: boolean) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  let resumable = false;
  let last: number | undefined;
  try {
    for await (const chunk of body) {
      // An event ends with an empty line; a stream may have as many of them as it likes.
      const text = Buffer.from(chunk).toString("latin1");
      const end = Math.max(text.lastIndexOf("\n\n"), text.lastIndexOf("\r\n\r\n"));
      bytes = end < 0 || !isStream ? bytes + chunk.length : chunk.length - end;
      if (bytes > MESSAGE_BYTES_MAX) throw new Error(`the answer is larger than ${MESSAGE_BYTES_MAX} bytes`);
      resumable ||= /^id:/m.test(text);
      last = chunk.at(-1) ?? last;
      yield chunk;
    }
    // The last event may lack the empty line that ends it. Half of one is not to be taken for heard, where the rest can be asked for.
    if (isStream && !(resumable && last !== LINE_FEED)) yield EVENT_END;
  } finally {
    ended(resumable);
  }
}

const EVENT_END = Buffer.from("\n\n");
const LINE_FEED = 0x0a;

const Request = z.object({
  method: z.string(),
  id: z.union([z.string(), z.number()]).optional(),
  params: z
    .object({
      requestId: z.union([z.string(), z.number()]).optional(),
      _meta: z.object({ [KEY_META]: z.string().optional() }).optional(),
    })
    .optional(),
});

interface Sent {
  readonly id?: string | number | undefined;
  readonly method?: string | undefined;
  readonly cancels?: string | number | undefined;
  readonly key?: string | undefined;
}

/** The request in a body, the one that it cancels, and the key of the call in it. */
function sentIn(body: unknown): Sent {
  if (typeof body !== "string") return {};
  const { data } = Request.safeParse(JSON.parse(body));
  return {
    id: data?.id,
    method: data?.method,
    cancels: data?.method === "notifications/cancelled" ? data.params?.requestId : undefined,
    key: data?.params?._meta?.[KEY_META],
  };
}
