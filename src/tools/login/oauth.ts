import {
  auth,
  exchangeAuthorization,
  extractWWWAuthenticateParams,
  OAuthError,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  refreshAuthorization,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { z } from "zod";
import type { LoginFetch } from "./login-fetch.ts";

/** A server as its logins see it. */
export interface LoginServer {
  readonly name: string;
  readonly url: string;
  /** What is asked for; what the server says when absent. */
  readonly scopes?: readonly string[] | undefined;
  /** Parley as the server's login knows it, where it was entered there by hand. */
  readonly client?: { readonly id: string; readonly secret?: string | undefined } | undefined;
}

/** What is known between the two halves of a login: sealed while it is kept. */
export interface Begun {
  /** Of the server that it is for. */
  readonly url: string;
  readonly verifier: string;
  /** Whom the tokens are for (RFC 8707). */
  readonly resource?: string;
  readonly client: StoredOAuthClientInformation;
  readonly discovery: OAuthDiscoveryState;
}

/** A login that was given, with all that it takes to renew it. */
export interface Given {
  /** Of the server that it is for, and no other one of the same name. */
  readonly url: string;
  readonly tokens: StoredOAuthTokens;
  /** When the token runs out, in ms since the epoch; absent for one of which that is not said. */
  readonly expiresAt?: number;
  /** Whom the tokens are for (RFC 8707). */
  readonly resource?: string;
  readonly client: StoredOAuthClientInformation;
  readonly discovery: OAuthDiscoveryState;
}

interface Around {
  readonly redirectUrl: string;
  /** Where the client metadata document is; only an https address is one. */
  readonly metadataUrl?: string | undefined;
  readonly fetch: LoginFetch;
  readonly now: () => number;
}

/** The first half, up to the address of the page on which a person says yes. `known`: Parley as it was entered there before. */
export async function begin(
  server: LoginServer,
  { state, known }: { readonly state: string; readonly known: StoredOAuthClientInformation | undefined },
  around: Around,
): Promise<Begun & { readonly address: URL }> {
  const flow = new Flow(server, around, { state, client: known });
  const challenge = await challengeOf(server.url, around.fetch);
  const scope = server.scopes?.join(" ") ?? challenge.scope;
  await auth(flow, {
    serverUrl: server.url,
    fetchFn: around.fetch,
    ...(challenge.resourceMetadataUrl ? { resourceMetadataUrl: challenge.resourceMetadataUrl } : {}),
    ...(scope === undefined ? {} : { scope }),
  });
  const { address, verifier, client, discovery, resource } = flow;
  if (!address || verifier === undefined || !client || !discovery) throw new Error("the login's server names no page for it");
  if (!/^https?:$/.test(address.protocol)) throw new Error("the login's page is at no address of the web");
  return { address, url: server.url, verifier, client, discovery, ...(resource === undefined ? {} : { resource }) };
}

/** The second: the code for tokens, asked for once. `iss`: as the answer has it (RFC 9207). */
export async function finish(
  { begun, code, iss }: { readonly begun: Begun; readonly code: string; readonly iss: string | undefined },
  { redirectUrl, fetch, now }: Around,
): Promise<Given> {
  const { url, verifier, client, discovery, resource } = begun;
  const { authorizationServerMetadata: metadata } = discovery;
  // Not the SDK's `auth`, which sends a code that was refused a second time, and prints what it was told about it.
  const tokens = await exchangeAuthorization(discovery.authorizationServerUrl, {
    ...(metadata ? { metadata } : {}),
    clientInformation: client,
    authorizationCode: code,
    codeVerifier: verifier,
    redirectUri: redirectUrl,
    ...(iss === undefined ? {} : { iss }),
    ...(resource === undefined ? {} : { resource }),
    fetchFn: fetch,
  });
  return { url, ...expiring(tokens, now), ...(resource === undefined ? {} : { resource }), client, discovery };
}

/** Whether the login's server does not know Parley any more, as it was entered there. */
export const isUnknownThere = (error: unknown): boolean =>
  error instanceof OAuthError && (error.code === "invalid_client" || error.code === "unauthorized_client");

/** What of a login must be seen by nobody; shorter words stand in texts by chance. */
export const secretsIn = ({ tokens, client }: Pick<Given, "tokens" | "client">): readonly string[] =>
  [tokens.access_token, tokens.refresh_token, tokens.id_token, client.client_secret].flatMap((secret) =>
    secret !== undefined && secret.length >= SECRET_CHARS_MIN ? [secret] : [],
  );
const SECRET_CHARS_MIN = 8;

/** The text without them, in whatever way they are written in it. */
export const withoutSecrets = (text: string, secrets: Iterable<string>): string =>
  [...secrets]
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    // The longest first: one may begin as another does.
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "[login]"), text);

