#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2: one AbortSignal for a whole run, and the stop calls off every call that was answered long ago.
#
# One would guess: `callTool(…, { signal })` listens to the signal until the answer is there, as fetch does. A signal that is good for a run of an agent
# can be handed to all of its calls, and a stop calls off the one that is under way.
# What happens: the listener stays. A run of 500 calls has 500 of them on its signal, each with its request, and the stop sends a server 500
# `notifications/cancelled`, all but one for requests it has answered; over HTTP that is a POST for each, at the same moment. Runs that end without a stop
# only hold on to the memory, for as long as their signal lives. @modelcontextprotocol/client 2.4.0 takes its listener away. Whoever stays with 1.x gives
# each call a controller of its own, and takes that off the run's signal when the answer is there.
#
# Seen (500 calls answered, one under way, then the stop):
#   @modelcontextprotocol/sdk 1.32.2: 501 listeners, 501 calls called off
#   @modelcontextprotocol/client 2.4.0: 1 listener, 1 call called off
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.4.0 @modelcontextprotocol/server@2.4.0 zod@4.6.7 >/dev/null
cat >try.mjs <<'JS'
import { getEventListeners, setMaxListeners } from "node:events";
import { Client as Client2, InMemoryTransport as Linked2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as Linked1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as Server1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as Server2 } from "@modelcontextprotocol/server";

const several = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

async function trial(name, Client, Server, Linked, call) {
  const [ofClient, ofServer] = Linked.createLinkedPair();
  const server = new Server({ name: "clock", version: "1" });
  server.registerTool("now", { description: "Tells the time." }, () => ({ content: [{ type: "text", text: "noon" }] }));
  server.registerTool("wait", { description: "Waits." }, () => new Promise(() => {}));
  const client = new Client({ name: "agent", version: "1" });
  await Promise.all([server.connect(ofServer), client.connect(ofClient)]);
  let calledOff = 0;
  const send = ofClient.send.bind(ofClient);
  ofClient.send = (message, options) => {
    if (message.method === "notifications/cancelled") calledOff++;
    return send(message, options);
  };
  const run = new AbortController();
  setMaxListeners(0, run.signal);
  for (let i = 0; i < 500; i++) await call(client, "now", run.signal);
  const underWay = call(client, "wait", run.signal).catch(() => {});
  await new Promise(setImmediate);
  const listeners = getEventListeners(run.signal, "abort").length;
  run.abort();
  await underWay;
  await new Promise(setImmediate);
  console.log(`${name}: ${several(listeners, "listener")}, ${several(calledOff, "call")} called off`);
}

const call1 = (client, name, signal) => client.callTool({ name, arguments: {} }, undefined, { signal });
const call2 = (client, name, signal) => client.callTool({ name, arguments: {} }, { signal });
await trial("@modelcontextprotocol/sdk 1.32.2", Client1, Server1, Linked1, call1);
await trial("@modelcontextprotocol/client 2.4.0", Client2, Server2, Linked2, call2);
process.exit();
JS
node try.mjs | tee seen
cat >expected <<'TXT'
@modelcontextprotocol/sdk 1.32.2: 501 listeners, 501 calls called off
@modelcontextprotocol/client 2.4.0: 1 listener, 1 call called off
TXT
diff expected seen && echo "as before"
