import { SSEClientTransport, type Transport } from "@modelcontextprotocol/client";
import { Agent } from "undici";
import { type Address, limited, loggedIn, sent } from "./http.ts";

/**
 * A server of the HTTP with SSE transport of 2024-11-05, by the SDK: a GET that stays open gives the address for requests, and all answers. When it
 * ends, so does the connection: the SDK would open it anew, and leave the calls waiting that the old one had.
 */
export function sseTransport({ url, headers, login }: Address): Transport {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const sdk = new SSEClientTransport(new URL(url), { requestInit: { headers: { ...headers } }, fetch: fetchOnce });
  const disconnect = sdk.close.bind(sdk);
  let closing: Promise<void> | undefined;
  const close = async () => {
    await disconnect();
    await agent.destroy();
  };
  return Object.assign(sdk, { close: () => (closing ??= close()) });

  async function fetchOnce(target: string | URL, init: RequestInit = {}): Promise<Response> {
    const response = await loggedIn(login, init.headers, (own) => sent(target, { ...init, headers: own }, agent));
    if (!response.body || (init.method ?? "GET") !== "GET" || !response.ok) return response;
    const { status, statusText } = response;
    const body = ReadableStream.from(limited(response.body, true, () => void sdk.close()));
    return new Response(body, { status, statusText, headers: response.headers });
  }
}
