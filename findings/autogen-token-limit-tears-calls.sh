#!/usr/bin/env bash
# autogen-core 0.7.5: a context with a limit of tokens keeps what is oldest, and leaves calls without results and results without calls.
#
# One would guess: TokenLimitedChatCompletionContext gives "recent messages" (its docstring) until the limit is reached, as BufferedChatCompletionContext
# does by their number, and holds a tool's call and its result together, without which a model's server refuses the conversation.
# What happens: while there is too much it takes the message in the middle out, one by one. Half of what stays is the beginning of the conversation, however
# long ago, and the cut goes through wherever the middle is, so that of a call and its result one is gone. Only a result that stands first is looked for.
# OpenAI's server answers 400 to either: an agent that works with tools fails as soon as its conversation is full, at one limit and not at the next.
# Whoever needs a limit of tokens writes a context that takes whole rounds off the front.
#
# Seen (8 rounds of question, call, result and answer, then a question; each limit from room for 1 message to room for all 33):
#   TokenLimitedChatCompletionContext: torn at 16 of 33 limits
#     with room for 7: question 0, call 0, result of call 0, answer 0, result of call 7, answer 7, question 8
#   BufferedChatCompletionContext: torn at 0 of 33 limits
#     with room for 7: answer 6, question 7, call 7, result of call 7, answer 7, question 8
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'autogen-core==0.7.5' 'autogen-ext==0.7.5' 'autogen-agentchat==0.7.5'
cat >try.py <<'PY'
import asyncio
from autogen_core import FunctionCall
from autogen_core.model_context import BufferedChatCompletionContext, TokenLimitedChatCompletionContext
from autogen_core.models import AssistantMessage, FunctionExecutionResult, FunctionExecutionResultMessage, UserMessage
from autogen_ext.models.replay import ReplayChatCompletionClient

class Counting(ReplayChatCompletionClient):
    """Counts 10 tokens a message."""
    def count_tokens(self, messages, *, tools=()):
        return 10 * len(messages)

ROUNDS = 8
conversation = []
for number in range(ROUNDS):
    conversation += [
        UserMessage(content=f"question {number}", source="user"),
        AssistantMessage(content=[FunctionCall(id=f"call {number}", name="look", arguments="{}")], source="agent"),
        FunctionExecutionResultMessage(content=[FunctionExecutionResult(call_id=f"call {number}", content="seen", name="look", is_error=False)]),
        AssistantMessage(content=f"answer {number}", source="agent"),
    ]
conversation.append(UserMessage(content=f"question {ROUNDS}", source="user"))

def calls(message):
    return [call.id for call in message.content] if isinstance(message, AssistantMessage) and isinstance(message.content, list) else []

def results(message):
    return [result.call_id for result in message.content] if isinstance(message, FunctionExecutionResultMessage) else []

def torn(messages):
    around = zip(messages, [*messages[1:], messages[-1]]) if messages else []
    return any(calls(one) != results(after) for one, after in around)

async def given(context):
    for message in conversation:
        await context.add_message(message)
    return await context.get_messages()

def told(message):
    return message.content if isinstance(message.content, str) else (calls(message) or [f"result of {results(message)[0]}"])[0]

async def main():
    sizes = range(1, len(conversation) + 1)
    limited = [await given(TokenLimitedChatCompletionContext(Counting([]), token_limit=10 * size)) for size in sizes]
    buffered = [await given(BufferedChatCompletionContext(size)) for size in sizes]
    print(f"TokenLimitedChatCompletionContext: torn at {sum(map(torn, limited))} of {len(limited)} limits")
    print("  with room for 7:", ", ".join(map(told, limited[6])))
    print(f"BufferedChatCompletionContext: torn at {sum(map(torn, buffered))} of {len(buffered)} limits")
    print("  with room for 7:", ", ".join(map(told, buffered[6])))

asyncio.run(main())
PY
env/bin/python -W ignore try.py | tee seen
cat >expected <<'TXT'
TokenLimitedChatCompletionContext: torn at 16 of 33 limits
  with room for 7: question 0, call 0, result of call 0, answer 0, result of call 7, answer 7, question 8
BufferedChatCompletionContext: torn at 0 of 33 limits
  with room for 7: answer 6, question 7, call 7, result of call 7, answer 7, question 8
TXT
diff expected seen && echo "as before"
