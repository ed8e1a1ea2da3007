#!/usr/bin/env bash
# @slack/oauth 4.0.0: a renewal of tokens that failed is an authorization with the expired token, and events that come together fail it for each other.
#
# One would guess: with token rotation `authorize()` gives a token that is good, or throws, so that Bolt tells of an event it cannot answer. Events that
# come at the same moment wait for one renewal: Slack revokes a refresh token when it is used.
# What happens: each event asks with the same refresh token. One is given the new token; the others are refused, which is logged, and `authorize()`
# resolves with what the store had. Up to two hours before the end that token is still good, and nobody notices. After a quiet night it is not: the first event
# of a busy morning is answered, and those beside it call Slack with a token that ends in `token_expired`, in the middle of their handler. Where
# every renewal fails, each event is authorized so, for ever. Whoever has rotation puts a lock for each workspace around `authorize()`, and looks at
# `botTokenExpiresAt` of what it gives.
#
# Seen (a token that ended an hour ago):
#   5 events at once: new token for 1, expired token for 4, errors 0; the refresh token was used 5 times
#   5 events in turn: new token for 5, expired token for 0, errors 0; the refresh token was used once
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @slack/oauth@4.0.0 @slack/web-api@8.2.0 undici@8.12.4 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { InstallProvider } from "@slack/oauth";

const EVENTS = 5;
const now = () => Math.floor(Date.now() / 1_000);
console.error = () => {}; // The log's lines on renewals that were refused.

/** Authorizes 5 events by `ask`, with a Slack that takes a refresh token once. */
async function trial(name, ask) {
  const asked = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const refreshToken = new URLSearchParams(body).get("refresh_token");
    const isFirst = !asked.includes(refreshToken);
    asked.push(refreshToken);
    const renewed = { ok: true, access_token: "xoxe.xoxb-new", refresh_token: "xoxe-1-new", expires_in: 43_200, token_type: "bot" };
    const answer = isFirst ? renewed : { ok: false, error: "invalid_refresh_token" };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  let kept = {
    team: { id: "T1" },
    enterprise: undefined,
    isEnterpriseInstall: false,
    authVersion: "v2",
    user: { id: "U1" },
    bot: { id: "B1", userId: "U2", scopes: [], token: "xoxe.xoxb-old", refreshToken: "xoxe-1-old", expiresAt: now() - 3_600 },
  };
  const provider = new InstallProvider({
    clientId: "1.2",
    clientSecret: "none",
    stateSecret: "none",
    clientOptions: { slackApiUrl: `http://127.0.0.1:${server.address().port}/api/` },
    installationStore: {
      fetchInstallation: async () => structuredClone(kept),
      storeInstallation: async (installation) => (kept = installation),
      deleteInstallation: async () => {},
    },
  });
  const found = await ask(() => provider.authorize({ teamId: "T1", enterpriseId: undefined, isEnterpriseInstall: false }));
  const tokens = found.map(({ status, value }) => (status === "rejected" ? "error" : value.botToken));
  const count = (token) => tokens.filter((one) => one === token).length;
  const [fresh, old, errors] = ["xoxe.xoxb-new", "xoxe.xoxb-old", "error"].map(count);
  const times = asked.filter((token) => token === "xoxe-1-old").length;
  console.log(`${name}: new token for ${fresh}, expired token for ${old}, errors ${errors}; the refresh token was used ${times === 1 ? "once" : `${times} times`}`);
  server.closeAllConnections();
  server.close();
}

await trial("5 events at once", (authorize) => Promise.allSettled(Array.from({ length: EVENTS }, authorize)));
await trial("5 events in turn", async (authorize) => {
  const found = [];
  for (let event = 0; event < EVENTS; event++) found.push(...(await Promise.allSettled([authorize()])));
  return found;
});
JS
node try.mjs | tee seen
cat >expected <<'TXT'
5 events at once: new token for 1, expired token for 4, errors 0; the refresh token was used 5 times
5 events in turn: new token for 5, expired token for 0, errors 0; the refresh token was used once
TXT
diff expected seen && echo "as before"
