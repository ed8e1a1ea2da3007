import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { textArg, type Args } from "../api/args.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { TEAM_DOMAIN, TEAM_NAME } from "./seed.ts";
import type { Json, State } from "./state.ts";

/** A code is worth something for ten minutes, once. */
const CODE_MS = 600_000;
/** An identity token runs out after five minutes, as Slack's does. */
const ID_TOKEN_SECONDS = 300;
const SCOPES: readonly string[] = ["openid", "email", "profile"];
const CODES_KEPT_MAX = 1_000;

/** Of the workspace in which somebody signs in. */
interface SignsIn {
  readonly baseUrl: string;
  readonly teamId: string;
  readonly org?: string | undefined;
  readonly state: State;
  now(): number;
}

interface Code {
  readonly user: string;
  readonly redirectUri: string;
  readonly nonce: string;
  /** PKCE (RFC 7636): who asks for the token has to know what this was made of. */
  readonly challenge: string | undefined;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
}

/** Sign in with Slack: OpenID Connect's code flow, with identity tokens signed by a key of this workspace's own. */
export class OpenId {
  readonly clientId = "1111.3333";
  readonly clientSecret = randomBytes(16).toString("hex");
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  readonly #keyId = randomBytes(8).toString("hex");
  readonly #codes = new Map<string, Code>();
  readonly #tokens = new Map<string, { readonly user: string; readonly scopes: readonly string[] }>();

