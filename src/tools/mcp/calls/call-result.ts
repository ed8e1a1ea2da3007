import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { FileRef } from "../../../engine/events/events.ts";
import type { ToolEnd } from "../../../engine/tool.ts";
import { capped, failed, json, OUTPUT_CHARS_MAX, quoted, size } from "../../result.ts";
import type { McpCallResult } from "../answers.ts";
import { isObject } from "./called.ts";

const PARTS_MAX = 200;
const FILES_MAX = 20;
const FILE_BYTES_MAX = 10_000_000;
/** Of one result: what a thread is given under a turn, and the store keeps. */
const FILES_BYTES_MAX = 20_000_000;
/** Each costs over a thousand tokens on every later call. */
const IMAGES_MAX = 8;

export interface Media {
  /** By the tool's own name; files are called after it. */
  readonly tool: string;
  /** Keeps content and gives its SHA-256, hex. Absent where nothing is kept: media are words alone then. */
  readonly keepFile: ((content: Uint8Array) => Promise<string>) | undefined;
}

/**
 * What a server returned, in its order: text as it is; pictures, sounds and files as files that are named in their places, pictures that every
 * provider takes also for the model to see; links in words. What is too large, or no file at all, is a word about it.
 */
export async function toResult(result: McpCallResult, media: Media): Promise<ToolEnd> {
  const { content, structuredContent, toolResult, task, isError, inputRequests } = result;
  if (!content && inputRequests) return failed("needs_answer", `The tool is not done: ${wanted(Object.values(inputRequests))}.`);
  if (!content && task !== undefined)
    return failed(
      "bad_answer",
      "The tool began a task of the protocol and gives its answer only there, where it is not read. Do without it.",
    );
  const parts = content ?? [];
  const kept: Kept = { files: [], images: [], bytes: 0 };
  const lines: string[] = [];
  for (const part of parts.slice(0, PARTS_MAX)) lines.push(wordsOf(part) ?? (await textOf(part, media, kept)));
  if (parts.length > PARTS_MAX) lines.push(`[${parts.length - PARTS_MAX} more parts]`);
  // The first servers answered with the latter.
  const data = structuredContent ?? (content ? undefined : toolResult);
  if (data !== undefined && data !== null && !parts.some((part) => says(part, data)) && !repeats(data, parts))
    lines.push(withoutMedia(data, parts) ?? "[data that cannot be shown]");
  const text = lines.join("\n");
  const beside = {
    ...(kept.files.length > 0 ? { files: kept.files } : {}),
    ...(kept.images.length > 0 ? { images: kept.images } : {}),
  };
  // Browsers and the like show in a picture what was in the way.
  if (isError) return { ...failed("tool_error", text.slice(0, OUTPUT_CHARS_MAX) || "The tool failed and does not say why."), ...beside };
  return { kind: "returned", output: capped(text), ...beside };
}

/** What servers may not ask here, in words: the agent knows people that it can ask, and arguments in which it can say what they answer. */
function wanted(
  requests: readonly { readonly method: string; readonly params?: { readonly message?: string | null | undefined } | null | undefined }[],
): string {
  const [first] = requests;
  const words = first?.params?.message ? `: "${quoted(first.params.message, 500)}"` : "";
  switch (first?.method) {
    case "elicitation/create":
      return `it asks a person first${words}. What it asks cannot be put to them here. Find out yourself, and call it again with the answer in its arguments where they have room for it, or do without`;
    case "sampling/createMessage":
      return "it wants a model to answer for it, which servers are not given here. Do without this tool";
    case "roots/list":
      return "it wants to know folders, which servers are not told of here. Name files in its arguments, or do without this tool";
    default:
      return "it asks for something that is not known here. Do without this tool";
  }
}

interface Kept {
  readonly files: FileRef[];
  readonly images: FileRef[];
  bytes: number;
}

