#!/usr/bin/env bash
# openai-agents 0.24.0 (Python) and @openai/agents 0.20.0: of the agents that one may hand over to, one is left when their names are in another script.
#
# One would guess: an agent with two handoffs offers its model two, whatever the two agents are called; names that cannot be told apart are refused.
# What happens: the tool for a handoff is called after the agent, with an underscore for each letter that is not of a to z or a digit. 研究员 (researcher)
# and 审稿人 (reviewer) are both `transfer_to____`. The one that stands last in the list is offered, and the other can never be reached; there is no error, and
# Python's line about invalid characters comes for each such name, alone or not. "Müller" and "Möller" are no better. Whoever names agents so gives each
# handoff a `tool_name_override` (`toolNameOverride`).
#
# Seen (a model that takes the first handoff of 研究员 and 审稿人):
#   openai-agents 0.24.0: offered transfer_to____; it is the turn of 审稿人
#   @openai/agents 0.20.0: offered transfer_to____; it is the turn of 审稿人
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @openai/agents@0.20.0 openai@7.57.0 zod@4.6.7 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'openai-agents==0.24.0'
cat >try.py <<'PY'
import asyncio, logging
from agents import Agent, Model, ModelResponse, Runner, Usage, set_tracing_disabled
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

set_tracing_disabled(True)
logging.disable(logging.CRITICAL)
offered = []

class TakesTheFirst(Model):
    async def get_response(self, *_, handoffs, **__):
        if handoffs:
            offered.extend(handoff.tool_name for handoff in handoffs)
            said = ResponseFunctionToolCall(type="function_call", call_id="c", name=offered[0], arguments="{}")
        else:
            text = ResponseOutputText(type="output_text", text="Here I am.", annotations=[])
            said = ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[text])
        return ModelResponse(output=[said], usage=Usage(), response_id=None)
    def stream_response(self, *_, **__):
        raise NotImplementedError

async def main():
    model = TakesTheFirst()
    colleagues = [Agent(name=name, model=model) for name in ["研究员", "审稿人"]]
    result = await Runner.run(Agent(name="desk", model=model, handoffs=colleagues), "Who looks at this?")
    print(f"openai-agents 0.24.0: offered {', '.join(offered)}; it is the turn of {result.last_agent.name}")

asyncio.run(main())
PY
cat >try.mjs <<'JS'
import { Agent, Runner, setTracingDisabled, Usage } from "@openai/agents";

setTracingDisabled(true);
const offered = [];
/** Takes the first handoff. */
const model = {
  async getResponse({ handoffs }) {
    offered.push(...handoffs.map(({ toolName }) => toolName));
    const output =
      handoffs.length > 0
        ? { type: "function_call", callId: "c", name: offered[0], status: "completed", arguments: "{}" }
        : { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "Here I am." }] };
    return { usage: new Usage(), output: [output] };
  },
};
const handoffs = ["研究员", "审稿人"].map((name) => new Agent({ name, model }));
try {
  const { lastAgent } = await new Runner().run(new Agent({ name: "desk", model, handoffs }), "Who looks at this?");
  console.log(`@openai/agents 0.20.0: offered ${offered.join(", ")}; it is the turn of ${lastAgent.name}`);
} catch (error) {
  console.log(`@openai/agents 0.20.0: ${error.constructor.name} ${error.message}`);
}
JS
{
  env/bin/python try.py
  node try.mjs 2>/dev/null
} | tee seen
cat >expected <<'TXT'
openai-agents 0.24.0: offered transfer_to____; it is the turn of 审稿人
@openai/agents 0.20.0: offered transfer_to____; it is the turn of 审稿人
TXT
diff expected seen && echo "as before"
