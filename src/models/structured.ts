import type { ModelRequest } from "../engine/model.ts";

/**
 * For servers that cannot hold a model to a schema: the same request with the schema in words, at the end of the instructions, and a reminder
 * at the very end, where a model listens best.
 */
export function askedInWords(request: ModelRequest): ModelRequest {
  const { answer, ...plain } = request;
  if (!answer) return request;
  const asked = `Answer with one JSON object and nothing else: no prose, no code fence. It has to match this JSON Schema:\n${JSON.stringify(answer.schema)}`;
  return {
    ...plain,
    system: request.system ? `${request.system}\n\n${asked}` : asked,
    messages: [...request.messages, { role: "user", text: "Answer now with the JSON object alone." }],
  };
}

/**
 * The JSON object in what a model wrote, as text: bare, in a code fence or among prose. `undefined` when there is none; the caller, who
 * knows the schema, judges the text then.
 */
export function jsonIn(text: string): string | undefined {
  const fenced = /```(?:json)?[ \t]*\r?\n([\s\S]*?)```/i.exec(text)?.[1];
  const braced = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  return [text, fenced, braced]
    .map((candidate) => candidate?.trim())
    .find((candidate) => candidate !== undefined && isJsonObject(candidate));
}

/** The text itself where it is a JSON object and nothing else. */
export function bareJsonIn(text: string): string | undefined {
  const bare = text.trim();
  return isJsonObject(bare) ? bare : undefined;
}

function isJsonObject(text: string): boolean {
  if (!text.startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Arguments as they are sent back to a provider: always JSON of an object, because several answer 400 to anything else. */
export function argsObject(args: string): { [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(args);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as { [key: string]: unknown };
  } catch {
    // The model wrote broken JSON; it may see that it did.
  }
  return args.trim() === "" ? {} : { broken_arguments: args.toWellFormed() };
}

/** A name that every provider accepts; a model may have called a tool that does not exist under a name that no provider takes back. */
export const safeName = (name: string): string => name.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "_";