const Words = z.union([
  z.string(),
  z.null().transform(() => ""),
  z.union([z.number(), z.boolean(), z.looseObject({}), z.array(z.unknown())]).transform((value) => json(value) ?? ""),
]);
const Text = z.object({ type: z.literal("text"), text: Words });
const MediaPart = z.object({ type: z.enum(["image", "audio"]), data: z.string(), mimeType: z.string().nullish() });
const Resource = z.object({
  type: z.literal("resource"),
  resource: z.object({
    uri: z.string().catch("without an address"),
    mimeType: z.string().nullish(),
    text: z.string().optional(),
    blob: z.string().optional(),
  }),
});
const Link = z.object({ type: z.literal("resource_link"), uri: z.string(), name: z.string().nullish(), description: z.string().nullish() });
const Part = z.discriminatedUnion("type", [Text, MediaPart, Resource, Link]);

/** Of a part that is text, as most are: a look by hand costs a small part of the schema's. */
function wordsOf(part: unknown): string | undefined {
  if (typeof part === "string") return part;
  return isObject(part) && part["type"] === "text" && typeof part["text"] === "string" ? part["text"] : undefined;
}

async function textOf(part: unknown, media: Media, kept: Kept): Promise<string> {
  const { data } = Part.safeParse(typeOf(part) === "" ? { ...(part as object), type: "text" } : part);
  if (!data) return `[a part that cannot be shown, of type "${quoted(String(typeOf(part)), 40)}"]`;
  switch (data.type) {
    case "text":
      return data.text;
    case "image":
    case "audio":
      return keptAs(data.type, { data: data.data, mimeType: data.mimeType ?? "", name: media.tool }, media, kept);
    case "resource": {
      const { uri, mimeType, text, blob } = data.resource;
      if (text !== undefined) return `[file ${quoted(uri, 500)}]\n${text}`;
      const kind = mimeType?.startsWith("image/") ? "image" : "file";
      const word = await keptAs(kind, { data: blob ?? "", mimeType: mimeType ?? "", name: nameIn(uri) || media.tool }, media, kept);
      return `${word} ${quoted(uri, 500)}`;
    }
    case "resource_link":
      return `[link to ${quoted(data.name ?? "a file", 100)}: ${quoted(data.uri, 500)}]${data.description ? ` ${quoted(data.description, 500)}` : ""}`;
  }
}

interface Encoded {
  /** As base64, or as the URL of data that has it. */
  readonly data: string;
  readonly mimeType: string;
  readonly name: string;
}

/** The word that stands in the place of a file; the model is told of each, and people are given it. */
async function keptAs(kind: "image" | "audio" | "file", { data, mimeType, name }: Encoded, media: Media, kept: Kept): Promise<string> {
  const [prefix = ""] = /^data:[^,]{0,200};base64,/i.exec(data) ?? [];
  const base64 = data.slice(prefix.length);
  const mediaType = seenType(Buffer.from(base64.slice(0, 64), "base64")) ?? mediaTypeOf(mimeType || prefix.slice("data:".length));
  const bytes = decodedBytes(base64);
  const about = `${mediaType || "of an unknown type"}, ${size(bytes)}`;
  // Whether it is base64: one look at each character. A pattern of the whole, with room for blanks at its end, takes minutes for many blanks.
  const refused =
    bytes === 0
      ? "it is empty"
      : bytes > FILE_BYTES_MAX
        ? `more than ${size(FILE_BYTES_MAX)} are not kept`
        : kept.files.length >= FILES_MAX
          ? `more than ${FILES_MAX} files are not kept`
          : kept.bytes + bytes > FILES_BYTES_MAX
            ? `more than ${size(FILES_BYTES_MAX)} of one result are not kept`
            : /[^A-Za-z0-9+/_\s=-]/.test(base64)
              ? "it is no base64"
              : undefined;
  if (!media.keepFile) return `[${kind} ${about}]`;
  if (refused !== undefined) return `[${kind} ${about}: ${refused}]`;
  const content = Buffer.from(base64, "base64");
  const isShown = seenType(content) !== undefined;
  const file: FileRef = {
    hash: await media.keepFile(content),
    name: fileName(name, kept.files.length + 1, content, mediaType),
    mediaType: mediaType || "application/octet-stream",
    bytes: content.byteLength,
  };
  kept.files.push(file);
  kept.bytes += content.byteLength;
  if (isShown && kept.images.length < IMAGES_MAX) kept.images.push(file);
  return `[${isShown ? "image" : kind} ${file.name}, ${about}${isShown ? "" : "; it is given to people as a file"}]`;
}

