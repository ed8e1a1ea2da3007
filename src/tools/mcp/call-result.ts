import { z } from "zod";
import type { ToolResult } from "../../engine/tool.ts";
import type { McpCallResult } from "./connection.ts";
import { failed, json, OUTPUT_CHARS_MAX, quoted, returned, size } from "../result.ts";

const PARTS_MAX = 200;

/** What a server returned, as text: pictures, sounds and files are named, not shown. */
export function toResult({ content, structuredContent, isError }: McpCallResult): ToolResult {
  const parts = content ?? [];
  const lines = parts.slice(0, PARTS_MAX).map(textOf);
  if (parts.length > PARTS_MAX) lines.push(`[${parts.length - PARTS_MAX} more parts]`);
  // The protocol wants the structured answer repeated as text; it counts only where that was not done.
  if (parts.length === 0 && structuredContent !== undefined) lines.push(json(structuredContent) ?? "[data that cannot be shown]");
  const text = lines.join("\n");
  return isError ? failed("tool_error", text.slice(0, OUTPUT_CHARS_MAX) || "The tool failed and does not say why.") : returned(text);
}

const Text = z.object({ type: z.literal("text"), text: z.string() });
const Media = z.object({ type: z.enum(["image", "audio"]), data: z.string(), mimeType: z.string() });
const Resource = z.object({
  type: z.literal("resource"),
  resource: z.object({ uri: z.string(), mimeType: z.string().nullish(), text: z.string().optional(), blob: z.string().optional() }),
});
const Link = z.object({ type: z.literal("resource_link"), uri: z.string(), name: z.string().nullish(), description: z.string().nullish() });
const Part = z.discriminatedUnion("type", [Text, Media, Resource, Link]);

function textOf(part: unknown): string {
  const { data } = Part.safeParse(part);
  if (!data) return `[a part that cannot be shown, of type "${quoted(String(typeOf(part)), 40)}"]`;
  switch (data.type) {
    case "text":
      return data.text;
    case "image":
    case "audio":
      return `[${data.type} ${mediaType(data.mimeType)}, ${size(decodedBytes(data.data))}]`;
    case "resource": {
      const { uri, mimeType, text, blob } = data.resource;
      if (text !== undefined) return `[file ${quoted(uri, 500)}]\n${text}`;
      return `[file ${quoted(uri, 500)}, ${mediaType(mimeType ?? "")}, ${size(decodedBytes(blob ?? ""))}]`;
    }
    case "resource_link":
      return `[link to ${quoted(data.name ?? "a file", 100)}: ${quoted(data.uri, 500)}]${data.description ? ` ${quoted(data.description, 500)}` : ""}`;
  }
}

const typeOf = (part: unknown): string => z.object({ type: z.string() }).safeParse(part).data?.type ?? "";
const mediaType = (text: string): string => (/^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(text) ? text : "of an unknown type");
const decodedBytes = (base64: string): number => Math.floor((base64.replace(/(?<!=)=+$/, "").length * 3) / 4);
