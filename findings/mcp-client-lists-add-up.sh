#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2: each `listTools()` compiles all output schemas anew, and none is let go before the client is.
#
# One would guess: to ask a server for its tools before each turn costs an answer of some kilobytes. What a client knows of a tool is replaced by what it hears
# next; schemas that are the same are compiled once.
# What happens: `listTools()` compiles a validator for the output of every tool it hears of, there and then, in the client's thread. The validators of the
# list before are dropped by the client, and kept by its Ajv, which knows a schema by its object, and each answer has new ones. An agent in a chat that
# asks a server of 30 tools at each turn has some 200 kB more at each, and stands still for tens of milliseconds; five thousand turns are a
# gigabyte. It ends with the client. With @modelcontextprotocol/client 2.4.0 memory stays where it was. With 1.x ask again only at
# `tools/list_changed`, or give the client a `jsonSchemaValidator` that knows schemas by their text.
#
# Seen (30 tools; MB of heap after 100, 200 and 300 lists more than before):
#   @modelcontextprotocol/sdk 1.32.2: 19, 38, 57
#   @modelcontextprotocol/client 2.4.0: 0, 0, 0
# Fails when 1.x has not grown by 30 MB at the end, or 2.x by more than 5.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.4.0 @modelcontextprotocol/server@2.4.0 zod@4.6.7 >/dev/null
cat >try.mjs <<'JS'
import { Client as Client2, InMemoryTransport as Linked2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as Linked1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as Server1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as Server2 } from "@modelcontextprotocol/server";
import { z } from "zod";

const found = z.object({ id: z.string(), items: z.array(z.object({ name: z.string(), size: z.number() })) });

function heapMB() {
  gc();
  return process.memoryUsage().heapUsed / 1e6;
}

async function trial(name, Client, Server, Linked) {
  const [ofClient, ofServer] = Linked.createLinkedPair();
  const server = new Server({ name: "shelf", version: "1" });
  for (let tool = 0; tool < 30; tool++) {
    const about = { description: "Finds things.", inputSchema: z.object({ query: z.string() }), outputSchema: found };
    server.registerTool(`find_${tool}`, about, () => ({ content: [], structuredContent: { id: "1", items: [] } }));
  }
  const client = new Client({ name: "agent", version: "1" });
  await Promise.all([server.connect(ofServer), client.connect(ofClient)]);
  const fresh = () => client.listTools(undefined, { cacheMode: "refresh" }); // 1.x knows no cache, and asks each time.
  for (let list = 0; list < 20; list++) await fresh();
  const before = heapMB();
  const more = [];
  for (let list = 1; list <= 300; list++) {
    await fresh();
    if (list % 100 === 0) more.push(heapMB() - before);
  }
  console.log(`${name}: ${more.map((MB) => Math.max(0, Math.round(MB))).join(", ")}`);
  return more.at(-1);
}

const grown1 = await trial("@modelcontextprotocol/sdk 1.32.2", Client1, Server1, Linked1);
const grown2 = await trial("@modelcontextprotocol/client 2.4.0", Client2, Server2, Linked2);
const isAsBefore = grown1 > 30 && grown2 < 5;
console.log(isAsBefore ? "as before" : "not as before");
process.exit(isAsBefore ? 0 : 1);
JS
node --expose-gc try.mjs
