import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  type FetchFunction,
  type Logger,
  type WebAPICallResult,
} from "@slack/web-api";
import { RETRY_AFTER_MS, RETRY_AFTER_MS_MAX } from "../words/limits.ts";
import { SlackAnswer } from "./fetch-answer.ts";

export interface OnceSettings {
  readonly headers: { readonly [name: string]: string };
  /** Rejects where no answer of Slack's came; see fetch-answer.ts. */
  readonly fetch: FetchFunction;
  readonly logger: Pick<Logger, "error">;
}

/**
 * One call of the Web API, made once: what the SDK's client does where it has no retries, without its line of waiting calls and without what it puts
 * together for a log that nobody keeps, which are a third of the processor time of a call. Arguments are words, numbers and what JSON can hold: no
 * binary ones. Rejects with the SDK's own errors.
 */
export async function callOnce(
  url: string,
  args: { readonly [name: string]: unknown },
  { headers, fetch, logger }: OnceSettings,
): Promise<WebAPICallResult> {
  const body = fieldsOf(args);
  let response: Answered;
  try {
    response = await fetch(url, { method: "POST", headers: { ...headers, ...FORM }, body, redirect: "error" });
  } catch (error) {
    throw new WebAPIRequestError(error instanceof Error ? error : new Error(String(error)));
  }
  const retryAfter = retryAfterS(response.headers);
  if (response.status === 429) throw new WebAPIRateLimitedError(retryAfter ?? RETRY_AFTER_MS / 1_000);
  if (response.status !== 200) {
    const { status, statusText, headers: fields } = response;
    throw new WebAPIHTTPError(status, statusText, Object.fromEntries(fields.entries()), await response.text());
  }
  const answer = (response instanceof SlackAnswer ? response.answer : await response.json()) as WebAPICallResult & { error?: string };
  const about = (answer.response_metadata ??= {});
  const scopes = response.headers.get("x-oauth-scopes");
  const accepted = response.headers.get("x-accepted-oauth-scopes");
  if (scopes !== null) about.scopes = listed(scopes);
  if (accepted !== null) about.acceptedScopes = listed(accepted);
  if (retryAfter !== undefined) about.retryAfter = retryAfter;
  for (const message of about.messages ?? []) {
    const [, problem] = /\[ERROR\](.*)/.exec(message) ?? [];
    if (problem !== undefined) logger.error(problem.trim());
  }
  if (!answer.ok) throw new WebAPIPlatformError({ ...answer, error: answer.error ?? "" });
  return answer;
}

/**
 * In whole seconds, none too few, and at most {@link RETRY_AFTER_MS_MAX}. Slack gives a number; what stands between it and Parley may give parts of a second,
 * or a date, by the clock of whoever has written it.
 */
function retryAfterS(headers: Answered["headers"]): number | undefined {
  const given = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(given)) return Math.min(Math.ceil(Number(given)), RETRY_AFTER_S_MAX);
  const untilMs = given.endsWith("GMT") ? Date.parse(given) - Date.parse(headers.get("date") ?? new Date().toUTCString()) : Number.NaN;
  return Number.isNaN(untilMs) ? undefined : Math.min(Math.max(1, Math.ceil(untilMs / 1_000)), RETRY_AFTER_S_MAX);
}

const RETRY_AFTER_S_MAX = RETRY_AFTER_MS_MAX / 1_000;

type Answered = Awaited<ReturnType<FetchFunction>>;

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

/** The same stand in every answer. A cache: without it they are the same. */
let lately = { header: "", scopes: [] as readonly string[] };

function listed(header: string): string[] {
  if (lately.header !== header) lately = { header, scopes: header.split(",").map((scope) => scope.trim()) };
  return [...lately.scopes];
}

/**
 * Slack takes JSON in a field for whatever is not a word or a number. Each is put together by V8: Node's own way with a form goes letter by letter. Half a
 * character, as where a text was cut within one, has no bytes, and is sent as the sign for that.
 */
function fieldsOf(args: { readonly [name: string]: unknown }): string {
  const fields: string[] = [];
  for (const [name, value] of Object.entries(args)) {
    if (value === undefined || value === null) continue;
    const text =
      typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? `${value}` : JSON.stringify(value);
    fields.push(`${encodeURIComponent(name)}=${encodeURIComponent(text.toWellFormed())}`);
  }
  return fields.join("&");
}
