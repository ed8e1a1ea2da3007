import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { IDLE_STAYS } from "../idle-connections.ts";

export interface EngineCall {
  readonly method: string;
  /** Without the version of the API. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** What an engine answers to one call: a status and JSON, or a stream that is written by hand. */
export type EngineAnswer = { readonly status: number; readonly json?: unknown } | ((response: ServerResponse) => void);

/** A server that speaks as much of the engine's API as a test needs; what it has no answer for is 404, as for a thing that is not there. */
export async function fakeEngine(
  answer: (call: EngineCall) => EngineAnswer | undefined,
): Promise<{ readonly host: string; readonly calls: readonly EngineCall[] }> {
  const calls: EngineCall[] = [];
  const server = createServer(IDLE_STAYS, (request, response) => void respond(request, response));

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://engine");
    const body = Buffer.concat((await Array.fromAsync(request)) as Buffer[]);
    const call = { method: request.method ?? "", path: url.pathname.replace(/^\/v[\d.]+/, ""), query: url.searchParams, body };
    calls.push(call);
    const answered = answer(call) ?? { status: 404, json: { message: "no such thing" } };
    if (typeof answered === "function") return answered(response);
    response.writeHead(answered.status, { "content-type": "application/json" });
    response.end(answered.json === undefined ? undefined : JSON.stringify(answered.json));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}