/** Which of the four formats that every provider takes, by the first bytes: what a server calls an image need not be one, nor of that format. */
function seenType(content: Buffer): string | undefined {
  const start = content.subarray(0, 12).toString("latin1");
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(start)) return "image/gif";
  return start.startsWith("RIFF") && start.slice(8) === "WEBP" ? "image/webp" : undefined;
}

const ENDINGS: { readonly [mediaType: string]: string } = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "image/svg+xml": "svg",
  "audio/wav": "wav",
  "audio/mpeg": "mp3",
  "audio/ogg": "ogg",
  "application/pdf": "pdf",
  "application/zip": "zip",
  "application/json": "json",
  "text/csv": "csv",
  "text/plain": "txt",
};

/** Unique in the result, and telling of the content, so that the same name in two results is the same file. */
function fileName(wanted: string, nth: number, content: Buffer, mediaType: string): string {
  const cleaned =
    wanted
      .replaceAll(/[^\p{L}\p{N}._-]+/gu, "_")
      .replace(/^[._-]+/, "")
      .slice(-60) || "file";
  const [, stem = cleaned, ending] = /^(.+)\.([A-Za-z0-9]{1,8})$/.exec(cleaned) ?? [];
  const mark = createHash("sha256").update(content).digest("hex").slice(0, 6);
  return `${stem}-${mark}-${nth}.${ending ?? ENDINGS[mediaType] ?? "bin"}`;
}

const nameIn = (uri: string): string => uri.split(/[?#]/)[0]?.split("/").at(-1) ?? "";

/** Whether this part repeats the structured answer as text, as the protocol wants it. */
function says(part: unknown, structured: unknown): boolean {
  const { data } = Text.safeParse(part);
  if (!data) return false;
  try {
    return isSame(JSON.parse(data.text), structured);
  } catch {
    return false;
  }
}

/** What is nested too deeply to be held against the other is taken for another. */
function isSame(one: unknown, other: unknown): boolean {
  try {
    return isDeepStrictEqual(one, other);
  } catch {
    return false;
  }
}

/** Whether data has one value, and that is what the parts say: some servers give all they say twice. */
function repeats(data: unknown, parts: readonly unknown[]): boolean {
  const values = typeof data === "object" && data !== null ? Object.values(data) : [];
  if (values.length !== 1) return false;
  const texts = parts.flatMap((part) => Text.safeParse(part).data?.text ?? []);
  // An empty list says that nothing was found; having no parts says nothing.
  return (parts.length > 0 && isSame(values[0], parts)) || (texts.length === parts.length && values[0] === texts.join("\n"));
}

/** As JSON, with a word in the place of media that a part has: written out they are thousands of characters that nobody reads. */
function withoutMedia(data: unknown, parts: readonly unknown[]): string | undefined {
  const media = new Set(parts.flatMap(mediaOf));
  try {
    return JSON.stringify(data, (_key, value: unknown) => (typeof value === "string" && media.has(value) ? "[the file above]" : value));
  } catch {
    return undefined;
  }
}

function mediaOf(part: unknown): readonly string[] {
  const { data } = Part.safeParse(part);
  if (data?.type === "image" || data?.type === "audio") return [data.data];
  return data?.type === "resource" && data.resource.blob !== undefined ? [data.resource.blob] : [];
}

const typeOf = (part: unknown): string => (isObject(part) && typeof part["type"] === "string" ? part["type"] : "");
const mediaTypeOf = (text: string): string => (/^[\w.+-]{1,60}\/[\w.+-]{1,60}(?:;|$)/.test(text) ? (text.split(";")[0] ?? "") : "");
const decodedBytes = (base64: string): number => Math.floor((base64.replace(/(?<!=)=+$/, "").length * 3) / 4);
