import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { knownCode, type Reaction } from "./error-codes.ts";
import { RETRY_AFTER_MS, RETRY_AFTER_MS_MAX } from "../words/limits.ts";

/** What a failed call means for the message that it was to bring. */
export type CallFailure =
  /** Not done; ask again after `retryAfterMs`. */
  | { readonly kind: "limited"; readonly retryAfterMs: number; readonly code: string }
  /** Perhaps done: look before trying again. */
  | { readonly kind: "ambiguous"; readonly code: string }
  /** Slack says no in a word that its reference does not have. Perhaps done: look; what is not there after a few tries was refused. */
  | { readonly kind: "undocumented"; readonly code: string }
  /** The place is closed to the bot; nothing can be said there. */
  | { readonly kind: "gone"; readonly code: string }
  /** Nothing at all can be done with this token. */
  | { readonly kind: "auth"; readonly code: string }
  | { readonly kind: "too-long"; readonly code: string }
  /** The blocks are not taken; the text may be. */
  | { readonly kind: "blocks"; readonly code: string }
  /** This feature is not granted or not known here. `needed`: the scope, where Slack names it. */
  | { readonly kind: "unavailable"; readonly code: string; readonly needed: string }
  /** Refused for a reason of its own. */
  | { readonly kind: "refused"; readonly code: string };

export function failureOf(error: unknown): CallFailure {
  if (error instanceof WebAPIRateLimitedError) return limited(error.retryAfter * 1_000);
  if (error instanceof WebAPIHTTPError) return httpFailure(error.statusCode);
  if (error instanceof WebAPIRequestError) return { kind: "ambiguous", code: NO_ANSWER[error.original.name] ?? "network" };
  if (!(error instanceof WebAPIPlatformError)) {
    // The client throws a plain error for a 429 without a Retry-After.
    const message = error instanceof Error ? error.message : String(error);
    return message.includes("Retry header") ? limited(RETRY_AFTER_MS) : { kind: "ambiguous", code: message.slice(0, 200) };
  }
  const { error: code, response_metadata: about } = error.data;
  const { reaction } = knownCode(code);
  if (reaction === "wait") return limited(about?.retryAfter ? about.retryAfter * 1_000 : RETRY_AFTER_MS, code);
  const kind = KINDS[reaction];
  if (kind !== "unavailable") return { kind, code };
  const { needed } = error.data as { readonly needed?: unknown };
  return { kind, code, needed: typeof needed === "string" ? needed : "" };
}

/** Whether it may have been done all the same. */
export const isUnsure = ({ kind }: CallFailure): boolean => kind === "ambiguous" || kind === "undocumented";

const NO_ANSWER: { readonly [name: string]: string } = { TimeoutError: "timeout", NoAnswerError: "no_answer" };

/** Slack itself answers with 200 and 429 alone; what else comes is from something in between, or from a Slack in trouble. */
export function httpFailure(status: number): CallFailure {
  const isNo = status >= 400 && status < 500 && !MAY_BE_DONE.has(status);
  return { kind: isNo ? "refused" : "ambiguous", code: `http_${status}` };
}

/** Whoever says so has waited for an answer, or has not, and does not know what became of the request. */
const MAY_BE_DONE: ReadonlySet<number> = new Set([408, 409, 425, 499]);

const limited = (ms: number, code = "ratelimited"): CallFailure => ({
  kind: "limited",
  retryAfterMs: Number.isFinite(ms) && ms > 0 ? Math.min(ms, RETRY_AFTER_MS_MAX) : RETRY_AFTER_MS,
  code,
});

/** How a reaction is told to those who post; what has no word of its own there is a refusal like any other. */
const KINDS: { readonly [reaction in Exclude<Reaction, "wait">]: Exclude<CallFailure["kind"], "limited"> } = {
  look: "ambiguous",
  park: "gone",
  hold: "auth",
  "do-without": "unavailable",
  split: "too-long",
  strip: "blocks",
  anew: "refused",
  fine: "refused",
  say: "refused",
  bug: "refused",
  doubt: "undocumented",
};
