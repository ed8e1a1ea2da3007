#!/usr/bin/env bash
# @langchain/langgraph 1.7.3 with @langchain/core 1.4.0: agents whose names are not in Latin letters are one box in the graph's picture.
#
# One would guess: `drawMermaid()` draws a box for each node, whatever it is called, as LangChain for Python does.
# What happens: each letter that is not of a to z, a digit, a minus or an underscore becomes an underscore, and that is the node's id in the picture.
# 研究员 (researcher), 审稿人 (reviewer) and 翻译员 (translator) are all `___`: one box, with two arrows to itself. So are "plan a" and "plan_a". The graph
# itself runs as it should. Python writes such letters out as their codes, and the boxes stay apart. Whoever draws the picture in JavaScript gives the nodes
# names in Latin letters that differ in them.
#
# Seen (start → 研究员 → 审稿人 → 翻译员 → end):
#   @langchain/langgraph 1.7.3: 3 boxes for 5 nodes
#   langgraph 1.2.24: 5 boxes for 5 nodes
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/core@1.4.0 @langchain/langgraph@1.7.3 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'langgraph==1.2.24' 'langchain-core==1.8.3'
cat >try.mjs <<'JS'
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

const names = ["研究员", "审稿人", "翻译员"];
const graph = new StateGraph(MessagesAnnotation);
for (const name of names) graph.addNode(name, () => ({ messages: [] }));
[START, ...names].forEach((name, at) => graph.addEdge(name, [...names, END][at]));
const drawn = await graph.compile().getGraphAsync();
console.log(drawn.drawMermaid());
JS
cat >try.py <<'PY'
from langgraph.graph import END, START, MessagesState, StateGraph

names = ["研究员", "审稿人", "翻译员"]
graph = StateGraph(MessagesState)
for name in names:
    graph.add_node(name, lambda state: {"messages": []})
for one, next in zip([START, *names], [*names, END]):
    graph.add_edge(one, next)
print(graph.compile().get_graph().draw_mermaid())
PY
{
  node try.mjs | grep -oE '^\s+[^ (]+\(' | sort -u | awk 'END { print "@langchain/langgraph 1.7.3: " NR " boxes for 5 nodes" }'
  env/bin/python -W ignore try.py | grep -oE '^\s+[^ (]+\(' | sort -u | awk 'END { print "langgraph 1.2.24: " NR " boxes for 5 nodes" }'
} | tee seen
cat >expected <<'TXT'
@langchain/langgraph 1.7.3: 3 boxes for 5 nodes
langgraph 1.2.24: 5 boxes for 5 nodes
TXT
diff expected seen && echo "as before"
