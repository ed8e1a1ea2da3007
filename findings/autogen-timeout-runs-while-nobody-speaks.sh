#!/usr/bin/env bash
# autogen-agentchat 0.7.5: a team's time limit runs while nobody speaks, and ends the turn after the pause.
#
# One would guess: `TimeoutTermination(60)` gives each run of a team a minute, counted from its task. A team lives as long as its chat does; each answer is a
# run, and between two of them the person reads and thinks.
# What happens: the clock starts when the condition is made, and again when a run is over. A team that was built at the start of a bot and is asked an hour
# later, or is asked again after a pause longer than the limit, ends at its first look: the task comes back without a word of any agent, "Timeout of 60
# seconds reached", and the next question is answered, if it comes soon. A condition made anew for each run, or `await condition.reset()` before it, counts
# as one would think.
#
# Seen (a limit of 60 s, agents that answer at once; the clock is put forward between the runs):
#   asked at once: 3 messages; after 120 s: 1 message, Timeout of 60 seconds reached; at once again: 3 messages
#   reset before each run: 3 messages; after 120 s: 3 messages; at once again: 3 messages
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'autogen-agentchat==0.7.5' 'autogen-ext==0.7.5'
cat >try.py <<'PY'
import asyncio, time
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import MaxMessageTermination, TimeoutTermination
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_ext.models.replay import ReplayChatCompletionClient

def forward(seconds, monotonic=time.monotonic):
    time.monotonic = lambda: monotonic() + seconds

async def trial(resets):
    forward(0)
    limit = TimeoutTermination(60)
    agents = [AssistantAgent(name, ReplayChatCompletionClient(["Yes."] * 9)) for name in ("Ana", "Ben")]
    team = RoundRobinGroupChat(agents, termination_condition=limit | MaxMessageTermination(3))
    seen = []
    for seconds in (0, 120, 120):
        forward(seconds)
        if resets:
            await limit.reset()
        result = await team.run(task="Well?")
        several = f"{len(result.messages)} message{'' if len(result.messages) == 1 else 's'}"
        seen.append(several + (f", {result.stop_reason}" if result.stop_reason.startswith("Timeout") else ""))
    return f"{seen[0]}; after 120 s: {seen[1]}; at once again: {seen[2]}"

async def main():
    print("asked at once:", await trial(False))
    print("reset before each run:", await trial(True))

asyncio.run(main())
PY
env/bin/python -W ignore try.py | tee seen
cat >expected <<'TXT'
asked at once: 3 messages; after 120 s: 1 message, Timeout of 60 seconds reached; at once again: 3 messages
reset before each run: 3 messages; after 120 s: 3 messages; at once again: 3 messages
TXT
diff expected seen && echo "as before"
