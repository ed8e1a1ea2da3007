import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative, resolve, sep } from "node:path";
import { isRefusal, type Refusal } from "../refusal.ts";
import { command, shortcut } from "../socket/commands.ts";
import { formOf, sendFile } from "./file-routes.ts";
import { readBody, readJson, refuseRequest, sendJson } from "./http.ts";
import { use } from "../socket/interactions.ts";
import { BODY_BYTES_MAX, FILE_BYTES_MAX } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { pageFile } from "./page-json.ts";
import { createPageStreams, pageState } from "./page-state.ts";
import { openApp, say } from "../people.ts";
import { field, messagePosts } from "./message-posts.ts";
import type { Json } from "../state/state.ts";
import { dismiss, submit } from "../socket/submissions.ts";

/** The page's routes and static files. */
export interface Page {
  route(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
  close(): void;
}

/** Where `npm run build:web` puts it; the package and the image bring it built. */
const BUILT_PAGE = resolve(import.meta.dirname, "../../web/dist/local-slack");
const NOT_BUILT = "the page is not built yet: run `npm run build:web`, then start this again";

/** Said to people whose press came to nothing. */
const NO_ANSWER = "the app did not answer in time";

export async function createPage(local: Local): Promise<Page> {
  const files = await readStaticFiles(BUILT_PAGE);
  const streams = createPageStreams(local);
  return {
    close: () => streams.close(),
    route: async (request, response, url) => {
      if (request.method === "POST") return postRoute(local, request, response, url);
      if (request.method !== "GET" && request.method !== "HEAD") return refuseRequest(response, 405, "use GET or POST");
      const as = url.searchParams.get("as") ?? "";
      switch (url.pathname) {
        case "/page/state": {
          const state = pageState(local, as);
          return state ? sendJson(response, 200, { ...state }, SAME_ORIGIN) : refuseRequest(response, 404, "user_not_found");
        }
        case "/studio": {
          // An address that lets in is for whoever presses the link, and for no other page.
          const isOwn = ["same-origin", "none", undefined].includes(request.headers["sec-fetch-site"]);
          if (!local.studio || !isOwn) return refuseRequest(response, 404, "no such page");
          response.writeHead(303, { location: local.studio(), "cache-control": "no-store", "referrer-policy": "no-referrer" }).end();
          return;
        }
        case "/page/changes":
          return streams.open(response, as);
        default: {
          if (url.pathname.startsWith("/files/")) return fileRoute(local, response, url);
          const file = files.get(url.pathname);
          if (file) return sendStatic(response, file);
          return url.pathname === "/" ? refuseRequest(response, 503, NOT_BUILT) : refuseRequest(response, 404, "no such page");
        }
      }
    },
  };
}

async function postRoute(local: Local, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  // A form on another site cannot send this header; a script there would have to ask first, and is refused.
  if (request.headers["x-parley-page"] !== "1") return refuseRequest(response, 403, "the header X-Parley-Page is missing");
  if (url.pathname === "/page/upload") return uploadRoute(local, request, response, url);
  const run = Object.hasOwn(POSTS, url.pathname) ? POSTS[url.pathname] : undefined;
  if (!run) return refuseRequest(response, 404, "no such page");
  const body = await readJson(request, BODY_BYTES_MAX);
  if (!body) return refuseRequest(response, 400, "send a JSON object");
  const result = await run(local, body);
  sendJson(response, 200, isRefusal(result) ? result : { ok: true, ...result });
}

const POSTS: { readonly [path: string]: (local: Local, body: Json) => Promise<Json | Refusal> } = {
  "/page/post": async (local, body) => {
    const said = { user: field(body, "as"), channel: field(body, "channel"), text: field(body, "text"), ...thread(body["threadTs"]) };
    const slash = /^(\/[a-z]+)(?:\s+(\S[\s\S]*)?)?$/.exec(said.text.trim());
    if (slash?.[1] === undefined) {
      const message = say(local, { ...said, keepReferences: false });
      return isRefusal(message) ? message : { ts: message.ts };
    }
    if (said.threadTs !== undefined) return { ok: false, error: `${slash[1]} is not supported in threads. Sorry!` };
    return answered(await command(local, { user: said.user, channel: said.channel, command: slash[1], text: slash[2] ?? "" }));
  },
  "/page/click": async (local, body) => {
    const place =
      typeof body["viewId"] === "string" ? { viewId: body["viewId"] } : { channel: field(body, "channel"), ts: field(body, "ts") };
    const given = body["selected"] ?? body["value"];
    const blockId = field(body, "blockId");
    const used = {
      user: field(body, "as"),
      place,
      actionId: field(body, "actionId"),
      ...(blockId === "" ? {} : { blockId }),
      ...(given === undefined || given === null ? {} : { given }),
    };
    return answered(await use(local, used));
  },
  ...messagePosts,
  "/page/shortcut": async (local, body) => {
    const [channel, ts] = [field(body, "channel"), field(body, "ts")];
    const given = { user: field(body, "as"), callbackId: field(body, "callbackId"), ...(ts === "" ? {} : { channel, ts }) };
    if (!local.state.users.has(given.user)) return { ok: false, error: "user_not_found" };
    return answered(await shortcut(local, given));
  },
  "/page/submit": async (local, body) => {
    const result = await submit(local, { user: field(body, "as"), viewId: field(body, "viewId"), values: body["values"] });
    return "errors" in result ? { ok: false, errors: result.errors } : answered(result);
  },
  "/page/close-modal": async (local, body) => answered(await dismiss(local, { user: field(body, "as"), viewId: field(body, "viewId") })),
  "/page/model": async (local, body) => {
    const typed = { key: field(body, "key").trim(), baseUrl: field(body, "baseUrl").trim() };
    if (!local.connectModel) return { ok: false, error: "a model is connected already, or none can be from here" };
    if (typed.key === "" && typed.baseUrl === "") return { ok: false, error: "type a key or an address" };
    const error = await local.connectModel(typed);
    return error === undefined ? {} : { ok: false, error };
  },
  "/page/open": async (local, body) => {
    const tab = body["tab"] === "home" ? "home" : "messages";
    if (!local.state.users.has(field(body, "as"))) return { ok: false, error: "user_not_found" };
    openApp(local, { user: field(body, "as"), channel: field(body, "channel"), tab });
    return {};
  },
};

/** One message with the files of a form, and its words. */
async function uploadRoute(local: Local, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const body = await readBody(request, FILE_BYTES_MAX);
  if (!body) return refuseRequest(response, 413, `At most ${FILE_BYTES_MAX / 1_000_000} MB go with one message.`);
  const form = await formOf(request, body);
  if (!form) return refuseRequest(response, 400, "send a form with the field `file`, once for each");
  const query = (name: string): string => url.searchParams.get(name) ?? "";
  const text = form.get("text");
  const posted = form.getAll("file").filter((one) => typeof one !== "string");
  const message = say(local, {
    user: query("as"),
    channel: query("channel"),
    text: typeof text === "string" ? text : "",
    ...thread(query("thread_ts") || undefined),
    files: await Promise.all(posted.map(async (file) => ({ name: file.name || "file", content: Buffer.from(await file.arrayBuffer()) }))),
    keepReferences: false,
  });
  sendJson(response, 200, isRefusal(message) ? message : { ok: true, ts: message.ts, files: message.files.map(pageFile) });
}

function fileRoute(local: Local, response: ServerResponse, url: URL): void {
  const id = url.pathname.split("/")[2] ?? "";
  const file = local.state.files.get(id) ?? local.readyFiles.find((ready) => ready.id === id);
  if (file) sendFile(response, file);
  else refuseRequest(response, 404, "file_not_found");
}

function answered(result: { readonly acked: boolean } | Refusal): Json | Refusal {
  if (isRefusal(result)) return result;
  return "acked" in result && result.acked ? {} : { ok: false, error: NO_ANSWER };
}

function thread(ts: unknown): { threadTs?: string } {
  return typeof ts === "string" && ts !== "" ? { threadTs: ts } : {};
}

interface StaticFile {
  readonly type: string;
  readonly content: Buffer;
}

const TYPES: { readonly [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const SAME_ORIGIN = { "cross-origin-resource-policy": "same-origin" };

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The files that can be had, by path: what lies in the folder at the start and nothing else. None where there is no such folder. */
async function readStaticFiles(folder: string): Promise<Map<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  if (!existsSync(folder)) return files;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const file = { type, content: await readFile(path) };
    const name = relative(folder, path).split(sep).join("/");
    files.set(`/${name}`, file);
    if (name === "index.html") files.set("/", file);
  }
  return files;
}

function sendStatic(response: ServerResponse, file: StaticFile): void {
  response.writeHead(200, {
    "content-type": file.type,
    "content-length": file.content.length,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    ...SAME_ORIGIN,
  });
  response.end(file.content);
}
