#!/usr/bin/env bash
# @slack/web-api 8.2.0 beside openai 7.57.0: `chatStream()` in a handler of the model's stream begins a message for each piece, and ends the last alone.
#
# One would guess: `stream.on("content", (piece) => streamer.append({ markdown_text: piece }))` is what the two helpers are made for. The streamer has a
# buffer and the state of its message, so that pieces which come while Slack is still being asked wait for the answer.
# What happens: an event's handler is not waited for, and `append()` takes itself for the first until chat.startStream has answered. Each buffer that is
# full by then begins a message of its own, with all of the text so far. `stop()` ends the last; the others stay in the thread as messages that are still
# being written. Where the first `append()` was waited for, it is one message, but each answer empties the buffer, with what came after the question:
# pieces are missing in it and others stand twice. Nothing is thrown. Whoever waits for each `append()` before the next has what the model said.
#
# Seen (ten words in a reply, a buffer of 8 characters, and a Slack that answers when the reply is over):
#   no append waited for: 9 messages begun, 1 ended; the first says "one two ", the last "one two three four five six seven eight nine ten"
#   the first waited for: 1 message begun, 1 ended; not what the model said
#   each waited for: 1 message begun, 1 ended; what the model said
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @slack/web-api@8.2.0 undici@8.12.4 openai@7.57.0 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { WebClient } from "@slack/web-api";
import { ChatCompletionStream } from "openai/lib/ChatCompletionStream";

const WORDS = ["one ", "two ", "three ", "four ", "five ", "six ", "seven ", "eight ", "nine ", "ten"];
const chunk = (delta, finish_reason = null) => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, finish_reason }],
});
const modelSays = () => {
  const chunks = [...WORDS.map((content) => chunk({ role: "assistant", content })), chunk({}, "stop")];
  return ChatCompletionStream.fromReadableStream(new Blob(chunks.map((one) => JSON.stringify(one) + "\n")).stream());
};

/** A Slack that answers once `answering` resolves, and keeps what was said in each message. */
async function slack(answering) {
  const messages = new Map();
  let ended = 0;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const form = new URLSearchParams(body);
    const ts = form.get("ts") ?? `1700000000.00000${messages.size}`;
    const text = JSON.parse(form.get("chunks") ?? "[]").map((one) => one.text);
    messages.set(ts, (messages.get(ts) ?? "") + text.join(""));
    if (request.url.endsWith("chat.stopStream")) ended++;
    await answering;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ok: true, ts, channel: "C1" }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const web = new WebClient("xoxb-0", { slackApiUrl: `http://127.0.0.1:${server.address().port}/api/`, logLevel: "error" });
  const streamer = web.chatStream({ channel: "C1", thread_ts: "1.2", recipient_team_id: "T1", recipient_user_id: "U1", buffer_size: 8 });
  const tell = (name, expected) => {
    const said = [...messages.values()].sort((a, b) => a.length - b.length).map((text) => JSON.stringify(text));
    const whole = said[0] === JSON.stringify(expected) ? "what the model said" : "not what the model said";
    const what = said.length > 1 ? `the first says ${said[0]}, the last ${said.at(-1)}` : whole;
    console.log(`${name}: ${said.length} message${said.length > 1 ? "s" : ""} begun, ${ended} ended; ${what}`);
    server.closeAllConnections();
    server.close();
  };
  return { streamer, tell };
}

async function inHandler(name, first) {
  let answer;
  const answering = new Promise((resolve) => (answer = resolve));
  const { streamer, tell } = await slack(answering);
  if (first) {
    answer();
    await streamer.append({ markdown_text: first });
  }
  const appended = [];
  const stream = modelSays();
  stream.on("content", (markdown_text) => appended.push(streamer.append({ markdown_text })));
  await stream.finalChatCompletion();
  answer();
  await Promise.all(appended);
  await streamer.stop();
  tell(name, first + WORDS.join(""));
}

await inHandler("no append waited for", "");
await inHandler("the first waited for", "Counting: ");
const { streamer, tell } = await slack();
for await (const { choices } of modelSays()) {
  if (choices[0].delta.content) await streamer.append({ markdown_text: choices[0].delta.content });
}
await streamer.stop();
tell("each waited for", WORDS.join(""));
JS
node try.mjs | tee seen
cat >expected <<'TXT'
no append waited for: 9 messages begun, 1 ended; the first says "one two ", the last "one two three four five six seven eight nine ten"
the first waited for: 1 message begun, 1 ended; not what the model said
each waited for: 1 message begun, 1 ended; what the model said
TXT
diff expected seen && echo "as before"
