#!/usr/bin/env bash
# Node 24.21.0: `import … from "node:http"` loads all of fetch's undici; `require("node:http")` and `import "node:https"` do not.
#
# One would guess: the two ways to have a module of Node's own differ in what is written, and not in what a process has to load.
# What happens: `http.WebSocket`, `CloseEvent` and `MessageEvent` are getters that load undici when somebody looks. An import of a CommonJS or built-in
# module looks at each of its exports, to have a binding for it, whichever are named. So every process with one such import anywhere, in a package of
# others too, loads and compiles undici at its start: some seventy modules more than by `require`. `process.getBuiltinModule("node:http")` in an ES module leaves them alone.
#
# Seen:
#   import { createServer } from "node:http": undici is loaded
#   import https from "node:https": undici is not loaded
#   require("node:http"): undici is not loaded
#   process.getBuiltinModule("node:http"): undici is not loaded
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node@24.21.0 >/dev/null
export PATH=$work/node_modules/.bin:$PATH
[ "$(node --version)" = v24.21.0 ]
try() {
  local loaded
  loaded=$(node --input-type="$1" -e "$2; console.log(process.moduleLoadList.some((name) => name.includes('undici/undici')) ? 'loaded' : 'not loaded')")
  echo "$2: undici is $loaded"
}
{
  try module 'import { createServer } from "node:http"'
  try module 'import https from "node:https"'
  try commonjs 'require("node:http")'
  try module 'process.getBuiltinModule("node:http")'
} | tee seen
cat >expected <<'TXT'
import { createServer } from "node:http": undici is loaded
import https from "node:https": undici is not loaded
require("node:http"): undici is not loaded
process.getBuiltinModule("node:http"): undici is not loaded
TXT
diff expected seen && echo "as before"
