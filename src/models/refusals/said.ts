/**
 * What a server said when it would not answer, whatever its shape: `{error: {message}}` as most, a list of these (Google's doors), `{detail}`
 * (FastAPI), `{message}` (vLLM, Mistral), `{error: "…"}` (Ollama, LM Studio), JSON within a string (gateways), plain text, a page of HTML.
 */
export interface Said {
  /** In the server's words; a page of HTML is told of, not quoted. Empty when it gave no reason. */
  readonly message: string;
  /** Its codes and types, such as `context_length_exceeded` and `RESOURCE_EXHAUSTED`. */
  readonly codes: readonly string[];
  /** The part of the request that it names. */
  readonly param?: string;
  /** A status that stands in the body; gateways put errors into answers with status 200. */
  readonly status?: number;
  /** The wait that it asks for in the body. */
  readonly retryAfterMs?: number;
  /** Headers of whoever it had asked itself, where it passes them on in the body. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly isPage?: true;
  /** It is no answer at all, but what came in place of one that could be read. */
  readonly isUnreadable?: true;
}

/** What an HTTP answer says that is no success. */
export function saidIn(text: string): Said {
  const body = jsonOf(text.replace(/^\ufeff/, ""));
  if (body !== undefined) return saidBy(body);
  if (isPage(text)) return { message: pageInWords(text), codes: [], isPage: true };
  return { message: text.trim(), codes: [] };
}

/** What parsed JSON says. */
export function saidBy(body: unknown): Said {
  const found: Found = { words: [], codes: [], params: [], statuses: [], waitsMs: [], headers: [] };
  gather(body, found, 0);
  if (found.words.length === 0) sentences(body, found, 0);
  const [param, status, retryAfterMs] = [found.params[0], found.statuses[0], found.waitsMs[0]];
  return {
    message: found.words.join("; "),
    codes: found.codes,
    ...(param === undefined ? {} : { param }),
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(found.headers.length === 0 ? {} : { headers: found.headers }),
  };
}

/** Whether parsed JSON is an error rather than a reply or a part of one. */
export function isError(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isError);
  if (typeof value !== "object" || value === null) return false;
  const fields = value as { readonly [key: string]: unknown };
  const { error, object, type, choices, code } = fields;
  const hasReply = Array.isArray(choices) && choices.length > 0;
  if (error !== undefined && error !== null && error !== false && error !== "" && !(hasReply && saysNothing(error))) return true;
  if (object === "error" || type === "error") return true;
  if ((choices !== undefined && choices !== null) || (type !== undefined && type !== null)) return false;
  if (fields.success === false || fields.status === "error" || (Array.isArray(fields.errors) && fields.errors.length > 0)) return true;
  const { status_code: inner } = (fields.base_resp ?? {}) as { readonly status_code?: unknown };
  if (typeof inner === "number" && inner !== 0) return true;
  if (OWN_KEYS.some((key) => fields[key] !== undefined && fields[key] !== null)) return true;
  // Behind words alone may stand what is no error, such as news of progress; a reply or a part of one holds other fields.
  const words = typeof fields.message === "string" || typeof fields.msg === "string";
  return words && (code !== undefined || Object.keys(fields).every((key) => WORD_KEYS.has(key) || CODE_KEYS.has(key)));
}

/** Names that only errors have. */
const OWN_KEYS = ["detail", "error_msg", "error_message", "errorMessage", "err_msg", "fault", "Message", "__type"];

/** A place for an error that is empty, beside a reply. */
const saysNothing = (error: unknown): boolean => typeof error === "object" && saidBy(error).message === "";

interface Found {
  readonly words: string[];
  readonly codes: string[];
  readonly params: string[];
  readonly statuses: number[];
  readonly waitsMs: number[];
  readonly headers: [string, string][];
}

const WORD_KEYS = new Set(["message", "msg", "detail", "error", "error_description", "description", "errors", "error_message", "error_msg", "errorMessage", "err", "err_msg", "Message", "status_msg", "faultstring", "failed_generation", "reason", "title", "raw"]); // prettier-ignore
const CODE_KEYS = new Set([
  "code",
  "type",
  "status",
  "statusCode",
  "status_code",
  "http_status_code",
  "error_code",
  "error_type",
  "reason",
  "errorCode",
  "errorcode",
  "Code",
  "__type",
]);
const INNER_KEYS = new Set([
  "metadata",
  "innererror",
  "inner_error",
  "details",
  "response",
  "body",
  "content_filter_result",
  "data",
  "fault",
  "base_resp",
  "extensions",
]);
const DEPTH_MAX = 6; // Errors are nested by hand, not by data.
const WORDS_MAX = 8;

