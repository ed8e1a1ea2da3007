import type { Notices, Usage } from "../../engine/events/events.ts";
import type { ModelFailureKind, ModelReply } from "../../engine/model.ts";
import { FAILURES, type Source } from "./failure-table.ts";

type FailedReply = Extract<ModelReply, { kind: "failure" }>;

/** What had come before it failed. */
export interface SoFar {
  readonly text?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly notices?: Notices | undefined;
}

/** A failed reply with one sentence for people, and beside it what the provider said, without secrets. */
export function failure(
  kind: ModelFailureKind,
  source: Source,
  {
    detail,
    retryAfterMs,
    text,
    usage,
    notices = [],
  }: SoFar & { readonly detail?: string | undefined; readonly retryAfterMs?: number | undefined } = {},
): FailedReply {
  const said = detail ? ` (${shortened(redact(detail, source.secrets))})` : "";
  return {
    kind: "failure",
    error: { kind, message: `${FAILURES[kind].sentence(source)}${said}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    ...(text ? { received: text } : {}),
    ...(notices.length > 0 ? { notices } : {}),
    ...(usage ? { usage } : {}),
  };
}

/** Whatever a provider's SDK or the network has thrown, as a failed reply. `nowMs` turns a date to retry after into a wait. */
export function toFailure(error: unknown, source: Source, nowMs: number, soFar: SoFar = {}): FailedReply {
  return failure(kindOf(error), source, { ...soFar, detail: textOf(error), retryAfterMs: retryAfter(error, nowMs) });
}

/** A redirect is not followed: it would take the key along to another server. */
function kindOf(error: unknown): ModelFailureKind {
  const status = statusOf(error);
  const text = `${wordsIn(error, ["code", "type", "error_code"])} ${textOf(error)}`;
  if (
    /insufficient_quota|billing_|spend_limit_reached|credit balance|exceeded your current quota|payment required/i.test(text) ||
    status === 402
  )
    return "quota";
  if (status === 401 || status === 403 || /authentication_error|invalid_api_key|permission_error/.test(text)) return "bad_key";
  if (status === 413 || CONTEXT_SIGNS.test(text)) return "context_too_long";
  if (
    /content_filter|content filtering|content_policy_violation|ResponsibleAIPolicyViolation|invalid_prompt|_policy(_violation)?\b/.test(
      text,
    )
  )
    return "filtered";
  if (status === 404 || /model_not_found|not_found_error|deploymentnotfound/i.test(text)) return "unknown_model";
  if (status === 529 || /overloaded/i.test(text)) return "overloaded";
  if (status === 429 || /rate_limit/.test(text)) return "rate_limited";
  if (status === 408 || status === 504 || /timed? ?out|UND_ERR_(HEADERS|BODY|CONNECT)_TIMEOUT|ETIMEDOUT/i.test(text)) return "timeout";
  if (status === 409 || (status !== undefined && status >= 500)) return "unavailable";
  if (status !== undefined || /invalid_request_error/.test(text)) return "bad_request";
  return "unavailable";
}

const CONTEXT_SIGNS =
  /context_length_exceeded|string_above_max_length|request_too_large|prompt is too long|maximum context length|context (window|length|size)|exceeds? the (model's |available )?context|too many (input )?tokens/i;

/** The HTTP status; `undefined` for an error inside a stream or on the network. */
export function statusOf(error: unknown): number | undefined {
  const status = field(error, "status");
  return typeof status === "number" ? status : undefined;
}

/** What the provider or the network said, and the codes of the causes below it. */
export function textOf(error: unknown): string {
  const words: string[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < CAUSES_MAX && at !== undefined && at !== null; depth++) {
    const message = depth === 0 ? (providerMessage(at) ?? field(at, "message")) : field(at, "message");
    const code = field(at, "code");
    if (typeof message === "string" && !words.includes(message)) words.push(message);
    if (typeof code === "string" && !words.join(" ").includes(code)) words.push(code);
    at = field(at, "cause");
  }
  return words.join(": ") || String(error);
}

const CAUSES_MAX = 5; // A chain of causes may close on itself.

/** OpenAI's SDK puts the error itself into `error`, Anthropic's the body around it. */
function providerMessage(error: unknown): string | undefined {
  const body = field(error, "error");
  const message = field(field(body, "error"), "message") ?? field(body, "message");
  return typeof message === "string" && message ? message : undefined;
}

function wordsIn(error: unknown, keys: readonly string[]): string {
  const body = field(error, "error");
  const places = [error, body, field(body, "error"), field(field(body, "error"), "details"), field(body, "innererror")];
  return places.flatMap((place) => keys.map((key) => field(place, key))).filter((word) => typeof word === "string").join(" "); // prettier-ignore
}

const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as { [key: string]: unknown })[key] : undefined;

function retryAfter(error: unknown, nowMs: number): number | undefined {
  const headers = field(error, "headers");
  if (!(headers instanceof Headers)) return undefined;
  const ms = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  const waitMs = /^\s*[\d.]+\s*$/.test(after) ? Number.parseFloat(after) * 1_000 : Date.parse(after) - nowMs;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}

/** Scheme, host and port alone: an address may carry a password. */
export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : "the given address";
}

const DETAIL_CHARS_MAX = 300; // One or two lines in a thread.

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim().toWellFormed();
  return line.length <= DETAIL_CHARS_MAX ? line : `${line.slice(0, DETAIL_CHARS_MAX)}…`;
}

/** Replaces keys: those that are known, and whatever looks like one. A provider quotes a wrong key in its answer. */
export function redact(text: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
    .reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);
  return known
    .replaceAll(/\b(?:(?:sk|pk|rk|gsk|xai|xox[a-z]|xapp|ghp)[-_]|AIza)[A-Za-z0-9*._-]{4,}/g, REDACTED)
    .replaceAll(/\b(Bearer|Basic)\s+[^\s"',;)]+/gi, `$1 ${REDACTED}`)
    .replaceAll(/((?:x-)?api[-_ ]?key(?:["']?\s*[:=]\s*["']?| provided: ))[^\s"',;)]+/gi, `$1${REDACTED}`)
    .replaceAll(/(:\/\/)[^\s/@]+@/g, `$1${REDACTED}@`);
}

const REDACTED = "[redacted]";
const SECRET_LENGTH_MIN = 4; // Shorter ones, such as `none`-like placeholders, would blank out ordinary words.
