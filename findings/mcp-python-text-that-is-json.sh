#!/usr/bin/env bash
# mcp 2.3.0 (Python): a text that happens to be JSON does not reach a tool whose argument may be left out.
#
# One would guess: an argument that is a text comes as it was sent, and `content: str | None = None` takes the same texts as `content: str`.
# What happens: where the type is not `str` alone, each text is tried as JSON first, for clients that write lists as text. What is an object or a list then
# is no text any more: a tool that writes files refuses package.json, and every notebook, with "Input should be a valid string" about a string. The text
# `null` becomes None, so that the default is used, and nothing is said. `content: str = ""` is left alone, and so is a text that is a number, true or
# words. A tool without types is told of as taking text, and is given lists. fastmcp, which grew out of the same code, passes on what was sent.
#
# Seen (what the tool had as its content):
#   mcp 2.3.0, str: 'words'; '{"a": 1}'; '[1, 2]'; 'null'; 'true'
#   mcp 2.3.0, str | None: 'words'; refused; refused; None; 'true'
#   mcp 2.3.0, no type: 'words'; {'a': 1}; [1, 2]; None; 'true'
#   fastmcp 4.1.6, str | None: 'words'; '{"a": 1}'; '[1, 2]'; 'null'; 'true'
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in mcp==2.3.0 fastmcp==4.1.6; do
  python3 -m venv "${package%%=*}"
  "${package%%=*}/bin/pip" install --quiet --no-input --only-binary :all: "$package"
done
cat >try.py <<'PY'
import asyncio, logging, sys

logging.disable(logging.CRITICAL)
if sys.argv[1] == "mcp":
    from mcp import Client
    from mcp.server import MCPServer as Server
    name = "mcp 2.3.0"
else:
    from fastmcp import Client, FastMCP as Server
    name = "fastmcp 4.1.6"

server = Server("files")
had = []

@server.tool(name="str")
def always(content: str) -> str:
    had.append(repr(content))
    return "written"

@server.tool(name="str | None")
def perhaps(content: str | None = None) -> str:
    had.append(repr(content))
    return "written"

@server.tool(name="no type")
def untyped(content) -> str:
    had.append(repr(content))
    return "written"

async def main(*tools):
    async with Client(server) as client:
        for tool in tools:
            seen = []
            for content in ["words", '{"a": 1}', "[1, 2]", "null", "true"]:
                had.clear()
                try:
                    await client.call_tool(tool, {"content": content})
                except Exception:
                    pass
                seen.append(had[0] if had else "refused")
            print(f"{name}, {tool}: {'; '.join(seen)}")

asyncio.run(main(*sys.argv[2:]))
PY
{
  mcp/bin/python -W ignore try.py mcp "str" "str | None" "no type"
  fastmcp/bin/python -W ignore try.py fastmcp "str | None"
} | tee seen
cat >expected <<'TXT'
mcp 2.3.0, str: 'words'; '{"a": 1}'; '[1, 2]'; 'null'; 'true'
mcp 2.3.0, str | None: 'words'; refused; refused; None; 'true'
mcp 2.3.0, no type: 'words'; {'a': 1}; [1, 2]; None; 'true'
fastmcp 4.1.6, str | None: 'words'; '{"a": 1}'; '[1, 2]'; 'null'; 'true'
TXT
diff expected seen && echo "as before"