function gather(value: unknown, found: Found, depth: number): void {
  if (depth > DEPTH_MAX || found.words.length >= WORDS_MAX) return;
  if (typeof value === "string") {
    const inner = /^\s*[[{]/.test(value) ? jsonOf(value) : undefined;
    if (typeof inner === "object" && inner !== null) gather(inner, found, depth + 1);
    else addWords(value, found);
    return;
  }
  if (Array.isArray(value)) {
    for (const one of value.slice(0, WORDS_MAX)) gather(one, found, depth + 1);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const fields = value as { readonly [key: string]: unknown };
  const where = Array.isArray(fields.loc) ? fields.loc.filter((step) => step !== "body").join(".") : undefined;
  if (where !== undefined) {
    found.params.push(where);
    if (typeof fields.msg === "string") addWords(`${where}: ${fields.msg}`, found);
    if (typeof fields.type === "string") found.codes.push(fields.type);
    return;
  }
  if (typeof fields.param === "string" && fields.param) found.params.push(fields.param);
  const wait = typeof fields.retryDelay === "string" ? durationMs(fields.retryDelay) : undefined;
  if (wait !== undefined) found.waitsMs.push(wait);
  for (const key of ["retry_after", "retry_after_seconds", "retryAfter"]) {
    const seconds = Number.parseFloat(String(fields[key]));
    if (Number.isFinite(seconds)) found.waitsMs.push(seconds * 1_000);
  }
  for (const key of ["retry_after_ms", "retryAfterMs"]) {
    const ms = Number.parseFloat(String(fields[key]));
    if (Number.isFinite(ms)) found.waitsMs.push(ms);
  }
  if (typeof fields.headers === "object" && fields.headers !== null)
    for (const [name, own] of Object.entries(fields.headers).slice(0, FIELDS_MAX)) found.headers.push([name, String(own)]);
  for (const [key, own] of Object.entries(fields)) {
    if (CODE_KEYS.has(key)) codeOf(own, found);
    if (WORD_KEYS.has(key) && !(key === "reason" && typeof own === "string" && isCode(own))) gather(own, found, depth + 1);
    else if (INNER_KEYS.has(key)) gather(own, found, depth + 1);
  }
}

/** Whatever is written in words, in a shape that nobody knows. */
function sentences(value: unknown, found: Found, depth: number): void {
  if (depth > DEPTH_MAX || found.words.length >= WORDS_MAX) return;
  if (typeof value === "string") return /\S\s+\S/.test(value) ? addWords(value, found) : undefined;
  if (typeof value === "object" && value !== null)
    for (const own of Object.values(value).slice(0, FIELDS_MAX)) sentences(own, found, depth + 1);
}

const FIELDS_MAX = 40;

function codeOf(value: unknown, found: Found): void {
  if (typeof value === "string" && value !== "" && value !== "error") found.codes.push(value);
  const status = typeof value === "number" ? value : typeof value === "string" && /^[45]\d\d$/.test(value) ? Number(value) : undefined;
  if (status !== undefined && status >= 400 && status < 600) found.statuses.push(status);
}

const isCode = (text: string): boolean => /^[A-Za-z0-9_.-]+$/.test(text) && /[_A-Z]/.test(text);

function addWords(text: string, found: Found): void {
  const words = isPage(text) ? pageInWords(text) : text.trim();
  if (words !== "" && !found.words.some((known) => known.includes(words))) found.words.push(words);
}

/** `34s`, `1.5s`, `20ms`, `6m0s`, `1h2m`, `2d`. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(/(?<!\d)(\d+(?:\.\d+)?)\s*(ms|d|h|m|s)/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? "s"] ?? 0), 0);
}

const UNIT_MS: { readonly [unit: string]: number } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const isPage = (text: string): boolean => PAGE.test(text.slice(0, PAGE_CHARS));

/** Comments and a declaration may stand in front; servers send pieces of pages, too. */
const PAGE = /^[\s\ufeff]*(?:<!--(?:(?!-->)[\s\S])*-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype html|(?:html|head|body|title|meta|link|script|style|noscript|div|main|section|center|span|table|pre|hr|p|h[1-6])(?=[\s/>]))/i; // prettier-ignore
const PAGE_CHARS = 4_000;

function pageInWords(page: string): string {
  const start = page.slice(0, BODY_CHARS);
  const title = /<title[^<>]*>([^<]{1,200})<\/title>/i.exec(start)?.[1] ?? /<h\d[^<>]*>([^<]{1,200})<\/h\d>/i.exec(start)?.[1] ?? /<(?:pre|p)[^<>]*>([^<]{1,200})</i.exec(start)?.[1]; // prettier-ignore
  return title?.trim() ? `a web page came: "${title.trim()}"` : "a web page came";
}

const BODY_CHARS = 20_000;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
