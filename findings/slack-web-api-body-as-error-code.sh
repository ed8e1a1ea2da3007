#!/usr/bin/env bash
# @slack/web-api 8.2.0: HTTP 200 with a body that is no answer of Slack's is told as Slack's own refusal.
#
# One would guess: a proxy's page, or half of an answer, behind status 200 is a failure of transport: the call may have been carried out, and
# retries or a look are up to the caller. WebAPIPlatformError, with its documented codes, means that Slack has looked at the call and refused it.
# What happens: a body that cannot be read as JSON becomes the `error` of a WebAPIPlatformError, whatever it says, cut or empty; a body that is
# JSON and no object ends in a TypeError of the library's own. Whoever takes a platform error for a no, and posts again in another form, posts
# twice: the first message stood there already.
#
# Seen:
#   an empty body → WebAPIPlatformError ""
#   a page → WebAPIPlatformError "<html><body>Bad Gateway</body></html>"
#   half of an answer → WebAPIPlatformError "{\"ok\":true,\"ts\":\"17"
#   null → TypeError
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @slack/web-api@8.2.0 undici@8.12.4 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { WebClient } from "@slack/web-api";

const bodies = [
  ["an empty body", ""],
  ["a page", "<html><body>Bad Gateway</body></html>"],
  ["half of an answer", '{"ok":true,"ts":"17'],
  ["null", "null"],
];
for (const [name, body] of bodies) {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const slackApiUrl = `http://127.0.0.1:${server.address().port}/api/`;
  const web = new WebClient("xoxb-0", { slackApiUrl, retryConfig: { retries: 0 }, logLevel: "error" });
  try {
    console.log(name, "→ resolved", JSON.stringify(await web.chat.postMessage({ channel: "C1", text: "hello" })));
  } catch (error) {
    console.log(name, "→", [error.constructor.name, JSON.stringify(error.data?.error)].filter(Boolean).join(" "));
  }
  server.close();
}
JS
node try.mjs | tee seen
cat >expected <<'TXT'
an empty body → WebAPIPlatformError ""
a page → WebAPIPlatformError "<html><body>Bad Gateway</body></html>"
half of an answer → WebAPIPlatformError "{\"ok\":true,\"ts\":\"17"
null → TypeError
TXT
diff expected seen && echo "as before"
