#!/usr/bin/env bash
# @langchain/langgraph 1.7.3 behind a server with short ids, such as Ollama's: an answer takes the place of an earlier one.
#
# One would guess: messages are added to a thread at its end. Ids tell who wants to change an older message, and LangGraph gives them out.
# What happens: @langchain/openai takes the `id` of the server's answer as the id of the message, and the messages' reducer puts a message whose id is there
# already in the place of the old one. OpenAI's ids are unique; servers that speak its format need not have such. Ollama draws one of `chatcmpl-0` to
# `chatcmpl-998`: by the 38th answer it is more likely than not that two have the same. The older answer is gone, the new one stands where it was, and the
# question that was asked last stands without any. There is no error, and the model reads it so from then on. LangChain for Python gives each message
# an id of its own.
#
# Seen (threads of 100 turns, ids drawn from as many as Ollama's):
#   seed 1: 100 questions, 98 answers; answer 85 stands after "question 12"
#   seed 2: 100 questions, 95 answers; answer 63 stands after "question 28"
#   seed 3: 100 questions, 93 answers; answer 28 stands after "question 16"
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/core@1.4.0 @langchain/openai@1.6.0 @langchain/langgraph@1.7.3 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from "node:http";
import { MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { ChatOpenAI } from "@langchain/openai";

let draw; // The next of 999 ids.
let answers = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    const message = { role: "assistant", content: `answer ${++answers}` };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: `chatcmpl-${draw()}`, object: "chat.completion", created: 1, model: "m", choices, usage }));
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const model = new ChatOpenAI({ model: "m", apiKey: "k", configuration: { baseURL: `http://127.0.0.1:${server.address().port}/v1` } });
const app = new StateGraph(MessagesAnnotation)
  .addNode("agent", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
  .addEdge(START, "agent")
  .compile({ checkpointer: new MemorySaver() });

for (const seed of [1, 2, 3]) {
  let state = seed;
  draw = () => Math.floor(((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32) * 999);
  answers = 0;
  const thread = { configurable: { thread_id: String(seed) } };
  let first;
  for (let turn = 1; turn <= 100; turn++) {
    const { messages } = await app.invoke({ messages: [{ role: "user", content: `question ${turn}` }] }, thread);
    if (messages.at(-1).getType() === "ai") continue;
    const place = messages.findIndex(({ content }) => content === `answer ${turn}`);
    first ??= `answer ${turn} stands after "${messages[place - 1].content}"`;
  }
  const { messages } = (await app.getState(thread)).values;
  const kept = messages.filter((message) => message.getType() === "ai").length;
  console.log(`seed ${seed}: ${messages.length - kept} questions, ${kept} answers; ${first}`);
}
server.closeAllConnections();
server.close();
JS
node try.mjs | tee seen
cat >expected <<'TXT'
seed 1: 100 questions, 98 answers; answer 85 stands after "question 12"
seed 2: 100 questions, 95 answers; answer 63 stands after "question 28"
seed 3: 100 questions, 93 answers; answer 28 stands after "question 16"
TXT
diff expected seen && echo "as before"
