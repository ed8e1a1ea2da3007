#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2, and server 2.4.0 with client 2.4.0: the server checks one thing and sends another, which its own client refuses.
#
# One would guess: a result that the server has held against the tool's outputSchema fits it. zod takes keys away that a schema does not have and fills in
# defaults, and what comes out of it is what is sent.
# What happens: the server parses the result, drops what came out, and sends what went in. The schema that it publishes is that of what would have come
# out: no further keys, defaults there. A row of a database with a column more than the schema, or a field that was left to its default, passes the server
# and fails at the client, when the tool has done its work. The same call is answered while the client has not asked for the list of tools yet: a test
# that only calls sees nothing of it. Whoever writes a server returns `schema.parse(result)`, or declares `z.looseObject()`.
#
# Seen (the same with 1.32.2 and 2.4.0; each tool was called twice, and ran twice):
#   a column more: given; listed: data must NOT have additional properties
#   a default left out: given; listed: data must have required property 'state'
#   a number as text, coerced: given; listed: data/id must be number
#   parsed first: given; listed: given
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

const ticket = z.object({ id: z.number(), state: z.string().default("open") });
const coerced = z.object({ id: z.coerce.number() });
const row = { id: 7, state: "open", note: "from the database" };

async function trial(Server, Linked, Client, what, outputSchema, structuredContent) {
  const [ofClient, ofServer] = Linked.createLinkedPair();
  const server = new Server({ name: "tickets", version: "1" });
  let ran = 0;
  server.registerTool("take", { description: "Takes a ticket.", outputSchema }, () => (ran++, { content: [], structuredContent }));
  const client = new Client({ name: "try", version: "1" });
  await server.connect(ofServer);
  await client.connect(ofClient);
  const called = () =>
    client.callTool({ name: "take" }).then(
      ({ isError }) => (isError ? "refused by the server" : "given"),
      ({ message }) => message.replace(/.* output schema: /, ""),
    );
  const before = await called();
  await client.listTools();
  console.log(`${what}: ${before}; listed: ${await called()}${ran === 2 ? "" : `; ran ${ran} times`}`);
  await client.close();
}

const [Server, Linked, Client] = process.argv[2] === "1" ? [Server1, Linked1, Client1] : [Server2, Linked2, Client2];
await trial(Server, Linked, Client, "a column more", ticket, row);
await trial(Server, Linked, Client, "a default left out", ticket, { id: 7 });
await trial(Server, Linked, Client, "a number as text, coerced", coerced, { id: "7" });
await trial(Server, Linked, Client, "parsed first", ticket, ticket.parse(row));
JS
cat >expected <<'TXT'
a column more: given; listed: data must NOT have additional properties
a default left out: given; listed: data must have required property 'state'
a number as text, coerced: given; listed: data/id must be number
parsed first: given; listed: given
TXT
for version in 1 2; do
  node try.mjs $version | tee seen
  diff expected seen
done
echo "as before"
