#!/usr/bin/env bash
# langgraph 1.2.24 with langgraph-checkpoint-sqlite 3.1.2, and @langchain/langgraph 1.7.3: after a step back of the clock, turns are answered and lost.
#
# One would guess: a thread's state is what the last invoke left. Each checkpoint names its parent, so that the last is the one nobody names, and the
# clock is there for show.
# What happens: a checkpoint's id is made of the time of day, and a thread's state is the one with the greatest. Whatever is written while the clock is
# behind that one (a process started on a second machine whose clock runs later, a virtual machine that was put back, time set right) stands below it: the
# turn sees the state and answers, and the next begins from the state before it, as if nobody had spoken. That goes on until the clock is past the old
# state, and what was said in between never comes back. `invoke` returns the whole conversation and no error; only the next turn knows less. In Python a
# process never goes back behind its own ids, but one that starts later does; in JavaScript it needs no second process.
#
# Seen (two turns, two with the clock an hour behind, one with the clock right again):
#   langgraph 1.2.24, messages that each turn saw: 1, 3, 5, 5, 5; kept at the end: one, two, five
#   @langchain/langgraph 1.7.3, messages that each turn saw: 1, 3, 5, 5, 5; kept at the end: one, two, five
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/core@1.4.0 @langchain/langgraph@1.7.3 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'langgraph==1.2.24' 'langgraph-checkpoint==4.3.2' 'langgraph-checkpoint-sqlite==3.1.2' 'langchain-core==1.8.3'
cat >turn.py <<'PY'
import sys, time
now = time.time_ns
time.time_ns = lambda: now() - int(sys.argv[2]) * 3_600_000_000_000

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph

THREAD = {"configurable": {"thread_id": "1"}}
graph = StateGraph(MessagesState).add_node("agent", lambda state: {"messages": [("ai", str(len(state["messages"])))]}).add_edge(START, "agent")
with SqliteSaver.from_conn_string("thread.db") as saver:
    app = graph.compile(checkpointer=saver)
    seen = app.invoke({"messages": [("user", sys.argv[1])]}, THREAD)["messages"][-1].content
    kept = [message.content for message in app.get_state(THREAD).values["messages"] if message.type == "human"]
    print(seen, ", ".join(kept), sep="|")
PY
cat >try.py <<'PY'
import subprocess, sys
TURNS = [("one", 0), ("two", 0), ("three", 1), ("four", 1), ("five", 0)]
told = [subprocess.check_output([sys.executable, "-W", "ignore", "turn.py", text, str(behind)], text=True).strip().split("|") for text, behind in TURNS]
print(f"langgraph 1.2.24, messages that each turn saw: {', '.join(seen for seen, _ in told)}; kept at the end: {told[-1][1]}")
PY
cat >try.mjs <<'JS'
import { MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

const now = Date.now;
const thread = { configurable: { thread_id: "1" } };
const app = new StateGraph(MessagesAnnotation)
  .addNode("agent", ({ messages }) => ({ messages: [{ role: "assistant", content: String(messages.length) }] }))
  .addEdge(START, "agent")
  .compile({ checkpointer: new MemorySaver() });
const seen = [];
for (const [content, hoursBehind] of [["one", 0], ["two", 0], ["three", 1], ["four", 1], ["five", 0]]) {
  Date.now = () => now() - hoursBehind * 3_600_000;
  seen.push((await app.invoke({ messages: [{ role: "user", content }] }, thread)).messages.at(-1).content);
}
const { messages } = (await app.getState(thread)).values;
const kept = messages.filter((message) => message.getType() === "human").map(({ content }) => content);
console.log(`@langchain/langgraph 1.7.3, messages that each turn saw: ${seen.join(", ")}; kept at the end: ${kept.join(", ")}`);
JS
{
  env/bin/python try.py
  node try.mjs
} | tee seen
cat >expected <<'TXT'
langgraph 1.2.24, messages that each turn saw: 1, 3, 5, 5, 5; kept at the end: one, two, five
@langchain/langgraph 1.7.3, messages that each turn saw: 1, 3, 5, 5, 5; kept at the end: one, two, five
TXT
diff expected seen && echo "as before"
