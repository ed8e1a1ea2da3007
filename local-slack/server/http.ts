import type { IncomingMessage, ServerResponse } from "node:http";
import type { Json } from "../state/state.ts";

/** The whole body, or `undefined` when it is longer than `maxBytes`; the rest of it is thrown away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : undefined;
}

export function sendJson(response: ServerResponse, status: number, body: Json, headers: { readonly [name: string]: string } = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(text);
}

export function refuseRequest(response: ServerResponse, status: number, error: string): void {
  sendJson(response, status, { ok: false, error });
}

/** A JSON body as an object, or `undefined`. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<Json | undefined> {
  if (!(request.headers["content-type"] ?? "").startsWith("application/json")) return undefined;
  const body = await readBody(request, maxBytes);
  try {
    const parsed: unknown = JSON.parse(body?.toString("utf8") ?? "");
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as Json) : undefined;
  } catch {
    return undefined;
  }
}
