import type { IncomingMessage, ServerResponse } from "node:http";
import { flagArg, parseArgs, textArg, type Args } from "../api/args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { contentArg } from "../api/chat.ts";
import { takeFault } from "../api/faults.ts";
import type { Fault } from "../contract.ts";
import { readBody, sendJson } from "../server/http.ts";
import { BODY_BYTES_MAX, RESPONSE_URL_USES_MAX } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { deleteMessage, postMessage, updateMessage } from "../state/messages.ts";
import { BOT_USER_ID } from "../state/seed.ts";
import type { ResponseUrl } from "../state/state.ts";

/** POST to a response_url: answer, replace or delete, at most 5 times within 30 minutes. */
export async function responseUrlRoute(local: Local, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const id = url.pathname.split("/").at(-1) ?? "";
  const known = local.state.responseUrls.get(id);
  const body = await readBody(request, BODY_BYTES_MAX);
  if (request.method !== "POST" || !known || !body) return sendJson(response, 404, refuse("invalid_url"));
  if (local.now() > known.expiresAtMs) return sendJson(response, 404, refuse("expired_url"));
  if (known.uses >= RESPONSE_URL_USES_MAX) return sendJson(response, 404, refuse("used_url"));
  const args = await parseArgs({ contentType: request.headers["content-type"] ?? "", body, query: new URLSearchParams() });
  const fault = isRefusal(args) ? undefined : takeFault(local, "response_url", { channel: known.channel });
  const appliesFirst = fault?.kind.endsWith("_after") ?? true;
  const refused = isRefusal(args) ? args : appliesFirst ? respond(local, known, args) : undefined;
  if (!refused && appliesFirst) known.uses += 1;
  local.changes.changed();
  if (fault) return broken(request, response, fault);
  sendJson(response, refused ? 400 : 200, refused ?? { ok: true });
}

/** No such address answers in JSON that must be understood: only whether and with what status it answers matters. */
function broken(request: IncomingMessage, response: ServerResponse, { kind, status, body }: Fault): void {
  if (kind.startsWith("reset") || kind.startsWith("timeout")) return void request.socket.destroy();
  const code = kind.startsWith("body") || kind.startsWith("cut") ? 200 : kind.startsWith("status500") ? 500 : (status ?? 408);
  response.writeHead(code, { "content-type": "text/html; charset=utf-8" }).end(body ?? "");
}

function respond(local: Local, from: ResponseUrl, args: Args): Refusal | undefined {
  const channel = local.state.channels.get(from.channel);
  if (!channel) return refuse("channel_not_found");
  const original = from.messageTs === undefined ? undefined : channel.messages.get(from.messageTs);
  if (flagArg(args, "delete_original")) {
    if (!original || original.user !== BOT_USER_ID) return refuse("message_not_found");
    deleteMessage(local, channel, original);
    return undefined;
  }
  const content = contentArg(args);
  if (isRefusal(content)) return content;
  if (flagArg(args, "replace_original")) {
    if (!original || original.user !== BOT_USER_ID) return refuse("message_not_found");
    updateMessage(local, channel, original, content);
    return undefined;
  }
  const threadTs = textArg(args, "thread_ts") || from.threadTs;
  const posted = postMessage(local, channel, {
    user: BOT_USER_ID,
    ...content,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(textArg(args, "response_type") === "in_channel" ? {} : { ephemeralTo: from.user }),
  });
  return posted ? undefined : refuse("message_limit_exceeded");
}
