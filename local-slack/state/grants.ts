import { randomBytes } from "node:crypto";
import { textArg, type Args } from "../api/args.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { APP_ID, BOT_USER_ID, SCOPES, TEAM_NAME } from "./seed.ts";
import type { Json } from "./state.ts";

/** Where an app was installed: a workspace, or an organisation with all of its workspaces. */
interface Grant {
  readonly id: string;
  readonly org: string | undefined;
  readonly isOrg: boolean;
}

/** A code is worth something for ten minutes. */
const CODE_MS = 600_000;
/** Slack lets go of older access tokens when there are more. */
const TOKENS_LIVE_MAX = 2;

/** The app's side of OAuth v2, with token rotation: codes, access tokens that run out, refresh tokens that work once. */
export class Grants {
  readonly clientId = "1111.2222";
  readonly clientSecret = randomBytes(16).toString("hex");
  refreshes = 0;
  losing = 0;
  redirectUri = "";
  readonly #now: () => number;
  readonly #tokenMs: number | undefined;
  readonly #teams: readonly { readonly id: string; readonly org?: string }[];
  readonly #codes = new Map<string, { readonly grant: Grant; readonly redirectUri: string; readonly expiresAt: number }>();
  readonly #tokens = new Map<string, { readonly grant: Grant; readonly expiresAt: number; revoked: boolean }>();
  readonly #refreshTokens = new Map<string, Grant>();

  constructor(options: {
    readonly now: () => number;
    readonly tokenMs: number | undefined;
    readonly teams: readonly { readonly id: string; readonly org?: string }[];
  }) {
    this.#now = options.now;
    this.#tokenMs = options.tokenMs;
    this.#teams = options.teams;
  }

  /** Somebody says yes on the page to which the app has sent them: where to go back to. */
  authorize(query: URLSearchParams): URL | Refusal {
    const id = query.get("team") ?? this.#teams[0]?.id ?? "";
    const named = query.get("redirect_uri") ?? "";
    const redirectUri = named || this.redirectUri;
    const team = this.#teams.find((one) => one.id === id);
    const isOrg = this.#teams.some(({ org }) => org === id);
    if (query.get("client_id") !== this.clientId) return refuse("invalid_client_id");
    if (!URL.canParse(redirectUri) || (!team && !isOrg)) return refuse("bad_redirect_uri");
    const code = randomBytes(12).toString("hex");
    this.#codes.set(code, { grant: { id, org: isOrg ? id : team?.org, isOrg }, redirectUri: named, expiresAt: this.#now() + CODE_MS });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    return back;
  }

  /** oauth.v2.access, for a code or for a refresh token. */
  access(args: Args): Json | Refusal {
    if (textArg(args, "client_id") !== this.clientId) return refuse("invalid_client_id");
    if (textArg(args, "client_secret") !== this.clientSecret) return refuse("bad_client_secret");
    if (textArg(args, "grant_type") !== "refresh_token") {
      const code = this.#codes.get(textArg(args, "code"));
      if (!code || code.expiresAt < this.#now()) return refuse("invalid_code");
      this.#codes.delete(textArg(args, "code"));
      return textArg(args, "redirect_uri") === code.redirectUri ? this.#issue(code.grant) : refuse("bad_redirect_uri");
    }
    this.refreshes += 1;
    const grant = this.#refreshTokens.get(textArg(args, "refresh_token"));
    if (!grant) return refuse("invalid_refresh_token");
    this.#refreshTokens.delete(textArg(args, "refresh_token"));
    return this.#issue(grant);
  }

  /** Undefined for a token that was not given out here. */
  check(token: string): { readonly id: string } | { readonly error: string } | undefined {
    const found = this.#tokens.get(token);
    if (!found) return undefined;
    if (found.revoked) return { error: "account_inactive" };
    return found.expiresAt < this.#now() ? { error: "token_expired" } : { id: found.grant.id };
  }

  /** Whether a grant for this id opens this workspace. */
  covers(id: string, team: string): boolean {
    return this.#teams.some((one) => one.id === team && (one.id === id || one.org === id));
  }

  /** Whether this organisation has the app for all of its workspaces; the last events of an app that is removed are the organisation's too. */
  isOrgWide(org: string): boolean {
    return [...this.#tokens.values()].some(({ grant }) => grant.isOrg && grant.id === org);
  }

  revoke(id: string): void {
    for (const token of this.#tokens.values()) if (token.grant.id === id) token.revoked = true;
    for (const [refresh, grant] of this.#refreshTokens) if (grant.id === id) this.#refreshTokens.delete(refresh);
  }

  #issue(grant: Grant): Json {
    const token = `${this.#tokenMs === undefined ? "" : "xoxe."}xoxb-${randomBytes(12).toString("hex")}`;
    this.#tokens.set(token, { grant, expiresAt: this.#now() + (this.#tokenMs ?? Infinity), revoked: false });
    const live = [...this.#tokens].filter(([, one]) => one.grant.id === grant.id && !one.revoked);
    if (this.#tokenMs !== undefined) for (const [old] of live.slice(0, -TOKENS_LIVE_MAX)) this.#tokens.delete(old);
    const refresh = `xoxe-1-${randomBytes(12).toString("hex")}`;
    if (this.#tokenMs !== undefined) this.#refreshTokens.set(refresh, grant);
    return {
      app_id: APP_ID,
      authed_user: { id: "U0ADA" },
      scope: SCOPES.join(","),
      token_type: "bot",
      access_token: token,
      bot_user_id: BOT_USER_ID,
      ...(this.#tokenMs === undefined ? {} : { refresh_token: refresh, expires_in: this.#tokenMs / 1_000 }),
      team: grant.isOrg ? null : { id: grant.id, name: `${TEAM_NAME} ${grant.id}` },
      enterprise: grant.org === undefined ? null : { id: grant.org, name: `Organisation ${grant.org}` },
      is_enterprise_install: grant.isOrg,
    };
  }
}
