import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Agent, fetch as undiciFetch, type RequestInit as UndiciRequestInit } from "undici";
import type { Clock } from "../../engine/clock.ts";
import { within } from "../deadline.ts";
import { isPublicAddress } from "../web-address.ts";
import { checkedLookup } from "../web-request.ts";

/** A person waits for the page. */
const ANSWER_TIMEOUT_MS = 30_000;
const ANSWER_BYTES_MAX = 1_000_000;

export type LoginFetch = (target: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * A fetch for what a server's logins are given by, which the server names: a server on the public net cannot name an address inside of ours. One that is
 * inside may. An answer has a greatest size and a time. Metadata, which is asked for with nothing secret, may lie elsewhere, each step of the way held to the same;
 * of anything else a redirect is an error, as no tokens are given by one.
 */
export async function loginFetch(serverUrl: string, { clock }: { readonly clock: Clock }): Promise<LoginFetch> {
  const isInside = await isPrivate(new URL(serverUrl).hostname);
  return (target, init = {}) => asked(new URL(target), init, REDIRECTS_MAX);

  async function asked(url: URL, init: RequestInit, redirectsMax: number): Promise<Response> {
    const mayGoOn = (init.method ?? "GET") === "GET" && !new Headers(init.headers).has("authorization");
    if (!isInside && (url.protocol !== "https:" || (isIP(bare(url.hostname)) !== 0 && !isPublicAddress(bare(url.hostname)))))
      throw new Error(`${url.origin} is no address on the public net with https`);
    const agent = new Agent(isInside ? {} : { connect: { lookup: checkedLookup({ resolve, mayReach: isPublicAddress }) } });
    try {
      const outcome = await within({ timeoutMs: ANSWER_TIMEOUT_MS, clock }, init.signal ?? new AbortController().signal, async (signal) => {
        const response = await undiciFetch(url, {
          ...init,
          signal,
          redirect: mayGoOn ? "manual" : "error",
          dispatcher: agent,
        } as UndiciRequestInit);
        return { response, body: await textOf(response.body) };
      });
      if (outcome.kind === "threw") throw outcome.error;
      if (outcome.kind !== "done") throw new Error(`${url.origin} did not answer within ${ANSWER_TIMEOUT_MS / 1000} s`);
      const { response, body } = outcome.value;
      const next = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
      if (next !== null && redirectsMax === 0) throw new Error(`${url.origin} redirects more than ${REDIRECTS_MAX} times`);
      if (next !== null) return await asked(new URL(next, url), init, redirectsMax - 1);
      const headers = [...response.headers].filter(([name]) => !BODY_HEADERS.has(name));
      return new Response(NO_BODY.has(response.status) ? null : body, { status: response.status, headers });
    } finally {
      await agent.destroy();
    }
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const REDIRECTS_MAX = 3;

const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
/** They were of the body as it was sent. */
const BODY_HEADERS: ReadonlySet<string> = new Set(["content-encoding", "content-length", "transfer-encoding"]);

async function textOf(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const resolve = async (host: string): Promise<readonly string[]> => (await lookup(host, { all: true })).map(({ address }) => address);

/** Whether a name leads into our own net; one that leads nowhere is taken for one outside. */
async function isPrivate(hostname: string): Promise<boolean> {
  const host = bare(hostname);
  if (isIP(host) !== 0) return !isPublicAddress(host);
  const found = await resolve(host).catch(() => []);
  return found.length > 0 && found.every((address) => !isPublicAddress(address));
}

const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");
