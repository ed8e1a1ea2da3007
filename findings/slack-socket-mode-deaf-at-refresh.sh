#!/usr/bin/env bash
# @slack/socket-mode 3.1.0: `clientPingTimeout` is also how long an app hears nothing whenever Slack changes the socket.
#
# One would guess: Slack says `disconnect` some seconds before it closes a socket, every few hours, so that the client opens the next one first, or at
# least at once. `clientPingTimeout` is how long a pong may take (5 s), and is raised where the line is slow.
# What happens: at `disconnect` the client closes the socket that still worked, and waits `clientPingTimeout` before it asks for the next one, the
# first time as after a failure. Whoever raises it to be patient with pongs is deaf for as long at each change; what Slack sends meanwhile comes late,
# or to another process. Two clients side by side, or a smaller `clientPingTimeout`, make it short.
#
# Seen (from `disconnect` to the next connection):
#   as it comes: 5 s without a socket
#   clientPingTimeout: 12000: 12 s without a socket
#   clientPingTimeout: 1000: 1 s without a socket
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @slack/socket-mode@3.1.0 @slack/web-api@8.2.0 undici@8.12.4 ws@8.23.0 node@24.21.0 >/dev/null
export PATH=$work/node_modules/.bin:$PATH
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { SocketModeClient } from "@slack/socket-mode";
import { WebSocketServer } from "ws";

/** Opens, says `disconnect` half a second later, and measures until the next one is open. */
async function trial(name, options) {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${server.address().port}/` })),
    );
  });
  const sockets = new WebSocketServer({ server });
  let told;
  sockets.on("connection", (socket) => {
    socket.send('{"type":"hello"}');
    if (told !== undefined) return;
    told = setTimeout(() => {
      told = performance.now();
      socket.send('{"type":"disconnect","reason":"refresh_requested"}');
    }, 500);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const slackApiUrl = `http://127.0.0.1:${server.address().port}/api/`;
  const client = new SocketModeClient({ appToken: "xapp-0", logLevel: "error", clientOptions: { slackApiUrl }, ...options });
  await client.start();
  await new Promise((resolve) => client.once("connected", resolve));
  console.log(`${name}: ${Math.round((performance.now() - told) / 1_000)} s without a socket`);
  await client.disconnect();
  server.closeAllConnections();
  server.close();
}

await trial("as it comes", {});
await trial("clientPingTimeout: 12000", { clientPingTimeout: 12_000 });
await trial("clientPingTimeout: 1000", { clientPingTimeout: 1_000 });
process.exit();
JS
node try.mjs | tee seen
cat >expected <<'TXT'
as it comes: 5 s without a socket
clientPingTimeout: 12000: 12 s without a socket
clientPingTimeout: 1000: 1 s without a socket
TXT
diff expected seen && echo "as before"
