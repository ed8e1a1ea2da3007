#!/usr/bin/env bash
# mcp 2.3.0 (Python) before the protocol's clients: what its server publishes and sends is refused by them, as soon as a time has no zone or a mean no data.
#
# One would guess: a tool that returns a model of pydantic has a schema and results made from it by the SDK, so that they fit each other, at whichever client.
# What happens: a `datetime` is published as `format: date-time`, which wants a zone, and sent as it is; `datetime.now()` has none. The client in JavaScript
# looks at formats, and refuses the result of a call that was done; the client in Python does not, so that the server's own tests see nothing. A `float` that
# is NaN or infinite, such as a mean of nothing, passes the server's check, is sent as null, and is refused by either as no number. Whoever writes such
# a server takes `AwareDatetime`, and `float | None` or `FiniteFloat`.
#
# Seen (each tool was run before its result was refused):
#   a time without a zone: Python given; JavaScript 1.32.2 and 2.4.0 refused (data/at must match format "date-time")
#   a time with a zone: Python given; JavaScript 1.32.2 and 2.4.0 given
#   a mean of nothing: Python refused (None is not of type 'number'); JavaScript 1.32.2 and 2.4.0 refused (data/mean must be number)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.4.0 zod@4.6.7 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'mcp==2.3.0'
cat >shop.py <<'PY'
from datetime import datetime, timezone
from mcp.server import MCPServer
from pydantic import BaseModel

server = MCPServer("shop")
NOON = datetime(2026, 11, 30, 12)

class Order(BaseModel):
    at: datetime

class Sales(BaseModel):
    mean: float

@server.tool(name="a time without a zone")
def bare() -> Order:
    return Order(at=NOON)

@server.tool(name="a time with a zone")
def zoned() -> Order:
    return Order(at=NOON.replace(tzinfo=timezone.utc))

@server.tool(name="a mean of nothing")
def nothing() -> Sales:
    return Sales(mean=float("nan"))

if __name__ == "__main__":
    server.run("stdio")
PY
cat >try.py <<'PY'
import asyncio, logging, re
from mcp import Client
from shop import server

logging.disable(logging.CRITICAL)

async def main():
    async with Client(server) as client:
        for tool in (await client.list_tools()).tools:
            try:
                result = await client.call_tool(tool.name, {})
                said = "refused by the server" if result.is_error else "given"
            except Exception as error:
                said = f"refused ({re.search(r': (.*)', str(error))[1]})"
            print(f"{tool.name}\tPython {said}")

asyncio.run(main())
PY
cat >try.mjs <<'JS'
import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Stdio2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Stdio1 } from "@modelcontextprotocol/sdk/client/stdio.js";

const [Client, Stdio] = process.argv[2] === "1" ? [Client1, Stdio1] : [Client2, Stdio2];
const client = new Client({ name: "try", version: "1" });
await client.connect(new Stdio({ command: "env/bin/python", args: ["shop.py"], stderr: "ignore" }));
for (const { name } of (await client.listTools()).tools) {
  const said = await client.callTool({ name }).then(
    ({ isError }) => (isError ? "refused by the server" : "given"),
    ({ message }) => `refused (${message.replace(/.* output schema: /, "")})`,
  );
  console.log(`${name}\t${said}`);
}
await client.close();
JS
env/bin/python -W ignore try.py >python
node try.mjs 1 >one
node try.mjs 2 >two
diff one two
paste python one | awk -F '\t' '{ print $1 ": " $2 "; JavaScript 1.32.2 and 2.4.0 " $4 }' | tee seen
cat >expected <<'TXT'
a time without a zone: Python given; JavaScript 1.32.2 and 2.4.0 refused (data/at must match format "date-time")
a time with a zone: Python given; JavaScript 1.32.2 and 2.4.0 given
a mean of nothing: Python refused (None is not of type 'number'); JavaScript 1.32.2 and 2.4.0 refused (data/mean must be number)
TXT
diff expected seen && echo "as before"
