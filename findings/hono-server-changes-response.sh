#!/usr/bin/env bash
# @hono/node-server 2.1.9: to make a server changes what Response is for everybody else in the process.
#
# One would guess: `createAdaptorServer({ fetch })` makes a server, and nothing else. It need not listen.
# What happens: from then on the global `Request` and `Response` are the library's own. What `fetch()` gives passes for one (`instanceof`), but is not made by
# it; and of a Response that is made by hand no method can be set any more: code that wraps an
# answer with `Object.assign(new Response(body), { json: … })`, as a cache may, works alone and throws once a server is made beside it. The error names no
# library. `overrideGlobalObjects: false` leaves both as they are: whoever makes a server in a process that does anything else has to set it.
#
# Seen (before, behind a server with `overrideGlobalObjects: false`, and behind one without):
#   before: json can be set; fetch() gives what Response makes
#   a server that overrides nothing: json can be set; fetch() gives what Response makes
#   a server: TypeError: Cannot assign to read only property 'json' of object '#<Response$1>'; fetch() gives another
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @hono/node-server@2.1.9 hono@4.13.19 >/dev/null
cat >try.mjs <<'JS'
import { createAdaptorServer } from "@hono/node-server";

function assigned() {
  try {
    Object.assign(new Response("{}"), { json: async () => ({}) });
    return "json can be set";
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

async function look(when) {
  const fetched = await fetch("data:application/json,%7B%7D");
  const made = new Response("{}");
  const given = fetched.constructor === made.constructor ? "what Response makes" : "another";
  console.log(`${when}: ${assigned()}; fetch() gives ${given}`);
}

const app = () => new Response("hello");
await look("before");
createAdaptorServer({ fetch: app, overrideGlobalObjects: false });
await look("a server that overrides nothing");
createAdaptorServer({ fetch: app });
await look("a server");
JS
node try.mjs | tee seen
cat >expected <<'TXT'
before: json can be set; fetch() gives what Response makes
a server that overrides nothing: json can be set; fetch() gives what Response makes
a server: TypeError: Cannot assign to read only property 'json' of object '#<Response$1>'; fetch() gives another
TXT
diff expected seen && echo "as before"
