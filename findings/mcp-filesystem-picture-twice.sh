#!/usr/bin/env bash
# @modelcontextprotocol/server-filesystem 2026.8.31: a picture comes twice, the second time as text.
#
# One would guess: a tool that gives a picture gives it once, as a part of type "image", and `structuredContent` beside it holds data about it.
# What happens: `read_media_file` declares an output schema, and so repeats its whole content, the bytes in base64 included, as
# `structuredContent`. A client that hands structured content on to its model, as the protocol means it to be used, sends each picture
# as a picture and again as text. Whoever knows may leave out of the data every string that a part of type "image" has.
#
# Seen (a PNG of 70 bytes):
#   content: image, 96 characters of base64
#   structuredContent has the same base64: true
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/client@2.4.0 @modelcontextprotocol/server-filesystem@2026.8.31 >/dev/null
cat >try.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
writeFileSync("dot.png", Buffer.from(base64, "base64"));
const program = "node_modules/@modelcontextprotocol/server-filesystem/dist/index.js";
const client = new Client({ name: "try", version: "1" });
await client.connect(new StdioClientTransport({ command: process.execPath, args: [program, process.cwd()], stderr: "ignore" }));
const { content, structuredContent } = await client.callTool({ name: "read_media_file", arguments: { path: `${process.cwd()}/dot.png` } });
console.log(`content: ${content[0].type}, ${content[0].data.length} characters of base64`);
console.log(`structuredContent has the same base64: ${JSON.stringify(structuredContent).includes(base64)}`);
await client.close();
JS
node try.mjs | tee seen
cat >expected <<'TXT'
content: image, 96 characters of base64
structuredContent has the same base64: true
TXT
diff expected seen && echo "as before"
