import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { RETRY_AFTER_MS, RETRY_AFTER_MS_MAX } from "./limits.ts";

/** What a failed call means for the message that it was to bring. */
export type CallFailure =
  /** Not done; ask again after `retryAfterMs`. */
  | { readonly kind: "limited"; readonly retryAfterMs: number; readonly code: string }
  /** Perhaps done: look before trying again. */
  | { readonly kind: "ambiguous"; readonly code: string }
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
  if (error instanceof WebAPIHTTPError)
    return { kind: error.statusCode >= 400 && error.statusCode < 500 ? "refused" : "ambiguous", code: `http_${error.statusCode}` };
  if (error instanceof WebAPIRequestError)
    return { kind: "ambiguous", code: error.original.name === "TimeoutError" ? "timeout" : "network" };
  if (!(error instanceof WebAPIPlatformError)) {
    // The client throws a plain error for a 429 without a Retry-After.
    const message = error instanceof Error ? error.message : String(error);
    return message.includes("Retry header") ? limited(RETRY_AFTER_MS) : { kind: "ambiguous", code: message.slice(0, 200) };
  }
  const { error: code, response_metadata: about } = error.data;
  if (LIMITED.has(code)) return limited(about?.retryAfter ? about.retryAfter * 1_000 : RETRY_AFTER_MS, code);
  if (code === "missing_scope") {
    const needed = (error.data as { readonly needed?: unknown }).needed;
    return { kind: "unavailable", code, needed: typeof needed === "string" ? needed : "" };
  }
  for (const [kind, codes] of CODES) if (codes.has(code)) return kind === "unavailable" ? { kind, code, needed: "" } : { kind, code };
  return { kind: "refused", code };
}

const limited = (ms: number, code = "ratelimited"): CallFailure => ({
  kind: "limited",
  retryAfterMs: Number.isFinite(ms) && ms > 0 ? Math.min(ms, RETRY_AFTER_MS_MAX) : RETRY_AFTER_MS,
  code,
});

const LIMITED: ReadonlySet<string> = new Set(["ratelimited", "rate_limited"]);

/** From the method pages and the common errors of docs.slack.dev. */
const CODES: readonly (readonly ["ambiguous" | "gone" | "auth" | "too-long" | "blocks" | "unavailable", ReadonlySet<string>])[] = [
  ["ambiguous", new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"])],
  [
    "gone",
    new Set([
      "channel_not_found", "not_in_channel", "is_archived", "thread_not_found", "cannot_reply_to_message", "message_not_found", "user_not_found",
      "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_locked", "restricted_action_thread_only_channel",
      "restricted_action_non_threadable_channel", "messages_tab_disabled", "ekm_access_denied", "channel_type_not_supported",
    ]), // prettier-ignore
  ],
  [
    "auth",
    new Set([
      "invalid_auth",
      "not_authed",
      "token_revoked",
      "token_expired",
      "account_inactive",
      "team_access_not_granted",
      "access_denied",
      "org_login_required",
    ]),
  ],
  ["too-long", new Set(["msg_too_long", "msg_blocks_too_long", "msg_blocks_too_many"])],
  [
    "blocks",
    new Set([
      "invalid_blocks",
      "invalid_blocks_format",
      "markdown_text_conflict",
      "block_mismatch",
      "invalid_attachments",
      "only_one_table_allowed",
    ]),
  ],
  [
    "unavailable",
    new Set(["unknown_method", "method_deprecated", "not_allowed_token_type", "no_permission", "not_authorized", "feature_not_enabled"]),
  ],
];
