#!/usr/bin/env bash
# litellm 1.106.4: Anthropic's Messages in front of an `openai/…` server are asked over that server's Responses, not its Chat Completions.
#
# One would guess: a gateway that speaks Messages to its clients, with `openai/MODEL` and an api_base behind it, translates to
# /chat/completions, the format that nearly every server which calls itself OpenAI-compatible has; max_tokens and a strict schema come through.
# What happens: it posts to /responses. A server without it answers 404, and the client is told not_found_error, as if the model were missing,
# while the same model answers at the gateway's own /v1/chat/completions. A limit below 16 tokens is raised to 16, and the schema arrives with
# `strict: false`. With `hosted_vllm/MODEL` the same request goes to /chat/completions with the limit as it was.
#
# Seen:
#   openai/m, chat: 200; asked at /v1/chat/completions with at most 8 tokens
#   openai/m, messages: 404 not_found_error; asked at /v1/responses with at most 16 tokens, strict False
#   hosted_vllm/m, messages: 200; asked at /v1/chat/completions with at most 8 tokens, strict True
set -euo pipefail
work=$(mktemp -d)
gateway=
trap '[ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'litellm[proxy]==1.106.4'
cat >try.py <<'PY'
import json, os, signal, socket, subprocess, sys, threading, time, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

asked = []

class ChatOnly(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked.append((self.path, body))
        if self.path != "/v1/chat/completions":
            return self.answer(404, {"error": {"message": "Not Found", "type": "not_found", "code": 404}})
        choice = {"index": 0, "message": {"role": "assistant", "content": "{}"}, "finish_reason": "stop"}
        self.answer(200, {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), ChatOnly)
threading.Thread(target=server.serve_forever, daemon=True).start()
api_base = f"http://127.0.0.1:{server.server_port}/v1"
models = [{"model_name": name, "litellm_params": {"model": f"{name}/m", "api_base": api_base, "api_key": "none"}} for name in ("openai", "hosted_vllm")]
with open("config.json", "w") as file:
    json.dump({"model_list": models}, file)
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
env = {**os.environ, "LITELLM_MASTER_KEY": "sk-local", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
gateway = subprocess.Popen(["env/bin/litellm", "--config", "config.json", "--host", "127.0.0.1", "--port", str(port)], env=env, stdout=open("log", "w"), stderr=subprocess.STDOUT)
base = f"http://127.0.0.1:{port}"

def post(path, body):
    request = urllib.request.Request(base + path, json.dumps(body).encode(), {"content-type": "application/json", "authorization": "Bearer sk-local"})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)

try:
    for _ in range(240):
        try:
            if urllib.request.urlopen(base + "/health/liveliness", timeout=5).status == 200:
                break
        except OSError:
            time.sleep(0.5)
    schema = {"type": "object", "properties": {"next": {"type": "string"}}, "required": ["next"], "additionalProperties": False}
    seen = []
    for model, path in (("openai", "/v1/chat/completions"), ("openai", "/v1/messages"), ("hosted_vllm", "/v1/messages")):
        asked.clear()
        shape = {"output_config": {"format": {"type": "json_schema", "schema": schema}}} if path == "/v1/messages" else {}
        status, reply = post(path, {"model": model, "max_tokens": 8, "messages": [{"role": "user", "content": "Hi."}], **shape})
        at, body = asked[0]
        tokens = body.get("max_output_tokens", body.get("max_tokens"))
        strict = body.get("text", {}).get("format", {}).get("strict", body.get("response_format", {}).get("json_schema", {}).get("strict"))
        seen.append((status, at, tokens, strict))
        why = f" {reply['error']['type']}" if status != 200 else ""
        print(f"{model}/m, {path.split('/')[2]}: {status}{why}; asked at {at} with at most {tokens} tokens{'' if strict is None else f', strict {strict}'}")
finally:
    gateway.send_signal(signal.SIGKILL)
    server.shutdown()

if seen != [(200, "/v1/chat/completions", 8, None), (404, "/v1/responses", 16, False), (200, "/v1/chat/completions", 8, True)]:
    sys.exit("not as written above: look again")
PY
python3 try.py
