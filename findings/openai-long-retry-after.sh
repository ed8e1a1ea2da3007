#!/usr/bin/env bash
# openai 7.57.0 beside @anthropic-ai/sdk 1.12.0: a long Retry-After makes the one retry at once, and the other wait.
#
# One would guess: both SDKs come from one generator, read Retry-After, and wait as long as the server asks.
# What happens: openai heeds a Retry-After of less than 60 s alone. One of 60 s or more is put aside whole, and the call is repeated after its usual
# half second, then one, then two: a server that asked for the longest rest is asked again the soonest, and all retries are spent in a few seconds.
# @anthropic-ai/sdk waits for the 61 s (here it is called off while it waits). Whoever relies on the SDK's retries for a quota by the minute has none.
#
# Seen:
#   openai, Retry-After: 2 → asked again after 2 s
#   openai, Retry-After: 61 → asked again within 1 s
#   @anthropic-ai/sdk, Retry-After: 61 → still waiting after 8 s
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund openai@7.57.0 @anthropic-ai/sdk@1.12.0 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

async function trial(name, retryAfter, ask) {
  const asked = [];
  const called = Promise.withResolvers ? Promise.withResolvers() : withResolvers();
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      asked.push(performance.now());
      if (asked.length === 2) called.resolve();
      response.writeHead(429, { "content-type": "application/json", "retry-after": String(retryAfter) });
      response.end('{"error":{"message":"Rate limit reached","type":"rate_limit_error"}}');
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const off = new AbortController();
  const patience = setTimeout(called.resolve, 8_000);
  const answer = ask(`http://127.0.0.1:${server.address().port}`, off.signal).catch(() => {});
  await called.promise;
  clearTimeout(patience);
  off.abort();
  await answer;
  server.closeAllConnections();
  server.close();
  const waited = (asked[1] - asked[0]) / 1_000;
  const what = asked.length < 2 ? "still waiting after 8 s" : waited < 1 ? "asked again within 1 s" : `asked again after ${Math.floor(waited)} s`;
  console.log(`${name}, Retry-After: ${retryAfter} → ${what}`);
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

const messages = [{ role: "user", content: "Hello" }];
const byOpenAI = (baseURL, signal) => new OpenAI({ apiKey: "k", baseURL }).chat.completions.create({ model: "m", messages }, { signal });
const byAnthropic = (baseURL, signal) =>
  new Anthropic({ apiKey: "k", baseURL }).messages.create({ model: "m", max_tokens: 10, messages }, { signal });
await trial("openai", 2, byOpenAI);
await trial("openai", 61, byOpenAI);
await trial("@anthropic-ai/sdk", 61, byAnthropic);
JS
node try.mjs | tee seen
cat >expected <<'TXT'
openai, Retry-After: 2 → asked again after 2 s
openai, Retry-After: 61 → asked again within 1 s
@anthropic-ai/sdk, Retry-After: 61 → still waiting after 8 s
TXT
diff expected seen && echo "as before"
