import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { parseArgs, textArg } from "../api/args.ts";
import { isRefusal } from "../refusal.ts";
import { controlRoute } from "./control-routes.ts";
import { downloadRoute, uploadRoute } from "./file-routes.ts";
import { readBody, refuseRequest, sendJson } from "./http.ts";
import { BODY_BYTES_MAX, HELD_ANSWERS_MAX, SOCKET_MESSAGE_BYTES_MAX } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { openIdMethod, openIdRoute } from "./open-id-routes.ts";
import { createPage, type Page } from "./page-routes.ts";
import { responseUrlRoute } from "../socket/response-urls.ts";
import { callMethod } from "../api/web-api.ts";
import type { Control } from "../contract.ts";

/** A workspace and what can be done to it. */
interface Seat {
  readonly local: Local;
  readonly control: Control;
}

/**
 * Opens the workspace on loopback and answers until `close()`. Sets `local.baseUrl`. `others` are workspaces at the same address, each under
 * `/w/TEAM`, without a page; which one an API call is for is said by its token.
 */
export async function startServer(
  local: Local,
  control: Control,
  port: number,
  others: readonly Seat[] = [],
): Promise<{ close(): Promise<void> }> {
  const page = await createPage(local);
  // Calls that a fault leaves without an answer, until the caller gives up or the server closes.
  const held = new Set<ServerResponse>();
  // An idle connection stays: on a loaded machine a client may send its next request just when Node would close it, after 5 s.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    route({ local, control, page, held, others }, request, response).catch((error: unknown) => {
      console.error("The local Slack could not answer", request.method, request.url, error);
      if (!response.headersSent) refuseRequest(response, 500, "the local Slack failed; its log says why");
      else response.destroy();
    });
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: SOCKET_MESSAGE_BYTES_MAX });
  server.on("upgrade", (request, socket, head) => upgrade({ local, sockets }, request, socket, head));
  await listen(server, port);
  local.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const other of others) other.local.baseUrl = `${local.baseUrl}/w/${other.local.teamId}`;
  return {
    close: async () => {
      page.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Parts extends Seat {
  readonly others: readonly Seat[];
  readonly page: Page;
  readonly held: Set<ServerResponse>;
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { local } = parts;
  // A name that someone else's DNS points at this machine must not open this door.
  if (!isOwnHost(local, request.headers.host)) return refuseRequest(response, 403, "wrong Host header");
  const path = request.url ?? "/";
  // "//name/…" would name another host.
  if (!path.startsWith("/") || path.startsWith("//") || !URL.canParse(path, local.baseUrl))
    return refuseRequest(response, 404, "no such page");
  const url = new URL(path, local.baseUrl);
  const other = parts.others.find((seat) => path.startsWith(`/w/${seat.local.teamId}/`));
  if (other) return besideRoute(other, request, response, new URL(path.slice(`/w/${other.local.teamId}`.length), url));
  const [, area = ""] = url.pathname.split("/");
  switch (area) {
    case "api":
      return apiRoute(parts, request, response, url);
    case "upload":
      return uploadRoute(local, request, response, url);
    case "files-pri":
      return downloadRoute(local, request, response, url);
    case "actions":
      return responseUrlRoute(local, request, response, url);
    case "openid":
    case ".well-known":
      return openIdRoute(local, response, url);
    case "oauth":
      return authorizeRoute(local, response, url);
    case "control":
      if (!isOwnOrigin(local, request)) return refuseRequest(response, 403, "another origin");
      return controlRoute(parts.control, request, response, url);
    default:
      if (request.method === "POST" && !isOwnOrigin(local, request)) return refuseRequest(response, 403, "another origin");
      return parts.page.route(request, response, url);
  }
}

/** What has an address of its own in a workspace beside the first: its files, the places for answers. */
async function besideRoute({ local, control }: Seat, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  switch (url.pathname.split("/")[1]) {
    case "upload":
      return uploadRoute(local, request, response, url);
    case "files-pri":
      return downloadRoute(local, request, response, url);
    case "actions":
      return responseUrlRoute(local, request, response, url);
    case "control":
      if (!isOwnOrigin(local, request)) return refuseRequest(response, 403, "another origin");
      return controlRoute(control, request, response, url);
    default:
      return refuseRequest(response, 404, "no such page");
  }
}

/** The page on which a person would say yes to the app's scopes: here they do. `team` in the query is the workspace that they choose. */
function authorizeRoute({ grants }: Local, response: ServerResponse, url: URL): void {
  const back = url.pathname === "/oauth/v2/authorize" ? grants?.authorize(url.searchParams) : undefined;
  if (!back || isRefusal(back)) return refuseRequest(response, 400, back?.error ?? "no such page");
  response.writeHead(302, { location: back.href }).end();
}

async function apiRoute(parts: Parts, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const body = await readBody(request, BODY_BYTES_MAX);
  if (!body) return sendJson(response, 200, { ok: false, error: "request_too_large" });
  const args = await parseArgs({ contentType: request.headers["content-type"] ?? "", body, query: url.searchParams });
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const { held } = parts;
  const { grants } = parts.local;
  if (grants && url.pathname === "/api/oauth.v2.access") {
    const granted = isRefusal(args) ? args : grants.access(args);
    if (!isRefusal(args) && textArg(args, "grant_type") === "refresh_token" && grants.losing > 0) {
      grants.losing -= 1;
      request.socket.destroy();
      return;
    }
    return sendJson(response, 200, isRefusal(granted) ? granted : { ok: true, ...granted });
  }
  const signedIn = isRefusal(args) ? undefined : openIdMethod(parts.local, url.pathname.slice("/api/".length), args, request);
  if (signedIn) return sendJson(response, 200, isRefusal(signedIn) ? signedIn : { ok: true, ...signedIn });
  const local = calledWith(parts, bearer, isRefusal(args) ? "" : textArg(args, "channel"));
  const answer = callMethod(local, { method: url.pathname.slice("/api/".length), args, bearer });
  switch (answer.kind) {
    case "json":
      return sendJson(response, answer.status, answer.body, answer.headers);
    case "text":
      response.writeHead(answer.status, { "content-type": "text/html; charset=utf-8" }).end(answer.body);
      return;
    case "reset":
      request.socket.destroy();
      return;
    case "none":
      if (held.size >= HELD_ANSWERS_MAX) request.socket.destroy();
      held.add(response);
      response.on("close", () => held.delete(response));
  }
}

/** The workspace that a token is for; of an organisation's, the one that has the channel. */
function calledWith({ local, others }: Parts, bearer: string | undefined, channel: string): Local {
  const all = [local, ...others.map((seat) => seat.local)];
  const own = all.find(({ botToken }) => botToken === bearer);
  const granted = local.grants?.check(bearer ?? "");
  if (own || !granted || "error" in granted) return own ?? local;
  const covered = all.filter(({ teamId }) => local.grants?.covers(granted.id, teamId));
  return covered.find(({ state }) => state.channels.has(channel)) ?? covered[0] ?? local;
}

function upgrade(
  { local, sockets }: { readonly local: Local; readonly sockets: WebSocketServer },
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const url = new URL(request.url ?? "/", local.baseUrl);
  const isBot = request.headers.origin === undefined && isOwnHost(local, request.headers.host) && url.pathname === "/link/";
  if (!isBot || !local.socketMode.redeem(url.searchParams.get("ticket") ?? "")) {
    // Whoever asked may be gone by now.
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  sockets.handleUpgrade(request, socket, head, (webSocket) => local.socketMode.accept(webSocket));
}

function isOwnHost(local: Local, host: string | undefined): boolean {
  const { port } = new URL(local.baseUrl);
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** The page's own requests, or a program's, which send neither header. */
function isOwnOrigin(local: Local, request: IncomingMessage): boolean {
  const { origin } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const { port } = new URL(local.baseUrl);
  const own = origin === undefined || origin === `http://127.0.0.1:${port}` || origin === `http://localhost:${port}`;
  return own && (site === undefined || site === "same-origin" || site === "none");
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ port, host: "127.0.0.1" }, () => {
    server.off("error", reject);
    resolve();
  });
  await promise;
}