  /** `as` is who says yes on Slack's page; without it there is nobody to say it yet. */
  authorize(local: SignsIn, query: URLSearchParams): URL | { readonly choose: true } | Refusal {
    const redirectUri = query.get("redirect_uri") ?? "";
    const scopes = (query.get("scope") ?? "").split(/[ ,]+/).filter((scope) => scope !== "");
    if (query.get("client_id") !== this.clientId) return refuse("invalid_client_id");
    if (!URL.canParse(redirectUri)) return refuse("bad_redirect_uri");
    if (query.get("response_type") !== "code") return refuse("invalid_response_type");
    if (!scopes.includes("openid") || scopes.some((scope) => !SCOPES.includes(scope))) return refuse("invalid_scope");
    const challenge = query.get("code_challenge") ?? undefined;
    if (challenge !== undefined && query.get("code_challenge_method") !== "S256") return refuse("invalid_code_challenge_method");
    const team = query.get("team") ?? "";
    if (team !== "" && team !== local.teamId) return refuse("invalid_team_for_non_distributed_app");
    const user = query.get("as") ?? "";
    if (user === "") return { choose: true };
    if (!local.state.users.has(user)) return refuse("user_not_found");
    const back = new URL(redirectUri);
    const code = randomBytes(12).toString("hex");
    for (const old of this.#codes.keys()) if (this.#codes.size >= CODES_KEPT_MAX) this.#codes.delete(old);
    this.#codes.set(code, { user, redirectUri, nonce: query.get("nonce") ?? "", challenge, scopes, expiresAtMs: local.now() + CODE_MS });
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    return back;
  }

  /** openid.connect.token. */
  token(local: SignsIn, args: Args, basic: string | undefined): Json | Refusal {
    const [id, secret] = basic === undefined ? [textArg(args, "client_id"), textArg(args, "client_secret")] : credentialsOf(basic);
    if (id !== this.clientId) return refuse("invalid_client_id");
    if (secret !== this.clientSecret) return refuse("bad_client_secret");
    const code = this.#codes.get(textArg(args, "code"));
    this.#codes.delete(textArg(args, "code"));
    if (!code || code.expiresAtMs < local.now()) return refuse("invalid_code");
    if (textArg(args, "redirect_uri") !== code.redirectUri) return refuse("bad_redirect_uri");
    const verifier = createHash("sha256").update(textArg(args, "code_verifier")).digest("base64url");
    if (code.challenge !== undefined && verifier !== code.challenge) return refuse("invalid_code_verifier");
    const access = `xoxp-local-${randomBytes(12).toString("hex")}`;
    this.#tokens.set(access, { user: code.user, scopes: code.scopes });
    return { access_token: access, token_type: "Bearer", id_token: this.#idToken(local, code, access) };
  }

  /** openid.connect.userInfo. */
  userInfo(local: SignsIn, bearer: string): Json | Refusal {
    const granted = this.#tokens.get(bearer);
    return granted ? claimsOf(local, granted) : refuse(bearer === "" ? "not_authed" : "invalid_auth");
  }

  /** What others check signatures by. */
  keys(): Json {
    const { n, e } = this.#keys.publicKey.export({ format: "jwk" });
    return { keys: [{ e, n, use: "sig", kid: this.#keyId, kty: "RSA", alg: "RS256" }] };
  }

  #idToken(local: SignsIn, { user, scopes, nonce }: Code, access: string): string {
    const issuedAt = Math.trunc(local.now() / 1_000);
    const { ok: _, ...claims } = claimsOf(local, { user, scopes });
    const payload = {
      iss: local.baseUrl,
      aud: this.clientId,
      exp: issuedAt + ID_TOKEN_SECONDS,
      iat: issuedAt,
      auth_time: issuedAt,
      ...(nonce === "" ? {} : { nonce }),
      at_hash: createHash("sha256").update(access).digest().subarray(0, 16).toString("base64url"),
      ...claims,
    };
    const signed = [{ alg: "RS256", kid: this.#keyId, typ: "JWT" }, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), this.#keys.privateKey).toString("base64url")}`;
  }
}

/** Where everything is, under the name that clients look for. */
export const openIdConfiguration = ({ baseUrl }: SignsIn): Json => ({
  issuer: baseUrl,
  authorization_endpoint: `${baseUrl}/openid/connect/authorize`,
  token_endpoint: `${baseUrl}/api/openid.connect.token`,
  userinfo_endpoint: `${baseUrl}/api/openid.connect.userInfo`,
  jwks_uri: `${baseUrl}/openid/connect/keys`,
  scopes_supported: ["openid", "profile", "email"],
  response_types_supported: ["code"],
  response_modes_supported: ["query"],
  grant_types_supported: ["authorization_code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  claims_supported: ["sub", "auth_time", "iss"],
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: true,
  token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
});

/** What a person has agreed to tell of themselves. */
function claimsOf(local: SignsIn, { user: id, scopes }: { readonly user: string; readonly scopes: readonly string[] }): Json {
  const user = local.state.users.get(id);
  const [given = "", ...family] = (user?.realName ?? "").split(" ");
  return {
    sub: id,
    "https://slack.com/user_id": id,
    "https://slack.com/team_id": user?.teamId ?? local.teamId,
    ...(local.org === undefined ? {} : { "https://slack.com/enterprise_id": local.org }),
    ...(scopes.includes("email")
      ? {
          email: `${user?.name.toLowerCase() ?? "nobody"}@${TEAM_DOMAIN}.example`,
          email_verified: true,
          date_email_verified: 1_700_000_000,
        }
      : {}),
    ...(scopes.includes("profile")
      ? {
          name: user?.realName ?? "",
          picture: "https://secure.gravatar.com/avatar/0.png",
          given_name: given,
          family_name: family.join(" "),
          locale: "en-US",
          "https://slack.com/team_name": TEAM_NAME,
          "https://slack.com/team_domain": TEAM_DOMAIN,
        }
      : {}),
  };
}

/** `Basic …` of RFC 6749: both are percent-encoded first. */
function credentialsOf(basic: string): [string, string] {
  const text = Buffer.from(basic, "base64").toString("utf8");
  const at = text.indexOf(":");
  return [decodeURIComponent(text.slice(0, Math.max(0, at))), decodeURIComponent(text.slice(at + 1))];
}
