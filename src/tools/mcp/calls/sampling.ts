import { z } from "zod";
import type { FileRef } from "../../../engine/events/events.ts";
import type { Sampled } from "../../../engine/tool.ts";
import { json, plain, quoted, size } from "../../result.ts";
import type { McpDeps } from "../settings.ts";

const MESSAGES_MAX = 50;
const CHARS_MAX = 100_000; // About 25,000 tokens.
const IMAGES_MAX = 8;
const IMAGE_BYTES_MAX = 3_750_000; // As models are shown; each of a conversation's own that is larger they do without.
const OUTPUT_TOKENS_MAX = 8_000;
const IMAGE_TYPES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

const Part = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image"), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.enum(["audio", "tool_use", "tool_result"]) }),
]);
const Request = z.object({
  messages: z
    .array(z.object({ role: z.enum(["user", "assistant"]), content: z.union([Part, z.array(Part).min(1)]) }))
    .min(1)
    .max(MESSAGES_MAX),
  systemPrompt: z.string().nullish(),
  maxTokens: z.number().positive(),
  temperature: z.number().min(0).max(2).nullish().catch(undefined),
  tools: z.array(z.unknown()).nullish(),
});

type Keep = McpDeps["keepFile"];

/**
 * What a server wants a model to answer, or why it is not put to one. The context that it may ask for (`includeContext`) is none, which the protocol
 * allows, and so are stop sequences and the models that it would rather have.
 */
export async function readSampling(params: unknown, keep: Keep): Promise<{ readonly sampled: Sampled } | { readonly trouble: string }> {
  const { data, error } = Request.safeParse(params);
  if (!data) return { trouble: `${quoted(error.issues[0]?.path.join(".") ?? "", 60) || "it"} is not as MCP wants it` };
  if (data.tools && data.tools.length > 0) return { trouble: "models are given no tools of a server's" };
  const parts = data.messages.flatMap(({ content }) => content);
  const other = parts.find(({ type }) => type !== "text" && type !== "image");
  if (other) return { trouble: `models are given words and pictures, not ${other.type}` };
  const chars = parts.reduce((sum, part) => sum + (part.type === "text" ? part.text.length : 0), data.systemPrompt?.length ?? 0);
  if (chars > CHARS_MAX) return { trouble: `it has ${chars} characters, more than ${CHARS_MAX}` };
  const images = parts.filter((part) => part.type === "image");
  if (images.length > IMAGES_MAX) return { trouble: `it has ${images.length} pictures, more than ${IMAGES_MAX}` };
  const odd = images.map(troubleOf).find((trouble) => trouble !== undefined);
  if (odd !== undefined) return { trouble: odd };
  if (images.length > 0 && !keep) return { trouble: "pictures are not kept here" };
  let nth = 0;
  const messages = [];
  for (const { role, content } of data.messages) {
    const own = [content].flat();
    const shown: FileRef[] = [];
    for (const part of own) if (part.type === "image" && keep) shown.push(await kept(part, ++nth, keep));
    const words = [
      ...own.flatMap((part) => (part.type === "text" ? [plain(part.text)] : [])),
      ...shown.map(({ name }) => `[image ${name}]`),
    ];
    messages.push({ role, text: words.join("\n"), ...(shown.length > 0 ? { images: shown } : {}) });
  }
  const { systemPrompt, maxTokens, temperature } = data;
  return {
    sampled: {
      system: plain(systemPrompt ?? ""),
      messages,
      outputTokensMax: Math.max(1, Math.min(OUTPUT_TOKENS_MAX, Math.floor(maxTokens))),
      ...(temperature === undefined || temperature === null ? {} : { temperature }),
    },
  };
}

interface Image {
  readonly data: string;
  readonly mimeType: string;
}

function troubleOf({ data, mimeType }: Image): string | undefined {
  if (!IMAGE_TYPES.includes(mimeType)) return `pictures of the type ${quoted(mimeType, 40)} are not shown to models`;
  const bytes = Buffer.byteLength(data, "base64");
  return bytes > IMAGE_BYTES_MAX ? `a picture has ${size(bytes)}, more than ${size(IMAGE_BYTES_MAX)}` : undefined;
}

async function kept({ data, mimeType }: Image, nth: number, keep: NonNullable<Keep>): Promise<FileRef> {
  const content = Buffer.from(data, "base64");
  const name = `sampling-${nth}.${mimeType.slice("image/".length)}`;
  return { hash: await keep(content), name, mediaType: mimeType, bytes: content.byteLength };
}

const Shown = z.strictObject({
  system: z.string().max(CHARS_MAX),
  messages: z
    .array(z.strictObject({ role: z.enum(["user", "assistant"]), text: z.string().max(CHARS_MAX) }))
    .min(1)
    .max(MESSAGES_MAX),
  maxTokens: z.int().positive().max(OUTPUT_TOKENS_MAX),
});

/** All that a model would be told, for people: JSON text. */
export function shownSampling({ system, messages, outputTokensMax }: Sampled): string {
  return json({ system, messages: messages.map(({ role, text }) => ({ role, text })), maxTokens: outputTokensMax }) ?? "{}";
}

/** What a person has made of it; its pictures stay with their messages. Nothing where it cannot be read. */
export function editedSampling(edited: string, before: Sampled): Sampled | undefined {
  let value: unknown;
  try {
    value = JSON.parse(edited);
  } catch {
    return undefined;
  }
  const { data } = Shown.safeParse(value);
  if (!data) return undefined;
  const messages = data.messages.map((message, at) => {
    const images = before.messages[at]?.images;
    return images ? { ...message, images } : message;
  });
  return { ...before, system: data.system, messages, outputTokensMax: data.maxTokens };
}

/** As the protocol has an answer. */
export const sampledResult = ({ text, model }: { readonly text: string; readonly model: string }): object => ({
  role: "assistant",
  content: { type: "text", text },
  model,
  stopReason: "endTurn",
});
