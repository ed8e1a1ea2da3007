import { isJson } from "../blocks/block-ids.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { PAGE_LIMIT_MAX } from "../state/limits.ts";
import type { Json } from "../state/state.ts";

/** The arguments of a Web API call, JSON-in-string fields already parsed. */
export type Args = Json;

/** Fields that travel as JSON inside a form, and the error for what does not parse. */
const JSON_FIELDS: { readonly [name: string]: string } = {
  blocks: "invalid_blocks_format",
  attachments: "invalid_attachments",
  metadata: "invalid_metadata_format",
  view: "invalid_arguments",
  files: "invalid_arguments",
  prompts: "invalid_arguments",
  loading_messages: "invalid_arguments",
  chunks: "invalid_chunks",
  changes: "invalid_arguments",
  criteria: "invalid_arguments",
  document_content: "invalid_arguments",
  outputs: "parameter_validation_failed",
};

/** Form or JSON body, or the query of a GET. */
export async function parseArgs(request: {
  readonly contentType: string;
  readonly body: Buffer;
  readonly query: URLSearchParams;
}): Promise<Args | Refusal> {
  const given = { ...Object.fromEntries(request.query), ...(await bodyArgs(request.contentType, request.body)) };
  const args: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(given)) {
    const error = JSON_FIELDS[name];
    if (error === undefined || typeof value !== "string") {
      args[name] = value;
      continue;
    }
    if (value === "") continue;
    try {
      args[name] = JSON.parse(value);
    } catch {
      // A list of words may also come comma-separated.
      if (name !== "loading_messages") return refuse(error);
      args[name] = value.split(",");
    }
  }
  return args;
}

async function bodyArgs(contentType: string, body: Buffer): Promise<Json> {
  if (body.length === 0) return {};
  if (contentType.startsWith("application/json")) {
    try {
      const parsed: unknown = JSON.parse(body.toString("utf8"));
      return isJson(parsed) ? parsed : refuse("invalid_json");
    } catch {
      return refuse("invalid_json");
    }
  }
  if (contentType.startsWith("multipart/form-data")) {
    try {
      const form = await new Response(new Uint8Array(body), { headers: { "content-type": contentType } }).formData();
      return Object.fromEntries([...form].filter((field): field is [string, string] => typeof field[1] === "string"));
    } catch {
      return refuse("invalid_form_data");
    }
  }
  if (contentType.startsWith("application/x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(body.toString("utf8")));
  return refuse("invalid_post_type");
}

/** "" when absent. */
export function textArg(args: Args, name: string): string {
  const value = args[name];
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

export function flagArg(args: Args, name: string): boolean {
  return ["true", "1"].includes(textArg(args, name));
}

export function listArg(args: Args, name: string): readonly Json[] | undefined {
  const value = args[name];
  return Array.isArray(value) ? value.filter(isJson) : undefined;
}

/** `limit`, within what a page of results may hold. */
export function limitArg(args: Args, fallback: number): number | Refusal {
  const given = textArg(args, "limit");
  if (given === "" || given === "0") return fallback;
  const limit = Number(given);
  return Number.isInteger(limit) && limit > 0 && limit <= PAGE_LIMIT_MAX ? limit : refuse("invalid_limit");
}

/** One page of a list; the cursor names the place where the next one starts. */
export function pageOf<T>(
  items: readonly T[],
  args: Args,
  limit: number,
): { readonly items: readonly T[]; readonly nextCursor: string } | Refusal {
  const cursor = textArg(args, "cursor");
  const from = cursor === "" ? 0 : Number(/^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString("utf8"))?.[1] ?? Number.NaN);
  if (!Number.isInteger(from)) return refuse("invalid_cursor");
  const end = from + limit;
  return { items: items.slice(from, end), nextCursor: end < items.length ? Buffer.from(`next:${end}`).toString("base64") : "" };
}
