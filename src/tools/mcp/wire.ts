/**
 * What a server wrote, read as it is meant. Libraries for JSON-RPC that are not of MCP write `error: null` beside a result and `result: null` beside an
 * error, name the version by a number, answer in a list of one, and repeat the method; Python writes NaN. The protocol's SDK takes each of these
 * for no answer, and a call would wait for one until its time is over.
 */
export function messagesIn(value: unknown): readonly unknown[] {
  if (isPlainAnswer(value)) return [value];
  return Array.isArray(value) ? value.slice(0, BATCH_MAX).map(asMeant) : [asMeant(value)];
}

const BATCH_MAX = 100; // Calls of one session at once are fewer.

/** Its value; nothing for what is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return /\b(?:NaN|Infinity)\b/.test(text) ? withoutNaN(text) : undefined;
  }
}

/** Numbers that JSON does not have are null, as JavaScript writes them. What stands in a text stays. */
function withoutNaN(text: string): unknown {
  try {
    // A text without an end goes to the end: it is not looked through again from each mark within it.
    return JSON.parse(
      text.replaceAll(/"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|-?\b(?:NaN|Infinity)\b/g, (found) => (found.startsWith('"') ? found : "null")),
    );
  } catch {
    return undefined;
  }
}

/** As nearly all are, and as it should be: a look costs next to nothing. */
function isPlainAnswer(value: unknown): boolean {
  if (!isJson(value) || value["jsonrpc"] !== "2.0" || !isJson(value["result"])) return false;
  let members = 0;
  for (const _ in value) members++;
  return members === 3 && value["id"] !== undefined;
}

function asMeant(value: unknown): unknown {
  if (!isJson(value) || !(value["jsonrpc"] === "2.0" || value["jsonrpc"] === 2)) return value;
  const { id, method, params, result, error } = value;
  // Libraries with one record for all write every member, and null in what a request has not.
  const isAsked = typeof method === "string" && method !== "" && (result ?? error ?? null) === null;
  const isAnswer = !isAsked && ("result" in value || "error" in value);
  if (!isAnswer) {
    const { id: _id, params: _params, result: _result, error: _error, ...rest } = value;
    return { ...rest, jsonrpc: "2.0", ...given("id", id), ...given("params", params) };
  }
  const isRefusal = error !== undefined && error !== null && !((error === "" || error === false) && isJson(result));
  if (isRefusal) return { jsonrpc: "2.0", id: id ?? undefined, error: errorIn(error) };
  return { jsonrpc: "2.0", id, result: resultIn(result) };
}

const given = (name: string, value: unknown): Json => (value === null || value === undefined ? {} : { [name]: value });

const INTERNAL_ERROR = -32_603;

function errorIn(error: unknown): Json {
  const { code, message, data } = isJson(error) ? error : { message: error };
  return {
    code: Number.isInteger(code) ? code : INTERNAL_ERROR,
    message: typeof message === "string" ? message : (JSON.stringify(error) ?? ""),
    ...(data === undefined ? {} : { data }),
  };
}

/** An object, as every result is. One of another kind can only be what a tool said. */
function resultIn(result: unknown): Json {
  if (isJson(result)) return result;
  if (result === null || result === undefined) return {};
  return { content: Array.isArray(result) ? result : [{ type: "text", text: result }] };
}

type Json = Readonly<Record<string, unknown>>;
export const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
