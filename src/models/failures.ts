import type { Usage } from "../engine/events.ts";
import type { ModelFailureKind, ModelReply } from "../engine/model.ts";

/** Where a reply comes from, for messages to people. */
export interface Source {
  /** Such as `OpenAI`. */
  readonly provider: string;
  readonly model: string;
  /** Where it is asked, without path and credentials. */
  readonly host: string;
  /** The environment variable that holds the key, to be named in a mend; the setting's name when there is none. */
  readonly keyName: string;
  /** What must never be shown. */
  readonly secrets: readonly string[];
}

type FailedReply = Extract<ModelReply, { kind: "failure" }>;

/** A failed reply with one sentence for people, and beside it what the provider said, without secrets. */
export function failure(
  kind: ModelFailureKind,
  source: Source,
  {
    detail,
    retryAfterMs,
    usage,
  }: { readonly detail?: string | undefined; readonly retryAfterMs?: number | undefined; readonly usage?: Usage | undefined } = {},
): FailedReply {
  const said = detail ? ` (${shortened(redact(detail, source.secrets))})` : "";
  return {
    kind: "failure",
    error: { kind, message: `${SENTENCES[kind](source)}${said}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    ...(usage ? { usage } : {}),
  };
}

/** Whatever a provider's SDK or the network has thrown, as a failed reply. `nowMs` turns a date to retry after into a wait. */
export function toFailure(error: unknown, source: Source, nowMs: number, usage?: Usage): FailedReply {
  const retryAfterMs = retryAfter(error, nowMs);
  return failure(kindOf(error), source, { detail: textOf(error), retryAfterMs, usage });
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
  if (/content_filter|content_policy_violation|ResponsibleAIPolicyViolation|invalid_prompt|_policy(_violation)?\b/.test(text))
    return "refused";
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

const who = ({ provider, model }: Source): string => `${provider} model "${model}"`;

const SENTENCES: { readonly [kind in ModelFailureKind]: (source: Source) => string } = {
  rate_limited: (source) => `${who(source)} limits how often it may be asked: wait a minute, or raise the limit with the provider.`,
  overloaded: (source) => `${who(source)} is overloaded: try again in a few minutes.`,
  unavailable: (source) => `${who(source)} could not be reached at ${source.host} or broke off: check that it is up, then try again.`,
  timeout: (source) => `${who(source)} took too long: try again, or allow it more time.`,
  bad_key: (source) => `${who(source)} did not accept the key: check ${source.keyName}.`,
  unknown_model: (source) => `${who(source)} was not found at ${source.host}: check the model's name and the address.`,
  quota: (source) => `${who(source)}: the account has no credit left: check its plan and billing.`,
  context_too_long: (source) =>
    `${who(source)} cannot read that much at once: shorten the conversation or take a model with a larger context.`,
  refused: (source) => `${who(source)} declined to answer: put it differently.`,
  bad_request: (source) => `${who(source)} rejected the request: check the model's settings.`,
  bad_answer: (source) => `${who(source)} gave a reply that cannot be used: try again.`,
  empty: (source) => `${who(source)} answered with nothing: try again.`,
  aborted: (source) => `The call of ${who(source)} was stopped.`,
  limit: (source) => `A limit of the run stands in the way of a call of ${who(source)}.`,
};

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
