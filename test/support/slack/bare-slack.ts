import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { IDLE_STAYS } from "../idle-connections.ts";

/**
 * The least that can be called a Slack: who am I, a socket, and posting. It knows nothing of `local-slack`, so that Parley is tried
 * against a server that was not written beside it.
 */
export interface BareSlack {
  readonly apiUrl: string;
  /** What was posted, in order. */
  readonly posts: readonly Post[];
  /** Every method that was called, the unknown ones too. */
  readonly called: readonly string[];
  /** Sends one app_mention over one of the sockets; its ts. */
  mention(text: string): string;
  /** Resolves when it is so; looked at after every call. */
  until(done: () => boolean): Promise<void>;
}

export interface Post {
  readonly ts: string;
  readonly channel: string;
  readonly thread_ts?: string;
  readonly username?: string;
  readonly text: string;
  readonly blocks: readonly { readonly type: string; readonly text?: unknown; readonly elements?: unknown }[];
}

export interface BareSlackOptions {
  /** How the methods that it does not have are answered: as Slack does, as a web server does, or with nonsense. */
  readonly unknown: "unknown_method" | "http 404" | "html";
}

const BOT = { team_id: "T1", user_id: "U1BOT", bot_id: "B1BOT" };

export async function openBareSlack({ unknown }: BareSlackOptions): Promise<BareSlack> {
  const posts: Post[] = [];
  const called: string[] = [];
  const watchers = new Set<() => void>();
  const sockets = new Set<WebSocket>();
  const server = createServer(IDLE_STAYS, (request, response) => {
    const method = new URL(request.url ?? "/", "http://localhost").pathname.replace("/api/", "");
    called.push(method);
    void bodyOf(request).then((body) => {
      respond(method, body, response);
      for (const look of watchers) look();
    });
  });
  const upgrades = new WebSocketServer({ server, path: "/socket" });
  upgrades.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.send(JSON.stringify({ type: "hello", num_connections: sockets.size, connection_info: { app_id: "A1" } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    for (const socket of sockets) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function respond(method: string, body: URLSearchParams, response: ServerResponse): void {
    switch (method) {
      case "auth.test":
        return json(response, { ok: true, ...BOT, url: "http://localhost/", team: "Bare", user: "parley" });
      case "apps.connections.open":
        return json(response, { ok: true, url: `ws://127.0.0.1:${port}/socket` });
      case "chat.postMessage": {
        const { channel, thread_ts, username, text = "", blocks = "[]" } = Object.fromEntries(body) as { [name: string]: string };
        const ts = `1800000000.${String(posts.length + 1).padStart(6, "0")}`;
        posts.push({
          ts,
          channel: channel ?? "",
          text,
          blocks: JSON.parse(blocks) as Post["blocks"],
          ...(thread_ts ? { thread_ts } : {}),
          ...(username ? { username } : {}),
        });
        return json(response, { ok: true, channel, ts });
      }
      default:
        if (unknown === "unknown_method") return json(response, { ok: false, error: "unknown_method" });
        response.writeHead(unknown === "html" ? 200 : 404, { "content-type": "text/html" });
        response.end("<!doctype html><title>Nothing here</title>");
    }
  }

  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    posts,
    called,
    mention(text) {
      const ts = "1700000000.000100";
      const event = { type: "app_mention", user: "U1PERSON", text: `<@${BOT.user_id}> ${text}`, ts, channel: "C1", event_ts: ts };
      const payload = { type: "event_callback", team_id: BOT.team_id, api_app_id: "A1", event, event_id: "Ev1", event_time: 1_700_000_000 };
      const [socket] = sockets;
      socket?.send(
        JSON.stringify({
          type: "events_api",
          envelope_id: "e1",
          payload,
          accepts_response_payload: false,
          retry_attempt: 0,
          retry_reason: "",
        }),
      );
      return ts;
    },
    until: (done) =>
      new Promise((resolve) => {
        const look = () => {
          if (!done()) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return new URLSearchParams(Buffer.concat(parts).toString());
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
