#!/usr/bin/env bash
# autogen-agentchat 0.7.5: a team's token budget does not see the model that chooses who speaks.
#
# One would guess: `TokenUsageTermination(max_total_token=3000)` on a SelectorGroupChat ends it when its models have used 3,000 tokens. The selector reads
# the whole conversation before each turn, as the speaker does, so that about half of them are its own.
# What happens: the condition adds up the usage that stands on messages. The selector's calls are on none, and so are in no sum: neither in the
# condition nor in the result's messages. The team ends when the speakers alone have used up the budget, and the bill is more than twice as high. Whoever
# needs the whole asks the selector's model client itself (`total_usage()`).
#
# Seen (three who speak in turn; the replay client counts words):
#   the condition: 3243 tokens; the messages: 3243; the speakers: 3243; the selector: 4165 more
# Fails when the condition or a message has the selector's in it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'autogen-agentchat==0.7.5' 'autogen-ext==0.7.5'
cat >try.py <<'PY'
import asyncio, re, sys
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import TokenUsageTermination
from autogen_agentchat.teams import SelectorGroupChat
from autogen_ext.models.replay import ReplayChatCompletionClient

NAMES = ["Ana", "Ben", "Cem"]
TURNS_MAX = 60

def used(client):
    usage = client.total_usage()
    return usage.prompt_tokens + usage.completion_tokens

async def main():
    selector = ReplayChatCompletionClient(NAMES * (TURNS_MAX // 3))
    speakers = {name: ReplayChatCompletionClient(["One two three four five six seven eight nine ten."] * TURNS_MAX) for name in NAMES}
    team = SelectorGroupChat(
        [AssistantAgent(name, client, description=f"{name} talks.") for name, client in speakers.items()],
        model_client=selector,
        termination_condition=TokenUsageTermination(max_total_token=3000),
    )
    result = await team.run(task="Talk.")
    told = int(re.search(r"total token count: (\d+)", result.stop_reason)[1])
    on_messages = sum(one.models_usage.prompt_tokens + one.models_usage.completion_tokens for one in result.messages if one.models_usage)
    by_speakers = sum(map(used, speakers.values()))
    print(f"the condition: {told} tokens; the messages: {on_messages}; the speakers: {by_speakers}; the selector: {used(selector)} more")
    if not (told == on_messages == by_speakers >= 3000 and used(selector) > by_speakers / 2):
        sys.exit("not as written above: look again")
    print("as before")

asyncio.run(main())
PY
env/bin/python try.py
