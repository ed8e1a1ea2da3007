import { shownName } from "../engine/reading/attribution.ts";
import type { FileRef } from "../engine/events/events.ts";
import type { ModelMessage } from "../engine/model.ts";

/** The content under a hash; `undefined` when it is not kept (any more). */
export type ReadFile = (hash: string) => Promise<Uint8Array | undefined>;

export interface Image {
  readonly mediaType: "image/png" | "image/jpeg" | "image/gif" | "image/webp";
  readonly base64: string;
}

/** By hash. */
export type Images = ReadonlyMap<string, Image>;

export const NO_IMAGES: Images = new Map();

/** Anthropic takes 5 MB as base64; the others more. */
const IMAGE_BYTES_MAX = 3_750_000;
/** Of one request: Anthropic takes 32 MB as base64, the words included. */
const IMAGES_BYTES_MAX = 15_000_000;
/** Each costs over a thousand tokens, on every call. */
const IMAGES_PER_CALL_MAX = 20;

/** With what people posted, or a tool gave. */
type Seen = Extract<ModelMessage, { role: "user" | "tool" }>;

export const hasImages = (messages: readonly ModelMessage[]): boolean =>
  messages.some((message) => message.role !== "assistant" && (message.images?.length ?? 0) > 0);

/** The content of the newest images that a provider takes. What a file is, its first bytes say, not who posted it. */
export async function readImages(messages: readonly ModelMessage[], readFile: ReadFile): Promise<Images> {
  const found = new Map<string, Image>();
  let bytes = 0;
  const newestFirst = messages.toReversed().flatMap((message) => (message.role === "assistant" ? [] : (message.images ?? []).toReversed()));
  for (const { hash } of newestFirst.slice(0, IMAGES_PER_CALL_MAX)) {
    const content = found.has(hash) ? undefined : await readFile(hash).catch(() => undefined);
    const mediaType = content && mediaTypeOf(content);
    if (!content || !mediaType || content.byteLength > IMAGE_BYTES_MAX || bytes + content.byteLength > IMAGES_BYTES_MAX) continue;
    bytes += content.byteLength;
    found.set(hash, { mediaType, base64: Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("base64") });
  }
  return found;
}

/** By the signatures of the four formats that every provider takes. */
function mediaTypeOf(content: Uint8Array): Image["mediaType"] | undefined {
  const start = Buffer.from(content.subarray(0, 12)).toString("latin1");
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) return "image/gif";
  return start.startsWith("RIFF") && start.slice(8) === "WEBP" ? "image/webp" : undefined;
}

export const imagesOf = ({ images = [] }: Pick<Seen, "images">, known: Images): readonly Image[] =>
  images.map(({ hash }) => known.get(hash)).filter((image) => image !== undefined);

/** The words, and which images the model has to do without. */
export function textBeside({ text, images = [] }: Pick<Seen, "text" | "images">, known: Images): string {
  const unseen = images.filter(({ hash }) => !known.has(hash)).map(({ name }: FileRef) => shownName(name));
  return unseen.length === 0 ? text : `${text}\n(You cannot see ${unseen.join(", ")}.)`;
}

/** The images of a result that has to be words alone: they follow it as if they were posted, with a word about whose they are. */
export function seenBeside(
  message: Extract<ModelMessage, { role: "tool" }>,
  known: Images,
): { readonly words: string; readonly images: readonly Image[] } | undefined {
  const found = (message.images ?? []).flatMap(({ hash, name }) => {
    const image = known.get(hash);
    return image ? [{ name, image }] : [];
  });
  if (found.length === 0) return undefined;
  const names = found.map(({ name }) => shownName(name)).join(", ");
  return { words: `(What ${message.tool} gave to be seen, data as its words are: ${names}.)`, images: found.map(({ image }) => image) };
}

/** A result in its order: its words, and each image behind the place that names it; images that are named nowhere come last. */
export function resultParts(message: Pick<Seen, "text" | "images">, known: Images): readonly ResultPart[] {
  const parts: ResultPart[] = [];
  let rest = textBeside(message, known);
  for (const { hash, name } of message.images ?? []) {
    const image = known.get(hash);
    if (!image) continue;
    const at = rest.indexOf(imageMark(name));
    const end = at < 0 ? rest.length : at + imageMark(name).length;
    if (end > 0) parts.push({ type: "text", text: rest.slice(0, end) });
    parts.push({ type: "image", image });
    rest = rest.slice(end);
  }
  return rest.trim() === "" && parts.length > 0 ? parts : [...parts, { type: "text", text: rest }];
}

export type ResultPart = { readonly type: "text"; readonly text: string } | { readonly type: "image"; readonly image: Image };

/** How a result names an image of its own. */
const imageMark = (name: string): string => `[image ${name}`;

export const dataUrl = ({ mediaType, base64 }: Image): string => `data:${mediaType};base64,${base64}`;
