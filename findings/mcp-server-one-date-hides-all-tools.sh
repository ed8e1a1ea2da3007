#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 and @modelcontextprotocol/server 2.4.0: one tool that takes a date hides every tool of its server.
#
# One would guess: `registerTool()` refuses a schema that it cannot publish, there and then. `z.coerce.date()` is what one writes for an argument that
# comes as text over JSON and is wanted as a Date; if the list has no words for it, that tool is left out, or its argument said to be anything.
# What happens: registering goes well, and so does a call of the tool. The schema is translated when the list is asked for, and zod has no JSON Schema for a
# Date: `tools/list` answers with an error, and with it all the other tools are gone. A plug-in that adds such a tool while the server runs takes away what
# its clients could see until then; a client that takes "no list" for "no tools" goes on without. It is the same with `z.date()`, `z.bigint()`, `z.map()` and a
# `.transform()` in an outputSchema. `z.iso.date().transform(…)` in an inputSchema is listed as a text. Whoever loads tools of others tries each schema with
# `z.toJSONSchema()` first.
#
# Seen (a server of one tool, then with one that takes a date, then without it again):
#   @modelcontextprotocol/sdk 1.32.2: 1 tool; -32603 Date cannot be represented in JSON Schema; called: 2026-11-30; 1 tool
#   @modelcontextprotocol/server 2.4.0: 1 tool; -32603 Date cannot be represented in JSON Schema; called: 2026-11-30; 1 tool
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

const said = (text) => ({ content: [{ type: "text", text }] });

async function trial(name, Server, Linked, Client) {
  const [ofClient, ofServer] = Linked.createLinkedPair();
  const server = new Server({ name: "calendar", version: "1" });
  server.registerTool("today", { description: "Tells the day." }, () => said("Monday"));
  const client = new Client({ name: "try", version: "1" });
  await server.connect(ofServer);
  await client.connect(ofClient);
  const listed = () =>
    client.listTools().then(
      ({ tools }) => `${tools.length} tool${tools.length === 1 ? "" : "s"}`,
      ({ code, message }) => `${code} ${message.replace(/^MCP error -\d+: /, "")}`,
    );
  const seen = [await listed()];
  const inputSchema = z.object({ by: z.coerce.date() });
  const due = server.registerTool("due", { description: "What is due by a day.", inputSchema }, ({ by }) => said(by.toISOString().slice(0, 10)));
  seen.push(await listed());
  const { content } = await client.callTool({ name: "due", arguments: { by: "2026-11-30" } });
  seen.push(`called: ${content[0].text}`);
  due.remove();
  seen.push(await listed());
  console.log(`${name}: ${seen.join("; ")}`);
  await client.close();
}

await trial("@modelcontextprotocol/sdk 1.32.2", Server1, Linked1, Client1);
await trial("@modelcontextprotocol/server 2.4.0", Server2, Linked2, Client2);
JS
node try.mjs | tee seen
cat >expected <<'TXT'
@modelcontextprotocol/sdk 1.32.2: 1 tool; -32603 Date cannot be represented in JSON Schema; called: 2026-11-30; 1 tool
@modelcontextprotocol/server 2.4.0: 1 tool; -32603 Date cannot be represented in JSON Schema; called: 2026-11-30; 1 tool
TXT
diff expected seen && echo "as before"
