import { WebAPIPlatformError } from "@slack/web-api";

/** The token of an installation, which changes while it is used. */
export interface TokenSource {
  /** One that works for a while. Rejects with Slack's own error when there is none any more. */
  get(): Promise<string>;
  /** Slack has refused this one as run out: another one, if there is one. */
  insteadOf(refused: string): Promise<string | undefined>;
  /** Slack says that this one is worth nothing: whoever looks after the installation hears of it. */
  refused(token: string, code: string): void;
  /** The workspace that calls are about, where the token is an organisation's: then some methods must be told, and the SDK tells all. */
  readonly team: string | undefined;
}

/** Slack answers some with `invalid_auth` where a token was replaced a moment ago. */
export const RUN_OUT: ReadonlySet<string> = new Set(["token_expired", "invalid_auth", "token_revoked"]);
/** Nothing can be done with the token any more. */
export const WORTHLESS: ReadonlySet<string> = new Set(["account_inactive", "invalid_auth", "token_revoked", "token_expired", "not_authed"]);

/** As Slack would answer. */
export const tokenError = (code: string): WebAPIPlatformError => new WebAPIPlatformError({ ok: false, error: code });
