import { WebAPIPlatformError, WebClient, type WebAPICallResult, type WebClientOptions } from "@slack/web-api";

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

/** Asks for the token at each call, once more where it has just run out: a refused call was not made. */
export class TokenClient extends WebClient {
  readonly #source: TokenSource;

  constructor(source: TokenSource, options: WebClientOptions) {
    super(undefined, source.team === undefined ? options : { ...options, teamId: source.team });
    this.#source = source;
  }

  override async apiCall(method: string, options: Record<string, unknown> = {}): Promise<WebAPICallResult> {
    const token = await this.#source.get();
    try {
      return await super.apiCall(method, { ...options, token });
    } catch (error) {
      const code = error instanceof WebAPIPlatformError ? error.data.error : "";
      const next = RUN_OUT.has(code) ? await this.#source.insteadOf(token) : undefined;
      if (next !== undefined) return super.apiCall(method, { ...options, token: next });
      if (WORTHLESS.has(code)) this.#source.refused(token, code);
      throw error;
    }
  }
}

/** Slack answers some with `invalid_auth` where a token was replaced a moment ago. */
const RUN_OUT: ReadonlySet<string> = new Set(["token_expired", "invalid_auth", "token_revoked"]);
/** Nothing can be done with the token any more. */
export const WORTHLESS: ReadonlySet<string> = new Set(["account_inactive", "invalid_auth", "token_revoked", "token_expired", "not_authed"]);

/** As Slack would answer. */
export const tokenError = (code: string): WebAPIPlatformError => new WebAPIPlatformError({ ok: false, error: code });
