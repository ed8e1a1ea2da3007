import { createHmac, randomUUID } from "node:crypto";
import { Agent, createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { postLimiter, type PostLimits } from "./post-limits.ts";

/** A Slack that answers at once, so that what is measured is the bot's own time: Socket Mode, signed requests, and the Web API. */
export interface InstantSlack {
  readonly apiUrl: string;
  /** Sends a mention; resolves with the ms until its ack, or nothing when it was refused or its connection broke. */
  mention(mention: Mention): Promise<number | undefined>;
  /** Where mentions go from now on; over sockets when absent. */
  sendTo(url: string | undefined): void;
  /** From now on; until then posts have no limits. */
  limit(limits: PostLimits): void;
  /** Resolves when a bot is connected over a socket. */
  connected(): Promise<void>;
  /** When the first message with these words was posted in a channel, in `performance.now()`; rejects after a while. */
  posted(channel: string, words: string, withinMs: number): Promise<number>;
  close(): Promise<void>;
}

export interface InstantSlackOptions {
  /** Told each call that was let through. */
  readonly onCall?: (call: WebCall) => void;
}

export interface WebCall {
  readonly method: string;
  /** Of the channel that it is about; empty when about none. */
  readonly channel: string;
  /** The whole request. */
  readonly text: string;
  /** In `performance.now()`. */
  readonly at: number;
}

export interface Mention {
  readonly channel: string;
  readonly user: string;
  readonly ts: string;
  readonly text: string;
  /** Of the thread that it goes on with; opens one when absent. */
  readonly thread?: string;
  /** The workspace; {@link TEAM} when absent. */
  readonly team?: string;
}

export const SIGNING_SECRET = "0123456789abcdef0123456789abcdef";
const BOT = "U0PARLEY";
const TEAM = "T0BENCH";
/** Of a bot in a workspace of its own. */
export const tokenOf = (team: string): string => `xoxb-${team}`;
const KEPT_CONNECTIONS_MS = 60_000;

export async function openInstantSlack({ onCall }: InstantSlackOptions = {}): Promise<InstantSlack> {
  const posts: { readonly channel: string; readonly text: string; readonly at: number }[] = [];
  const sockets = new Set<WebSocket>();
  const acks = new Map<string, () => void>();
  const agent = new Agent({ keepAlive: true });
  let url: string | undefined;
  let turn = 0;
  let waitSeconds: (channel: string) => number = () => 0;

  const server = createServer((incoming, response) => {
    void bodyOf(incoming).then((text) => {
      const method = incoming.url?.split("?")[0]?.split("/").at(-1) ?? "";
      const args = incoming.headers["content-type"]?.includes("json")
        ? (JSON.parse(text || "{}") as Record<string, string>)
        : Object.fromEntries(new URLSearchParams(text));
      const channel = String(args["channel"] ?? args["channel_id"] ?? "");
      const isPost = method === "chat.postMessage";
      const retryAfter = isPost ? waitSeconds(channel) : 0;
      if (retryAfter > 0) {
        const refused = { "content-type": "application/json", "retry-after": String(retryAfter) };
        return void response.writeHead(429, refused).end(JSON.stringify({ ok: false, error: "ratelimited" }));
      }
      if (isPost) posts.push({ channel, text: JSON.stringify(args), at: performance.now() });
      onCall?.({ method, channel, text, at: performance.now() });
      const team = /\bxoxb-(T\w+)/.exec(args["token"] ?? incoming.headers.authorization ?? "")?.[1] ?? TEAM;
      const answer = { ok: true, ...(ANSWERS[method]?.(args, team) ?? { ts: nextTs(), channel: args["channel"] }) };
      const { port } = server.address() as AddressInfo;
      const opened = method === "apps.connections.open" ? { ...answer, url: `ws://127.0.0.1:${port}/link` } : answer;
      response.writeHead(200, { "content-type": "application/json", "x-oauth-scopes": SCOPES }).end(JSON.stringify(opened));
    });
  });
  server.keepAliveTimeout = KEPT_CONNECTIONS_MS;
  const ears = new WebSocketServer({ server });
  ears.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("message", (data: Buffer) => {
      const { envelope_id: id = "" } = JSON.parse(data.toString()) as { envelope_id?: string };
      acks.get(id)?.();
      acks.delete(id);
    });
    socket.send(JSON.stringify({ type: "hello", num_connections: sockets.size, connection_info: { app_id: "A0BENCH" } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  function overSocket(payload: object): Promise<number | undefined> {
    const socket = [...sockets][turn++ % Math.max(1, sockets.size)];
    if (!socket) return Promise.resolve(undefined);
    const id = randomUUID();
    const sentAt = performance.now();
    return new Promise((resolve) => {
      acks.set(id, () => resolve(performance.now() - sentAt));
      socket.send(JSON.stringify({ envelope_id: id, type: "events_api", accepts_response_payload: false, payload }));
    });
  }

  function overHttp(payload: object, to: string): Promise<number | undefined> {
    const body = JSON.stringify(payload);
    const at = String(Math.floor(Date.now() / 1_000));
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-slack-request-timestamp": at,
      "x-slack-signature": `v0=${createHmac("sha256", SIGNING_SECRET).update(`v0:${at}:${body}`).digest("hex")}`,
    };
    const sentAt = performance.now();
    return new Promise((resolve) => {
      const call = request(to, { method: "POST", agent, headers }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode === 200 ? performance.now() - sentAt : undefined));
      });
      call.on("error", () => resolve(undefined)).end(body);
    });
  }

  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    mention: (mention) => (url === undefined ? overSocket(payloadOf(mention)) : overHttp(payloadOf(mention), url)),
    sendTo: (to) => (url = to),
    limit: (limits) => (waitSeconds = postLimiter(limits)),
    async connected() {
      while (sockets.size === 0) await soon();
    },
    async posted(channel, words, withinMs) {
      const until = performance.now() + withinMs;
      for (;;) {
        const found = posts.find((post) => post.channel === channel && post.text.includes(words));
        if (found) return found.at;
        if (performance.now() > until) throw new Error(`nothing with "${words}" was posted in ${channel} within ${withinMs} ms`);
        await soon();
      }
    },
    async close() {
      agent.destroy();
      for (const socket of sockets) socket.terminate();
      ears.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

export async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

let lastTs = 0;
const nextTs = () => `1767700000.${String(++lastTs).padStart(6, "0")}`;
let lastEvent = 0;

const payloadOf = ({ channel, user, ts, text, thread, team = TEAM }: Mention) => ({
  type: "event_callback",
  team_id: team,
  api_app_id: "A0BENCH",
  event_id: `Ev${++lastEvent}`,
  event_time: Number(ts.split(".")[0]),
  authorizations: [{ team_id: team, enterprise_id: null, user_id: BOT, is_bot: true, is_enterprise_install: false }],
  event: {
    type: "app_mention",
    user,
    text: `<@${BOT}> ${text}`,
    ts,
    event_ts: ts,
    channel,
    channel_type: "channel",
    team,
    ...(thread ? { thread_ts: thread } : {}),
  },
});

const SCOPES =
  "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,chat:write.customize,commands,files:read,files:write,reactions:write,users:read";

const ANSWERS: { readonly [method: string]: (args: Record<string, string>, team: string) => object } = {
  "auth.test": (_args, team) => ({
    team_id: team,
    user_id: BOT,
    bot_id: "B0PARLEY",
    url: "http://127.0.0.1/",
    team: "bench",
    user: "parley",
  }),
  "users.info": ({ user }, team) => ({ user: { id: user, name: "somebody", real_name: "Somebody", team_id: team, profile: {} } }),
  "bots.info": () => ({ bot: { id: "B0PARLEY", app_id: "A0BENCH", user_id: BOT, name: "parley" } }),
  "conversations.replies": () => ({ messages: [], has_more: false }),
  "conversations.history": () => ({ messages: [], has_more: false }),
  "conversations.info": ({ channel }) => ({ channel: { id: channel, name: "bench", is_channel: true, is_member: true } }),
  "conversations.members": () => ({ members: [BOT] }),
  "users.conversations": () => ({ channels: [] }),
};
