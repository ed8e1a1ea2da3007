#!/usr/bin/env bash
# @modelcontextprotocol/client 2.4.0: an authorization code that the login's server refuses is sent a second time.
#
# One would guess: a code that is refused (`invalid_grant`, such as one that has expired while a person was away) is over, and `auth()` says so. RFC
# 6749 has a client use a code once (4.1.2).
# What happens: `auth()` takes any `invalid_grant` for one of a refresh token: it has the provider forget its tokens, and does all again, with the same
# code. The server sees the code twice; one that takes a second use for a stolen code may withdraw what it has given for it, and the person's second
# refusal is counted against the client. Whoever needs one exchange for one code calls `exchangeAuthorization()`, which does it once.
#
# Seen:
#   auth(): invalid_grant, code sent 2 times, tokens forgotten 1 time
#   exchangeAuthorization(): invalid_grant, code sent 1 time
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/client@2.4.0 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { auth, exchangeAuthorization } from "@modelcontextprotocol/client";

let codes = [];
const server = createServer(async (request, response) => {
  const json = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const at = `http://${request.headers.host}`;
  const body = Buffer.concat(await Array.fromAsync(request)).toString();
  if (request.url.startsWith("/.well-known/oauth-protected-resource")) return json(200, { resource: `${at}/mcp`, authorization_servers: [at] });
  if (request.url.startsWith("/.well-known/oauth-authorization-server"))
    return json(200, {
      issuer: at,
      authorization_endpoint: `${at}/authorize`,
      token_endpoint: `${at}/token`,
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
    });
  if (request.url !== "/token") return json(404, {});
  codes.push(new URLSearchParams(body).get("code"));
  return json(400, { error: "invalid_grant", error_description: "The code has expired." });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

let forgotten = 0;
let discovery;
const client = { client_id: "c", issuer: origin };
const provider = {
  redirectUrl: "http://127.0.0.1:1/back",
  clientMetadata: { client_name: "try", redirect_uris: ["http://127.0.0.1:1/back"], token_endpoint_auth_method: "none" },
  clientInformation: () => client,
  saveClientInformation() {},
  tokens: () => undefined,
  saveTokens() {},
  codeVerifier: () => "a-verifier-that-was-kept-from-the-first-half-of-it",
  saveCodeVerifier() {},
  redirectToAuthorization() {},
  saveDiscoveryState: (state) => (discovery = state),
  discoveryState: () => discovery,
  invalidateCredentials: () => void forgotten++,
};
const times = (count) => `${count} time${count === 1 ? "" : "s"}`;
const outcome = (trial) => trial.then(() => "no error", (error) => error.code);
await auth(provider, { serverUrl: `${origin}/mcp` }).catch(() => {}); // As far as the address that a person is sent to.
const whole = await outcome(auth(provider, { serverUrl: `${origin}/mcp`, authorizationCode: "code-1" }));
console.log(`auth(): ${whole}, code sent ${times(codes.length)}, tokens forgotten ${times(forgotten)}`);
codes = [];
const once = await outcome(
  exchangeAuthorization(origin, {
    metadata: discovery.authorizationServerMetadata,
    clientInformation: client,
    authorizationCode: "code-2",
    codeVerifier: "a-verifier-that-was-kept-from-the-first-half-of-it",
    redirectUri: "http://127.0.0.1:1/back",
  }),
);
console.log(`exchangeAuthorization(): ${once}, code sent ${times(codes.length)}`);
server.close();
JS
node try.mjs 2>/dev/null | tee seen
cat >expected <<'TXT'
auth(): invalid_grant, code sent 2 times, tokens forgotten 1 time
exchangeAuthorization(): invalid_grant, code sent 1 time
TXT
diff expected seen && echo "as before"
