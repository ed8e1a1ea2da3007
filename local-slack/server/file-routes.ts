import type { IncomingMessage, ServerResponse } from "node:http";
import { canvasPage, isCanvas } from "../api/canvases.ts";
import { readBody, refuseRequest } from "./http.ts";
import { FILE_BYTES_MAX } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { holdsScope, type StoredFile } from "../state/state.ts";

/** POST the bytes to the address of files.getUploadURLExternal: as the body itself, or as a form's field `body` (or `file`). Once. */
export async function uploadRoute(local: Local, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const upload = local.state.uploads.get(url.pathname.split("/").at(-1) ?? "");
  const body = await readBody(request, FILE_BYTES_MAX);
  if (request.method !== "POST" || !upload || upload.content) return refuseRequest(response, 404, "upload_url_invalid");
  const content = body && (await contentOf(request, body));
  if (!content) return refuseRequest(response, 500, "no bytes found");
  if (content.length !== upload.length) return refuseRequest(response, 400, `expected ${upload.length} bytes, got ${content.length}`);
  upload.content = content;
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
  response.end(`OK - ${content.length}`);
}

async function contentOf(request: IncomingMessage, body: Buffer): Promise<Buffer | undefined> {
  if (!isForm(request)) return body;
  const form = await formOf(request, body);
  const field = form?.get("body") ?? form?.get("file") ?? form?.get("filename") ?? undefined;
  if (field === undefined) return undefined;
  return typeof field === "string" ? Buffer.from(field) : Buffer.from(await field.arrayBuffer());
}

const isForm = ({ headers }: IncomingMessage): boolean => headers["content-type"]?.startsWith("multipart/form-data") ?? false;

/** The fields of a form with files; nothing where it is none. */
export async function formOf(request: IncomingMessage, body: Buffer): Promise<FormData | undefined> {
  const contentType = request.headers["content-type"] ?? "";
  if (!isForm(request)) return undefined;
  try {
    return await new Response(new Uint8Array(body), { headers: { "content-type": contentType } }).formData();
  } catch {
    return undefined;
  }
}

/** GET url_private(_download) with the bot's token. Without it Slack does not say 401: it sends one to a page to sign in. */
export async function downloadRoute(local: Local, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const id = /^\/files-pri\/[A-Z0-9]+-([A-Z0-9]+)\//.exec(url.pathname)?.[1] ?? "";
  const file = local.state.files.get(id);
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const granted = local.grants?.check(bearer ?? "");
  const mayRead = bearer === local.botToken || (granted !== undefined && "id" in granted && local.grants?.covers(granted.id, local.teamId));
  if (!mayRead || !holdsScope(local.state, "files:read")) {
    response.writeHead(302, { location: `${local.baseUrl}/` });
    response.end();
    return;
  }
  if (!file) return refuseRequest(response, 404, "file_not_found");
  sendFile(response, isCanvas(file) ? { ...file, content: Buffer.from(canvasPage(file.content.toString("utf8"))) } : file);
}

const RASTER_IMAGES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** A file's bytes. Only raster images are shown in place; anything else, whatever its name says, is a download. */
export function sendFile(response: ServerResponse, file: StoredFile): void {
  const isImage = RASTER_IMAGES.includes(file.mimetype);
  response.writeHead(200, {
    "content-type": isImage ? file.mimetype : "application/octet-stream",
    "content-length": file.content.length,
    "content-disposition": `${isImage ? "inline" : "attachment"}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  });
  response.end(file.content);
}
