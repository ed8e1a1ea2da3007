import type { LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { pipeline } from "node:stream";
import { callbackify } from "node:util";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Dispatcher } from "undici";
import { z } from "zod";
import { failed, type Failed, quoted } from "./result.ts";
import { readTarget, type Target } from "./web-address.ts";

/** What a fetch needs of the world. */
export interface WebReach {
  /** The IP addresses of a name; rejects when there is none. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** Whether a connection to this IP address is allowed. */
  readonly mayReach: (ip: string) => boolean;
}

export interface WebLimits {
  readonly redirectsMax: number;
  readonly ports: readonly number[];
  /** The hosts that may be read, see hostRule; all public ones when absent. */
  readonly hosts?: readonly string[] | undefined;
}

export interface Page {
  readonly url: URL;
  readonly status: number;
  /** As the server says it, lower case, without parameters; empty when it says nothing. */
  readonly mediaType: string;
  readonly charset: string | undefined;
  readonly body: Buffer;
  /** There was more than was to be read. */
  readonly isCut: boolean;
  /** How many bytes the server says there are; nothing of what it has packed. */
  readonly bytesTold?: number;
}

/** How many bytes are read of what is of this type, unpacked or not; nothing where it is not wanted at all. */
type Wanted = (mediaType: string) => number | undefined;

/**
 * Gets a page, over redirects. Every address is looked at twice: as text, and, when it is a name, in the very look-up of the connection, so
 * that what was checked is what is connected to. A body is read as far as `wanted` says of its type.
 */
export async function getPage(
  address: string,
  limits: WebLimits,
  reach: WebReach,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Page | Failed> {
  const { Agent, request } = await import("undici"); // Here, so that who reads no page does not load it.
  const agent = new Agent({
    connect: { lookup: checkedLookup(reach), timeout: CONNECT_TIMEOUT_MS },
    allowH2: false,
    maxHeaderSize: HEADER_BYTES_MAX,
  });
  try {
    let target = readTarget(address, limits, reach.mayReach);
    for (let redirects = 0; ; redirects++) {
      if ("refused" in target) return refused(redirects === 0 ? address : "The address it redirects to", target.refused);
      const { url } = target;
      const response = await request(url, { dispatcher: agent, headers: HEADERS, signal });
      response.body.on("error", () => undefined); // Also that of a body nobody reads; a reader is told in its own way.
      const location = [response.headers.location].flat()[0];
      if (!REDIRECTS.has(response.statusCode) || location === undefined) return await read(url, response, wanted);
      response.body.destroy();
      if (redirects >= limits.redirectsMax)
        return failed(
          "too_many_redirects",
          `${shown(address)} redirects more than ${limits.redirectsMax} times. Try the address of the page itself.`,
        );
      target = readTarget(location, limits, reach.mayReach, url);
    }
  } catch (error) {
    return requestFailure(address, error);
  } finally {
    await agent.destroy();
  }
}

const CONNECT_TIMEOUT_MS = 10_000;
const HEADER_BYTES_MAX = 32_768;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const HEADERS = {
  "user-agent": "Parley/0.1 (web_fetch)",
  accept: "text/html, application/json, text/*;q=0.9, application/xml;q=0.9, application/pdf;q=0.9, */*;q=0.1",
  "accept-encoding": "gzip, br, deflate",
};

class RefusedAddress extends Error {}

/** A look-up for the connection itself: it goes to an address that was checked, whatever the name stands for a moment later. */
export function checkedLookup(reach: WebReach): LookupFunction {
  const lookUp = callbackify((host: string) => checkedAddresses(host, reach));
  return (host, options, callback) =>
    lookUp(host, (error, addresses) => {
      const first = addresses?.[0];
      if (error || !first) callback(error, "");
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
}

/** Never none; one bad address among those of a name is enough to refuse it. */
async function checkedAddresses(host: string, { resolve, mayReach }: WebReach): Promise<LookupAddress[]> {
  const ips = await resolve(host);
  if (ips.length === 0) throw Object.assign(new Error("no address"), { code: "ENOTFOUND" });
  if (!ips.every(mayReach)) throw new RefusedAddress();
  return ips.map((address) => ({ address, family: isIP(address) }));
}

async function read(url: URL, response: Dispatcher.ResponseData, wanted: Wanted): Promise<Page | Failed> {
  const type = String(response.headers["content-type"] ?? "");
  const mediaType = (type.split(";")[0] ?? "").trim().toLowerCase();
  const charset = /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(type)?.[1];
  const bytesMax = wanted(mediaType);
  if (bytesMax === undefined) {
    response.body.destroy();
    return failed(
      "unsupported_content",
      `${shown(url.href)} is ${quoted(mediaType, 100)}, not text or a document. Look for a page that says the same in text.`,
    );
  }
  const { body, isCut } = await readBody(response, bytesMax);
  const told = "content-encoding" in response.headers ? NaN : Number(response.headers["content-length"] ?? NaN);
  const bytesTold = Number.isSafeInteger(told) && told >= body.length ? { bytesTold: told } : {};
  return { url, status: response.statusCode, mediaType, charset, body, isCut, ...bytesTold };
}

/** Reads no more than `bytesMax`, packed or unpacked: a small file can unpack to a thousand times its size. */
async function readBody({ body, headers }: Dispatcher.ResponseData, bytesMax: number): Promise<{ body: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of unpacked(body, String(headers["content-encoding"] ?? ""), bytesMax)) {
    chunks.push(chunk.subarray(0, bytesMax - read));
    read += chunk.length;
    if (read > bytesMax) break;
  }
  body.destroy();
  return { body: Buffer.concat(chunks), isCut: read > bytesMax };
}

function unpacked(body: Dispatcher.ResponseData["body"], encoding: string, bytesMax: number): AsyncIterable<Buffer> {
  const unpacker = unpackerOf(encoding.trim().toLowerCase());
  if (!unpacker) return body;
  async function* counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > bytesMax) return; // An archive of nothing, without an end.
      yield chunk;
    }
  }
  return pipeline(body, counted, unpacker, () => undefined); // What goes wrong is thrown to the reader.
}

function unpackerOf(encoding: string) {
  switch (encoding) {
    case "":
    case "identity":
      return undefined;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw new UnknownEncoding();
  }
}

class UnknownEncoding extends Error {}

const refused = (what: string, why: Extract<Target, { refused: string }>["refused"]): Failed =>
  failed("refused_address", `${shown(what)} is refused: ${why}. Give the address of a public web page.`);

function requestFailure(address: string, error: unknown): Failed {
  if (error instanceof RefusedAddress) return refused(address, "it is not on the public internet");
  const code = Coded.safeParse(error).data?.code ?? "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "ENODATA")
    return failed("unavailable", `${shown(address)}: there is no host of this name. Check the address.`);
  if (error instanceof UnknownEncoding || code.startsWith("Z_") || code.startsWith("ERR_") || code === "HPE_HEADER_OVERFLOW")
    return failed("bad_answer", `${shown(address)} sent what cannot be read (${code || "an unknown encoding"}). Try another page.`);
  return failed("unavailable", `${shown(address)} could not be fetched${code ? ` (${code})` : ""}. Try again later, or another page.`);
}

const Coded = z.object({ code: z.string().regex(/^[A-Z][A-Z0-9_]{1,60}$/) });

/** Without what may be a password. */
const shown = (address: string): string => quoted(address.replace(/\/\/[^/?#]*@/, "//…@"), 300);
