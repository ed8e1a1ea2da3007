#!/usr/bin/env bash
# langchain-core 1.8.3 (Python) and @langchain/core 1.4.0: a tool's call that was cut off is refused when it comes whole, and run when it is streamed.
#
# One would guess: a reply that ends at its limit of tokens (`finish_reason: "length"`), or whose connection breaks, in the middle of a call's
# arguments leaves a call that cannot be read, and streaming changes when the pieces arrive, not what they are.
# What happens: the arguments of a streamed call are read by a parser that closes what is open. Half of a text becomes the whole text, arguments that did
# not come are left out, and the call stands in `tool_calls` like any other. LangGraph's agent runs it, tells the model that it was done,
# and goes on. The same answer without `stream` is in `invalid_tool_calls`, and the agent stops. A connection that ends without a word has it run as
# well. An agent streams as soon as somebody watches (`stream_mode="messages"`), so that the same graph writes half a file for a chat and none in
# its tests. Vercel's AI SDK and the Agents SDK of OpenAI give the model an error at both.
#
# Seen (write_file of "delete the old backups only if the new one has been checked", cut after "if"):
#   langgraph 1.2.24, whole: not run
#   langgraph 1.2.24, streamed: run with "delete the old backups only if"
#   langgraph 1.2.24, streamed, connection broken: run with "delete the old backups only if"
#   @langchain/langgraph 1.7.3, whole: not run
#   @langchain/langgraph 1.7.3, streamed: run with "delete the old backups only if"
#   @langchain/langgraph 1.7.3, streamed, connection broken: run with "delete the old backups only if"
#   ai 7.0.173, whole: not run
#   ai 7.0.173, streamed: not run
#   @openai/agents 0.20.0, whole: not run
#   @openai/agents 0.20.0, streamed: not run
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/core@1.4.0 @langchain/openai@1.6.0 @langchain/langgraph@1.7.3 \
  ai@7.0.173 @ai-sdk/openai-compatible@3.0.92 @openai/agents@0.20.0 openai@7.57.0 zod@4.6.7 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'langgraph==1.2.24' 'langchain-core==1.8.3' 'langchain-openai==1.7.4'
cat >try.py <<'PY'
import sys
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent

ran = []

@tool
def write_file(path: str, content: str) -> str:
    "Writes a file."
    ran.append(content)
    return "written"

def tell(how):
    print(f"langgraph 1.2.24, {how}:", f'run with "{ran[0]}"' if ran else "not run")
    ran.clear()

def agent(answer):
    return create_react_agent(ChatOpenAI(model=answer, api_key="k", base_url=sys.argv[1], max_retries=0), [write_file])

task = {"messages": [("user", "Write down what is to be done.")]}
agent("cut").invoke(task)
tell("whole")
for answer, how in [("cut", "streamed"), ("broken", "streamed, connection broken")]:
    for _ in agent(answer).stream(task, stream_mode="messages"):
        pass
    tell(how)
PY
cat >try.mjs <<'JS'
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { tool } from "@langchain/core/tools";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";
import { Agent, OpenAIChatCompletionsModel, Runner, setTracingDisabled, tool as agentsTool } from "@openai/agents";
import { generateText, isStepCount, streamText, tool as aiTool } from "ai";
import OpenAI from "openai";
import { z } from "zod";

const CUT = '{"path":"todo.txt","content":"delete the old backups only if';
let replies = 0;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const { messages, model, stream } = JSON.parse(body);
  const base = { id: `c${++replies}`, created: 1, model };
  const isAnswered = messages.some(({ role }) => role === "tool");
  const end = isAnswered ? "stop" : "length";
  const call = (args) => ({ index: 0, id: "t1", type: "function", function: { name: "write_file", arguments: args } });
  if (!stream) {
    const message = isAnswered ? { role: "assistant", content: "Done." } : { role: "assistant", content: null, tool_calls: [call(CUT)] };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const whole = { ...base, object: "chat.completion", choices: [{ index: 0, message, finish_reason: end }], usage };
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(whole));
  }
  const deltas = isAnswered
    ? [{ role: "assistant", content: "Done." }]
    : [
        { role: "assistant", content: null, tool_calls: [call("")] },
        ...CUT.match(/.{1,6}/g).map((args) => ({ tool_calls: [{ index: 0, function: { arguments: args } }] })),
      ];
  const event = (delta, finish_reason = null) =>
    `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const last = model === "broken" && !isAnswered ? "" : `${event({}, end)}data: [DONE]\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" }).end(deltas.map((delta) => event(delta)).join("") + last);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseURL = `http://127.0.0.1:${server.address().port}/v1`;

let ran = [];
const written = async ({ content }) => (ran.push(content), "written");
async function trial(name, ask) {
  ran = [];
  await ask();
  console.log(`${name}: ${ran.length > 0 ? `run with "${ran[0]}"` : "not run"}`);
}

await new Promise((resolve, reject) =>
  execFile("env/bin/python", ["-W", "ignore", "try.py", baseURL], (error, out) => (error ? reject(error) : resolve(process.stdout.write(out)))),
);
const parameters = z.object({ path: z.string(), content: z.string() });
const prompt = "Write down what is to be done.";
const about = { name: "write_file", description: "Writes a file." };
const graph = (model) =>
  createReactAgent({
    llm: new ChatOpenAI({ model, apiKey: "k", configuration: { baseURL }, maxRetries: 0 }),
    tools: [tool(written, { ...about, schema: parameters })],
  });
const task = { messages: [{ role: "user", content: prompt }] };
await trial("@langchain/langgraph 1.7.3, whole", () => graph("cut").invoke(task));
for (const [model, how] of [["cut", "streamed"], ["broken", "streamed, connection broken"]]) {
  await trial(`@langchain/langgraph 1.7.3, ${how}`, async () => {
    for await (const _ of await graph(model).stream(task, { streamMode: "messages" }));
  });
}
const ai = {
  model: createOpenAICompatible({ name: "local", baseURL, apiKey: "k" })("cut"),
  tools: { write_file: aiTool({ ...about, inputSchema: parameters, execute: written }) },
  stopWhen: isStepCount(3),
  prompt,
};
await trial("ai 7.0.173, whole", () => generateText(ai));
await trial("ai 7.0.173, streamed", () => streamText(ai).text);
setTracingDisabled(true);
const agent = new Agent({
  name: "writer",
  model: new OpenAIChatCompletionsModel(new OpenAI({ apiKey: "k", baseURL }), "cut"),
  tools: [agentsTool({ ...about, parameters, execute: written })],
});
await trial("@openai/agents 0.20.0, whole", () => new Runner().run(agent, prompt));
await trial("@openai/agents 0.20.0, streamed", async () => (await new Runner().run(agent, prompt, { stream: true })).completed);
server.closeAllConnections();
server.close();
JS
node try.mjs | tee seen
cat >expected <<'TXT'
langgraph 1.2.24, whole: not run
langgraph 1.2.24, streamed: run with "delete the old backups only if"
langgraph 1.2.24, streamed, connection broken: run with "delete the old backups only if"
@langchain/langgraph 1.7.3, whole: not run
@langchain/langgraph 1.7.3, streamed: run with "delete the old backups only if"
@langchain/langgraph 1.7.3, streamed, connection broken: run with "delete the old backups only if"
ai 7.0.173, whole: not run
ai 7.0.173, streamed: not run
@openai/agents 0.20.0, whole: not run
@openai/agents 0.20.0, streamed: not run
TXT
diff expected seen && echo "as before"
