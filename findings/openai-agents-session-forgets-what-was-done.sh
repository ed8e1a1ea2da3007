#!/usr/bin/env bash
# @openai/agents 0.20.0 beside openai-agents 0.24.0 (Python): after a run that failed, the one's session has forgotten what its tools did.
#
# One would guess: the two are one SDK in two languages, and a session keeps the conversation. When a run ends at `maxTurns`, what was asked, called and
# answered until then stands in the session, so that the person's "go on" goes on.
# What happens: in Python it does. In JavaScript a run is kept when it is over: one that throws leaves nothing in its session, not even the question, and a
# streamed one leaves the question alone. The tools have done their work all the same. The next turn shows the model no trace of it, and what was paid,
# posted or booked is so again. It is the same where the model calls a tool that does not exist, after one that does. Whoever has sessions in JavaScript
# catches the error, and adds to the session what it lacks of `error.state.history`.
#
# Seen (a model that calls "pay" at each turn, and at most 2 turns):
#   openai-agents 0.24.0, whole: paid 2 times; kept: user, function_call, function_call_output, function_call, function_call_output
#   openai-agents 0.24.0, streamed: paid 2 times; kept: user, function_call, function_call_output, function_call, function_call_output
#   @openai/agents 0.20.0, whole: paid 2 times; kept: nothing
#   @openai/agents 0.20.0, streamed: paid 2 times; kept: user
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @openai/agents@0.20.0 openai@7.57.0 zod@4.6.7 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'openai-agents==0.24.0'
cat >try.py <<'PY'
import asyncio
from agents import Agent, MaxTurnsExceeded, Model, ModelResponse, Runner, SQLiteSession, Usage, function_tool, set_tracing_disabled
from openai.types.responses import Response, ResponseCompletedEvent, ResponseFunctionToolCall

set_tracing_disabled(True)
paid = 0

@function_tool
def pay() -> str:
    global paid
    paid += 1
    return "paid"

class Payer(Model):
    """Calls `pay` at each turn."""
    turns = 0
    def output(self):
        self.turns += 1
        return [ResponseFunctionToolCall(type="function_call", call_id=f"c{self.turns}", name="pay", arguments="{}")]
    async def get_response(self, *_, **__):
        return ModelResponse(output=self.output(), usage=Usage(), response_id=None)
    async def stream_response(self, *_, **__):
        response = Response(id="r", created_at=0, model="m", object="response", output=self.output(), tool_choice="auto", tools=[], parallel_tool_calls=False)
        yield ResponseCompletedEvent(type="response.completed", sequence_number=0, response=response)

async def trial(how):
    global paid
    paid = 0
    session = SQLiteSession("thread")
    agent = Agent(name="clerk", model=Payer(), tools=[pay])
    try:
        if how == "whole":
            await Runner.run(agent, "Pay both bills.", session=session, max_turns=2)
        else:
            async for _ in Runner.run_streamed(agent, "Pay both bills.", session=session, max_turns=2).stream_events():
                pass
    except MaxTurnsExceeded:
        kept = [item.get("type") or item["role"] for item in await session.get_items()]
        print(f"openai-agents 0.24.0, {how}: paid {paid} times; kept:", ", ".join(kept) or "nothing")

for how in ["whole", "streamed"]:
    asyncio.run(trial(how))
PY
cat >try.mjs <<'JS'
import { Agent, MaxTurnsExceededError, MemorySession, Runner, setTracingDisabled, tool, Usage } from "@openai/agents";
import { z } from "zod";

setTracingDisabled(true);
let turns = 0;
/** Calls `pay` at each turn. */
const output = () => [{ type: "function_call", callId: `c${++turns}`, name: "pay", status: "completed", arguments: "{}" }];
const model = {
  getResponse: async () => ({ usage: new Usage(), output: output() }),
  async *getStreamedResponse() {
    yield { type: "response_started" };
    yield { type: "response_done", response: { id: "r", usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, output: output() } };
  },
};
for (const stream of [false, true]) {
  let paid = 0;
  const pay = tool({ name: "pay", description: "Pays.", parameters: z.object({}), execute: async () => (paid++, "paid") });
  const session = new MemorySession();
  try {
    const run = await new Runner().run(new Agent({ name: "clerk", model, tools: [pay] }), "Pay both bills.", { session, maxTurns: 2, stream });
    await run.completed;
  } catch (error) {
    if (!(error instanceof MaxTurnsExceededError)) throw error;
    const kept = (await session.getItems()).map(({ type, role }) => role ?? type);
    console.log(`@openai/agents 0.20.0, ${stream ? "streamed" : "whole"}: paid ${paid} times; kept: ${kept.join(", ") || "nothing"}`);
  }
}
JS
{
  env/bin/python try.py
  node try.mjs
} | tee seen
cat >expected <<'TXT'
openai-agents 0.24.0, whole: paid 2 times; kept: user, function_call, function_call_output, function_call, function_call_output
openai-agents 0.24.0, streamed: paid 2 times; kept: user, function_call, function_call_output, function_call, function_call_output
@openai/agents 0.20.0, whole: paid 2 times; kept: nothing
@openai/agents 0.20.0, streamed: paid 2 times; kept: user
TXT
diff expected seen && echo "as before"
