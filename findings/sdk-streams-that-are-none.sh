#!/usr/bin/env bash
# openai 7.57.0 and @anthropic-ai/sdk 1.12.0: a stream that is cut off, or was none, ends like one that is whole.
#
# One would guess: with `stream: true` the iteration throws when the answer is no event stream, and when the events stop before their end (`[DONE]`
# or a finish reason, `message_stop`). Both SDKs know the content type and have seen no end.
# What happens: a whole answer in JSON, as some gateways send it whatever was asked for, is a stream of no events: what was said, and paid, is lost
# without an error. A stream that the server closes in the middle is iterated to where it stops, and the loop ends as it does after the last event.
# Only the helpers that collect (`chat.completions.stream`, `messages.stream`) see that something is missing.
#
# Seen:
#   openai: JSON instead of a stream → 0 events, no error
#   openai: closed in the middle → 1 event, no error
#   openai: closed in the middle, collected → OpenAIError
#   @anthropic-ai/sdk: JSON instead of a stream → 0 events, no error
#   @anthropic-ai/sdk: closed in the middle → 3 events, no error
#   @anthropic-ai/sdk: closed in the middle, collected → AnthropicError
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

const whole = {
  openai: { id: "1", object: "chat.completion", model: "m", choices: [{ index: 0, message: { role: "assistant", content: "Four." }, finish_reason: "stop" }] },
  anthropic: { id: "1", type: "message", role: "assistant", model: "m", content: [{ type: "text", text: "Four." }], stop_reason: "end_turn", usage: { input_tokens: 1, output_tokens: 2 } },
};
const begun = {
  openai: [{ id: "1", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, delta: { role: "assistant", content: "Fo" }, finish_reason: null }] }],
  anthropic: [
    { type: "message_start", message: { ...whole.anthropic, content: [], stop_reason: null } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Fo" } },
  ],
};
let form = "json";
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    const api = request.url.includes("/messages") ? "anthropic" : "openai";
    if (form === "json") return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(whole[api]));
    const lines = begun[api].map((event) => (event.type ? `event: ${event.type}\n` : "") + `data: ${JSON.stringify(event)}\n\n`);
    response.writeHead(200, { "content-type": "text/event-stream" }).end(lines.join(""));
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseURL = `http://127.0.0.1:${server.address().port}`;
const question = { model: "m", messages: [{ role: "user", content: "2 + 2?" }] };
const openai = new OpenAI({ apiKey: "k", baseURL }).chat.completions;
const anthropic = new Anthropic({ apiKey: "k", baseURL }).messages;
for (const [name, api, asked, collected] of [
  ["openai", openai, question, () => openai.stream(question).finalChatCompletion()],
  ["@anthropic-ai/sdk", anthropic, { ...question, max_tokens: 10 }, () => anthropic.stream({ ...question, max_tokens: 10 }).finalMessage()],
]) {
  for (form of ["json", "cut"]) {
    let events = 0;
    let error = "no error";
    try {
      for await (const _event of await api.create({ ...asked, stream: true })) events++;
    } catch (thrown) {
      error = thrown.constructor.name;
    }
    const what = form === "json" ? "JSON instead of a stream" : "closed in the middle";
    console.log(`${name}: ${what} → ${events} event${events === 1 ? "" : "s"}, ${error}`);
  }
  await collected().then(
    () => console.log(`${name}: closed in the middle, collected → an answer`),
    (thrown) => console.log(`${name}: closed in the middle, collected → ${thrown.constructor.name}`),
  );
}
server.closeAllConnections();
server.close();
JS
node try.mjs | tee seen
cat >expected <<'TXT'
openai: JSON instead of a stream → 0 events, no error
openai: closed in the middle → 1 event, no error
openai: closed in the middle, collected → OpenAIError
@anthropic-ai/sdk: JSON instead of a stream → 0 events, no error
@anthropic-ai/sdk: closed in the middle → 3 events, no error
@anthropic-ai/sdk: closed in the middle, collected → AnthropicError
TXT
diff expected seen && echo "as before"
