import { randomBytes } from "node:crypto";
import { listArg, textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { contentArg } from "./chat.ts";
import { fileJson } from "../state/file-json.ts";
import { FILE_BYTES_MAX, TIER, UPLOADS_KEPT_MAX } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { checkThread, findChannel, membership } from "./lookups.ts";
import { postMessage, replace } from "../state/messages.ts";
import { storeFile } from "../people.ts";
import { personaArg, personaScopes } from "./personas.ts";
import { BOT_USER_ID } from "../state/seed.ts";
import { botIsIn, nextId, type Json, type StoredFile, type Upload } from "../state/state.ts";
import type { Method } from "./method.ts";

export const fileMethods: { readonly [name: string]: Method } = {
  "files.getUploadURLExternal": { perMinute: TIER.four, scopes: () => ["files:write"], run: getUploadUrl },
  "files.completeUploadExternal": {
    perMinute: TIER.four,
    scopes: (_, args) => ["files:write", ...personaScopes(args)],
    run: completeUpload,
  },
  "files.info": { perMinute: TIER.four, scopes: () => ["files:read"], run: info },
  "files.list": { perMinute: TIER.three, scopes: () => ["files:read"], run: list },
  "files.delete": { perMinute: TIER.three, scopes: () => ["files:write"], run: remove },
};

function getUploadUrl(local: Local, args: Args): Json | Refusal {
  const name = textArg(args, "filename");
  const length = Number(textArg(args, "length"));
  if (name === "" || !Number.isInteger(length) || length <= 0) return refuse("invalid_arguments");
  if (length > FILE_BYTES_MAX) return refuse("file_upload_size_restricted");
  if (local.state.uploads.size >= UPLOADS_KEPT_MAX) return refuse("storage_limit_reached");
  const fileId = nextId(local.state, "F") + randomBytes(4).toString("hex").toUpperCase();
  const secret = randomBytes(16).toString("hex");
  // The client of the official SDK sends `alt_text`; the documented name is `alt_txt`, and only that counts.
  const upload: Upload = {
    fileId,
    name,
    length,
    altText: textArg(args, "alt_txt"),
    isSnippet: textArg(args, "snippet_type") !== "",
    content: undefined,
  };
  local.state.uploads.set(secret, upload);
  return { upload_url: `${local.baseUrl}/upload/v1/${secret}`, file_id: fileId };
}

/** Shares uploaded files, all in one message. One time only, and the answer does not say which message it became. */
function completeUpload(local: Local, args: Args): Json | Refusal {
  const wanted = listArg(args, "files") ?? [];
  if (wanted.length === 0) return refuse("invalid_arguments");
  const uploads = wanted.map((file) =>
    [...local.state.uploads].find(([, upload]) => upload.fileId === file["id"] && upload.content !== undefined),
  );
  if (uploads.includes(undefined)) return refuse("file_not_found");
  const post = destination(local, args);
  if (isRefusal(post)) return post;
  const files: StoredFile[] = [];
  for (const [index, entry] of uploads.entries()) {
    if (!entry?.[1].content) continue;
    const [secret, upload] = entry;
    const stored = storeFile(local, {
      id: upload.fileId,
      user: BOT_USER_ID,
      name: upload.name,
      title: textArg(wanted[index] ?? {}, "title") || upload.name,
      altText: upload.altText,
      isSnippet: upload.isSnippet,
      content: entry[1].content,
    });
    if (isRefusal(stored)) return stored;
    local.state.uploads.delete(secret);
    files.push(stored);
  }
  for (const { channel, draft } of post) if (!postMessage(local, channel, { ...draft, files })) return refuse("message_limit_exceeded");
  return { files: files.map((file) => fileJson(local, file)) };
}

type Share = { readonly channel: Parameters<typeof postMessage>[1]; readonly draft: Parameters<typeof postMessage>[2] };

/** Where the files go, with what comment; nowhere when no channel is named: they stay private. */
function destination(local: Local, args: Args): Share[] | Refusal {
  const ids = (textArg(args, "channel_id") || textArg(args, "channels")).split(",").filter((id) => id !== "");
  const threadTs = textArg(args, "thread_ts");
  const comment = textArg(args, "initial_comment");
  const hasContent = comment !== "" || args["blocks"] !== undefined;
  if (comment !== "" && args["blocks"] !== undefined) return refuse("invalid_arguments");
  const content = hasContent ? contentArg({ ...args, text: comment }) : { text: "" };
  const persona = personaArg(args);
  if (isRefusal(content)) return content;
  if (isRefusal(persona)) return persona;
  const shares: Share[] = [];
  for (const id of ids) {
    const known = findChannel(local, id);
    const channel = isRefusal(known) ? known : membership(known);
    const refused = isRefusal(channel) ? channel : checkThread(channel, threadTs);
    if (refused || isRefusal(channel)) return refused ?? refuse("channel_not_found");
    shares.push({
      channel,
      draft: { user: BOT_USER_ID, ...content, ...(threadTs === "" ? {} : { threadTs }), ...(persona ? { persona } : {}) },
    });
  }
  return shares;
}

function info(local: Local, args: Args): Json | Refusal {
  const file = local.state.files.get(textArg(args, "file"));
  if (file?.refusedWith !== undefined) return refuse(file.refusedWith);
  return file ? { file: fileJson(local, file), comments: [], response_metadata: { next_cursor: "" } } : refuse("file_not_found");
}

/** Files that are shared where the app is, the newest first, by pages. */
function list(local: Local, args: Args): Json | Refusal {
  const wanted = textArg(args, "channel");
  const known = wanted === "" ? undefined : findChannel(local, wanted);
  if (known !== undefined && isRefusal(known)) return known;
  const seen = new Set(
    [...local.state.channels.values()]
      .filter((channel) => botIsIn(channel) && (known === undefined || channel.id === known.id))
      .flatMap((channel) => [...channel.messages.values()].flatMap(({ files }) => files.map(({ id }) => id))),
  );
  const files = [...local.state.files.values()].filter(({ id }) => seen.has(id)).toReversed();
  const count = Math.min(Number(textArg(args, "count")) || 100, 1_000);
  const page = Math.max(Number(textArg(args, "page")) || 1, 1);
  return {
    files: files.slice((page - 1) * count, page * count).map((file) => fileJson(local, file)),
    paging: { count, total: files.length, page, pages: Math.max(1, Math.ceil(files.length / count)) },
  };
}

/** The app's own files; the messages that show them stay. */
function remove(local: Local, args: Args): Json | Refusal {
  const file = local.state.files.get(textArg(args, "file"));
  if (!file) return refuse("file_not_found");
  if (file.user !== BOT_USER_ID) return refuse("cant_delete_file");
  local.state.files.delete(file.id);
  for (const channel of local.state.channels.values()) {
    for (const message of channel.messages.values())
      if (message.files.some((shown) => shown.id === file.id)) replace(local, channel, message);
  }
  return {};
}