/** New tokens for the refresh token, which mostly works once. Nothing where the login is no more, so that a person has to give it again; rejects where it may be. */
export async function renew(given: Given, { fetch, now }: Pick<Around, "fetch" | "now">): Promise<Given | undefined> {
  const { client, discovery, resource, tokens } = given;
  if (tokens.refresh_token === undefined) return undefined;
  try {
    const renewed = await refreshAuthorization(discovery.authorizationServerUrl, {
      ...(discovery.authorizationServerMetadata ? { metadata: discovery.authorizationServerMetadata } : {}),
      clientInformation: client,
      refreshToken: tokens.refresh_token,
      ...(resource === undefined ? {} : { resource }),
      fetchFn: fetch,
    });
    return { ...given, ...expiring(renewed, now) };
  } catch (error) {
    if (error instanceof OAuthError && OVER.has(error.code)) return undefined;
    throw error;
  }
}

/** RFC 6749, 5.2: what a second try would not change. */
const OVER: ReadonlySet<string> = new Set([
  "invalid_grant",
  "invalid_client",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
]);

/** Tells the login's server that the tokens are not wanted any more (RFC 7009), where it takes that. */
export async function revoke({ tokens, client, discovery }: Given, { fetch }: Pick<Around, "fetch">): Promise<void> {
  const { revocation_endpoint: endpoint } = Revoking.parse(discovery.authorizationServerMetadata ?? {});
  if (endpoint === undefined) return;
  for (const token of [tokens.refresh_token, tokens.access_token]) {
    if (token === undefined) continue;
    const secret = client.client_secret === undefined ? {} : { client_secret: client.client_secret };
    const body = new URLSearchParams({ token, client_id: client.client_id, ...secret });
    await fetch(endpoint, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: body.toString() });
  }
}

const Revoking = z.object({ revocation_endpoint: z.string().optional() });

const expiring = (tokens: StoredOAuthTokens, now: () => number): Pick<Given, "tokens" | "expiresAt"> =>
  tokens.expires_in === undefined ? { tokens } : { tokens, expiresAt: now() + tokens.expires_in * 1_000 };

/** What the server's 401 says of its logins. */
async function challengeOf(url: string, fetch: LoginFetch): Promise<ReturnType<typeof extractWWWAuthenticateParams>> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const response = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
  return response?.status === 401 ? extractWWWAuthenticateParams(response) : {};
}

/** The first half of a login, as the SDK wants to be served; it keeps nothing. */
class Flow implements OAuthClientProvider {
  readonly #server: LoginServer;
  readonly #around: Around;
  readonly #state: string;
  readonly clientMetadataUrl?: string;
  client: StoredOAuthClientInformation | undefined;
  discovery: OAuthDiscoveryState | undefined;
  verifier: string | undefined;
  address: URL | undefined;
  resource: string | undefined;

  constructor(
    server: LoginServer,
    around: Around,
    { state, client }: { readonly state: string; readonly client: StoredOAuthClientInformation | undefined },
  ) {
    this.#server = server;
    this.#around = around;
    this.#state = state;
    this.client = client;
    if (around.metadataUrl?.startsWith("https:")) this.clientMetadataUrl = around.metadataUrl;
  }

  get redirectUrl(): string {
    return this.#around.redirectUrl;
  }
  get clientMetadata() {
    return metadataOf(this.#around.redirectUrl);
  }
  state(): string {
    return this.#state;
  }
  clientInformation(): StoredOAuthClientInformation | undefined {
    const { client } = this.#server;
    return client ? { client_id: client.id, ...(client.secret === undefined ? {} : { client_secret: client.secret }) } : this.client;
  }
  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.client = client;
  }
  tokens(): undefined {
    return undefined;
  }
  // oxlint-disable-next-line typescript/class-methods-use-this
  saveTokens(): void {
    throw new Error("no login is given in its first half");
  }
  redirectToAuthorization(address: URL): void {
    this.address = address;
  }
  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }
  codeVerifier(): string {
    return this.verifier ?? "";
  }
  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.discovery = discovery;
  }
  discoveryState(): OAuthDiscoveryState | undefined {
    return this.discovery;
  }
  saveResourceUrl(resource: string): void {
    this.resource = resource;
  }
}

/** Parley as the servers of logins are told of it. */
export const metadataOf = (redirectUrl: string) => ({
  client_name: "Parley",
  redirect_uris: [redirectUrl],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
});
