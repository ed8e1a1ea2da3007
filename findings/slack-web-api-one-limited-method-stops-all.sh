#!/usr/bin/env bash
# @slack/web-api 8.2.0: a 429 for one method holds up every other call of the client.
#
# One would guess: Slack limits each method for itself, so a client that was told to wait with conversations.history goes on posting.
# What happens: the client has one queue, and a 429 stops it whole for Retry-After seconds; a post waits, and so does a
# modal, whose trigger is good for 3 s. Then the refused call waits a back-off of its own on top. In an app that was not approved for the
# Marketplace a read of history may be refused for a minute. A client for each method, or `rejectRateLimitedCalls` with waiting of one's own, does
# not stop the others.
#
# Seen (history is refused once, with Retry-After: 3; the others are called 0.3 s later):
#   chat.postMessage: answered after 3 s, refused 0 times
#   views.open: answered after 3 s, refused 0 times
#   chat.postMessage of a client of its own: answered after 0 s, refused 0 times
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @slack/web-api@8.2.0 undici@8.12.4 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { WebClient } from "@slack/web-api";

const refused = new Map();
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    const method = request.url.split("/").at(-1);
    if (method === "conversations.history" && !refused.has(method)) {
      refused.set(method, 1);
      response.writeHead(429, { "retry-after": "3" }).end();
    } else response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true,"messages":[]}');
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const slackApiUrl = `http://127.0.0.1:${server.address().port}/api/`;
const client = () => new WebClient("xoxb-0", { slackApiUrl, logLevel: "error" });
const web = client();
const other = client();
const history = web.conversations.history({ channel: "C1" });
await sleep(300);
const since = performance.now();
const told = (name, method) => () =>
  `${name}: answered after ${Math.round((performance.now() - since) / 1_000)} s, refused ${refused.get(method) ?? 0} times`;
const lines = await Promise.all([
  web.chat.postMessage({ channel: "C2", text: "hello" }).then(told("chat.postMessage", "chat.postMessage")),
  web.views.open({ trigger_id: "1.2.3", view: { type: "modal", title: { type: "plain_text", text: "A" }, blocks: [] } }).then(told("views.open", "views.open")),
  other.chat.postMessage({ channel: "C2", text: "hello" }).then(told("chat.postMessage of a client of its own", "chat.postMessage")),
]);
console.log(lines.join("\n"));
await history;
server.closeAllConnections();
server.close();
JS
node try.mjs | tee seen
cat >expected <<'TXT'
chat.postMessage: answered after 3 s, refused 0 times
views.open: answered after 3 s, refused 0 times
chat.postMessage of a client of its own: answered after 0 s, refused 0 times
TXT
diff expected seen && echo "as before"
