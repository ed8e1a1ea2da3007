#!/usr/bin/env bash
# @langchain/openai 1.6.0 with @langchain/core 1.4.0: where one host of a third party is not reached, each streamed answer comes minutes late.
#
# One would guess: `streaming: true` makes an answer of one's own model server come as it is written. What it cost stands in the server's `usage`; where no
# counting was asked for, none is done, and nothing else is asked over the network.
# What happens: `invoke()` holds the answer back after its last piece. It estimates the tokens of question and answer, whatever the server has said of
# them, and has the tokenizer for that from tiktoken.pages.dev. In a network that lets out only what is known, that host is asked 7 times with a growing
# wait for the question, and 7 times again for the answer, and all of it anew at the next call. It took 160 to 170 s a call, with the server's answer there
# after 10 ms; a warning on the console is all that is seen of it, and the estimate goes to callbacks alone. `stream()` asks nobody, and neither does
# `streaming: false`. Whoever calls `invoke()` there, as most graphs do, leaves `streaming` off; LangGraph streams all the same to whom it is to.
#
# Seen (the waits are added up, and not waited for):
#   streaming: true, invoke(): asked tiktoken.pages.dev 14 times, waited over a minute
#   streaming: true, invoke() again: asked tiktoken.pages.dev 14 times, waited over a minute
#   streaming: true, stream(): asked nobody else, waited not at all
#   streaming: false, invoke(): asked nobody else, waited not at all
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/core@1.4.0 @langchain/openai@1.6.0 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { ChatOpenAI } from "@langchain/openai";

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const base = { id: "c", created: 1, model: "m" };
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    if (!JSON.parse(body).stream) {
      const choices = [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }];
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...base, object: "chat.completion", choices, usage }));
    }
    const chunk = (more) => `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", ...more })}\n\n`;
    const said = chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "Hello" }, finish_reason: null }] });
    const end = chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) + chunk({ choices: [], usage });
    response.writeHead(200, { "content-type": "text/event-stream" }).end(`${said}${end}data: [DONE]\n\n`);
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const own = `127.0.0.1:${server.address().port}`;

// A network that lets nothing out, and a clock on which a long wait is over at once.
const asked = [];
const really = { fetch: globalThis.fetch, setTimeout: globalThis.setTimeout };
let waitedMs = 0;
globalThis.fetch = async (resource, options) => {
  const { host } = new URL(resource.url ?? resource);
  if (host === own) return really.fetch(resource, options);
  asked.push(host);
  throw new TypeError("fetch failed");
};
globalThis.setTimeout = (callback, ms, ...rest) => {
  const isBackOff = asked.length > 0 && ms >= 500;
  if (isBackOff) waitedMs += ms;
  return really.setTimeout(callback, isBackOff ? 0 : ms, ...rest);
};
console.warn = () => {};

async function trial(name, options, ask) {
  asked.length = 0;
  waitedMs = 0;
  await ask(new ChatOpenAI({ model: "m", apiKey: "k", configuration: { baseURL: `http://${own}/v1` }, ...options }));
  const hosts = [...new Set(asked)].join(", ") || "nobody else";
  const waited = waitedMs > 60_000 ? "over a minute" : waitedMs === 0 ? "not at all" : `${Math.round(waitedMs / 1_000)} s`;
  console.log(`${name}: asked ${hosts}${asked.length > 0 ? ` ${asked.length} times` : ""}, waited ${waited}`);
}
const invoke = (model) => model.invoke("Hi");
await trial("streaming: true, invoke()", { streaming: true }, invoke);
await trial("streaming: true, invoke() again", { streaming: true }, invoke);
await trial("streaming: true, stream()", { streaming: true }, async (model) => {
  for await (const _ of await model.stream("Hi"));
});
await trial("streaming: false, invoke()", { streaming: false }, invoke);
process.exit();
JS
node try.mjs | tee seen
cat >expected <<'TXT'
streaming: true, invoke(): asked tiktoken.pages.dev 14 times, waited over a minute
streaming: true, invoke() again: asked tiktoken.pages.dev 14 times, waited over a minute
streaming: true, stream(): asked nobody else, waited not at all
streaming: false, invoke(): asked nobody else, waited not at all
TXT
diff expected seen && echo "as before"
