import { extname } from "node:path";
import type { Local } from "./local.ts";
import type { Json, StoredFile } from "./state.ts";

const MIMETYPES: { readonly [extension: string]: string } = {
  ".csv": "text/csv",
  ".gif": "image/gif",
  ".html": "text/html",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".json": "application/json",
  ".md": "text/markdown",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".py": "text/x-python",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".webp": "image/webp",
  ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  ".m4a": "audio/mp4",
  ".mp4": "video/mp4",
  ".webm": "audio/webm",
  ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ".ipynb": "application/x-ipynb+json",
  ".log": "text/plain",
  ".tsv": "text/tab-separated-values",
  ".yaml": "application/yaml",
  ".yml": "application/yaml",
  ".zip": "application/zip",
};

export function mimetypeOf(name: string): string {
  return MIMETYPES[extname(name).toLowerCase()] ?? "application/octet-stream";
}

/** A file as an event gives it: of one in a shared channel no more than that it exists. */
export function eventFileJson(local: Local, file: StoredFile): Json {
  if (!file.isStub || !local.state.files.has(file.id)) return fileJson(local, file);
  return { id: file.id, mode: "file_access", file_access: "check_file_info", created: 0, timestamp: 0, user: "" };
}

/** A file as files.info and histories give it, with every place it was shared in. */
export function fileJson(local: Local, file: StoredFile): Json {
  if (!local.state.files.has(file.id)) return { id: file.id, mode: "tombstone", file_access: "file_not_found" };
  const extension = extname(file.name).slice(1).toLowerCase();
  const address = `${local.baseUrl}/files-pri/${local.teamId}-${file.id}`;
  const shares = sharesOf(local, file);
  return {
    id: file.id,
    created: Math.trunc(file.createdAtMs / 1_000),
    timestamp: Math.trunc(file.createdAtMs / 1_000),
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: extension === "" ? "binary" : extension,
    pretty_type: extension === "" ? "Binary" : extension.toUpperCase(),
    user: file.user,
    user_team: local.teamId,
    editable: file.isSnippet,
    size: file.content.length,
    mode: file.isSnippet ? "snippet" : "hosted",
    is_external: false,
    external_type: "",
    is_public: Object.keys(shares.public).length > 0,
    url_private: `${address}/${encodeURIComponent(file.name)}`,
    url_private_download: `${address}/download/${encodeURIComponent(file.name)}`,
    permalink: `${local.baseUrl}/files/${file.id}/${encodeURIComponent(file.name)}`,
    ...(file.altText === "" ? {} : { alt_txt: file.altText }),
    channels: Object.keys(shares.public),
    groups: Object.keys(shares.private).filter((id) => local.state.channels.get(id)?.kind === "private"),
    ims: Object.keys(shares.private).filter((id) => local.state.channels.get(id)?.kind === "im"),
    shares,
    comments_count: 0,
    file_access: "visible",
    ...file.special,
  };
}

function sharesOf(local: Local, file: StoredFile): { readonly public: Json; readonly private: Json } {
  const shares: { public: { [channel: string]: Json[] }; private: { [channel: string]: Json[] } } = { public: {}, private: {} };
  for (const channel of local.state.channels.values()) {
    for (const message of channel.messages.values()) {
      if (!message.files.some((shared) => shared.id === file.id)) continue;
      const side = channel.kind === "channel" ? shares.public : shares.private;
      (side[channel.id] ??= []).push({
        ts: message.ts,
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
        channel_name: channel.name,
        team_id: local.teamId,
        share_user_id: file.user,
      });
    }
  }
  return shares;
}
