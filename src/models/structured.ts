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
 * The JSON object in what a model wrote, as text: bare, in a code fence, in a string, in a call by the schema's name, or among prose. Among
 * several that differ none is guessed; but where `required` names the properties that the answer has to have, others do not count. `undefined`
 * when there is none; the caller, who knows the schema, judges the text then.
 */
export function jsonIn(text: string, required: readonly string[] = []): string | undefined {
  const fenced = /```(?:json)?[ \t]*\r?\n([\s\S]*?)```/i.exec(text)?.[1];
  const braced = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  const whole = [text, fenced, braced, inString(text)]
    .map((candidate) => candidate?.trim())
    .find((candidate) => candidate !== undefined && isJsonObject(candidate));
  if (whole !== undefined) return inCall(whole, required);
  const fitting = objectsAmong(text).filter((one) => has(one, required));
  return new Set(fitting.map((one) => JSON.stringify(JSON.parse(one)))).size === 1 ? fitting[0] : undefined;
}

/** The properties that an answer has to have. */
export const requiredBy = ({ answer }: ModelRequest): readonly string[] => (answer?.schema.required ?? []) as readonly string[];

function inString(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The arguments of a call that was written down, where they are what was asked for. */
function inCall(json: string, required: readonly string[]): string {
  if (required.length === 0 || has(json, required)) return json;
  const fields = JSON.parse(json) as { readonly [key: string]: unknown };
  const inner = [fields.arguments, fields.parameters, fields.input].map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  return inner.find((one) => one !== undefined && isJsonObject(one) && has(one, required)) ?? json;
}

const has = (json: string, required: readonly string[]): boolean => {
  const value = JSON.parse(json) as object;
  return required.every((name) => name in value);
};

const OBJECTS_MAX = 50;

/** Every object of JSON that stands in a text by itself. */
function objectsAmong(text: string): readonly string[] {
  const objects: string[] = [];
  for (let at = text.indexOf("{"), tried = 0; at >= 0 && tried < OBJECTS_MAX; at = text.indexOf("{", at + 1), tried++) {
    const end = endOf(text, at);
    const candidate = text.slice(at, end + 1);
    if (end < 0 || !isJsonObject(candidate)) continue;
    objects.push(candidate);
    at = end;
  }
  return objects;
}

/** Where the brace is closed that is opened at a place; -1 for nowhere. */
function endOf(text: string, from: number): number {
  let [depth, inString] = [0, false];
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (inString && char === "\\") at++;
    else if (char === '"') inString = !inString;
    else if (!inString && char === "{") depth++;
    else if (!inString && char === "}" && --depth === 0) return at;
  }
  return -1;
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
