import { randomUUID } from "node:crypto";
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
  type McpServerFactory,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import { openDoor, type Door, type DoorSettings } from "../door.ts";

/** Where MCP is spoken, behind the door's address. */
const PATH = "mcp";
/** Clients of protocols before 2026-07-28, which have a session each; later ones have none. */
export const SESSIONS_MAX = 100;
const SESSION_IDLE_MS_MAX = 1_800_000;

export interface McpOverHttp extends DoorSettings {
  readonly servers: McpServerFactory;
  readonly clock: Pick<Clock, "now">;
  readonly log: (problem: string) => void;
}

/** Serves MCP over streamable HTTP until `close()`. Rejects where the address is taken. */
export async function serveMcpOverHttp({ servers, clock, log, ...settings }: McpOverHttp): Promise<Door> {
  const told = (error: Error): void => log(`A request for MCP could not be served: ${error.message}`);
  const handler = createMcpHandler(servers, { legacy: "reject", onerror: told });
  const sessions = createSessions(servers, clock);
  const door = await openDoor(settings, (app) => {
    app.all(`/${PATH}`, async ({ req }) => ((await isLegacyRequest(req.raw)) ? sessions.fetch(req.raw) : handler.fetch(req.raw)));
  });
  return {
    url: `${door.url}${PATH}`,
    async close() {
      await sessions.close();
      await handler.close();
      await door.close();
    },
  };
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  usedAtMs: number;
  /** Requests that are not answered whole. */
  open: number;
}

/** What is idle for too long is ended when the next one comes, and what was used longest ago where there is no room. */
function createSessions(servers: McpServerFactory, clock: Pick<Clock, "now">) {
  const sessions = new Map<string, Session>();

  async function makeRoom(): Promise<boolean> {
    const idle = [...sessions].filter(([, { open }]) => open === 0).toSorted(([, one], [, other]) => one.usedAtMs - other.usedAtMs);
    const old = idle.filter(([, { usedAtMs }]) => usedAtMs + SESSION_IDLE_MS_MAX <= clock.now());
    const gone = sessions.size - old.length < SESSIONS_MAX ? old : idle.slice(0, Math.max(old.length, 1));
    for (const [id, { transport }] of gone) {
      sessions.delete(id);
      await transport.close();
    }
    return sessions.size < SESSIONS_MAX;
  }

  async function begin(request: Request): Promise<Response> {
    if (!(await makeRoom())) return refusal(503, -32_000, `${SESSIONS_MAX} sessions are at work here. Try again later.`);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { transport, usedAtMs: clock.now(), open: 0 }),
    });
    transport.onclose = () => void sessions.delete(transport.sessionId ?? "");
    const server = await servers({ era: "legacy", requestInfo: request });
    await server.connect(transport);
    const response = await transport.handleRequest(request);
    // What did not begin a session keeps nothing.
    if (transport.sessionId === undefined) await transport.close();
    return response;
  }

  return {
    async fetch(request: Request): Promise<Response> {
      const id = request.headers.get("mcp-session-id");
      if (id === null) return begin(request);
      const session = sessions.get(id);
      if (!session) return refusal(404, -32_001, "There is no such session; begin a new one.");
      session.usedAtMs = clock.now();
      // The stream that a client listens on is no work.
      if (request.method !== "POST") return session.transport.handleRequest(request);
      const asked = idsIn(
        await request
          .clone()
          .json()
          .catch(() => undefined),
      );
      const response = await session.transport.handleRequest(request);
      return untilRead(response, session, { clock, left: () => cancel(session, asked) });
    },
    async close(): Promise<void> {
      for (const { transport } of sessions.values()) await transport.close();
    },
  };
}

const Asked = z.object({ id: z.union([z.string(), z.number()]), method: z.string() });

/** What a body asks, by its ids. */
const idsIn = (body: unknown): readonly (string | number)[] =>
  (Array.isArray(body) ? body : [body]).flatMap((message) => Asked.safeParse(message).data?.id ?? []);

/** No answer can be fetched later: whoever has gone from one is worked for no longer. */
function cancel({ transport }: Session, ids: readonly (string | number)[]): void {
  for (const requestId of ids)
    transport.onmessage?.({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId, reason: "the connection has ended" } });
}

/** Counts an answer until it is read, or nobody reads it any more, which `left` is told. */
function untilRead(
  response: Response,
  session: Session,
  { clock, left }: { readonly clock: Pick<Clock, "now">; readonly left: () => void },
): Response {
  if (!response.body) return response;
  session.open++;
  const reader = response.body.getReader();
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    session.open--;
    session.usedAtMs = clock.now();
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        over();
        controller.close();
      } catch (error) {
        over();
        controller.error(error);
      }
    },
    async cancel(reason) {
      over();
      left();
      await reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
}

const refusal = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
