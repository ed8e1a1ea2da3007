#!/usr/bin/env bash
# @slack/bolt 5.1.0 beside slack-bolt 1.30.0 (Python): the same `app.message(…)` hears other messages, and what nobody hears is an error in one of them.
#
# One would guess: Bolt is one framework in two languages. `app.message("ready?")` hears messages with "ready?" in them, `app.message(/ticket (\d+)/)` gives
# what stood in the parentheses, `app.message()` hears what people write, and an event without a listener is none of Slack's business.
# What happens: a text is a text in JavaScript and a pattern in Python, where "ready?" hears "I read it". `context.matches` is the first hit and its
# groups in JavaScript, and the groups of all hits in Python. Without a pattern, JavaScript also hears that a message was edited or deleted and that somebody
# joined, with no `text`, or one of Slack's; Python hears none of these. What has no listener is answered with 200 by one and with 404 by the other: for
# Slack that is a failure, it sends the event three times more, and counts it when it decides whether to stop sending. Whoever moves an app over escapes its
# texts, counts the groups anew, and gives Python a listener that does nothing for each event of the manifest.
#
# Seen ("a", "b", "c": listeners of "ready?", of ticket (\d+), and of any message):
#   "are you ready?": JavaScript a c, 200; Python a c, 200
#   "I read it": JavaScript c, 200; Python a c, 200
#   "ticket 12, ticket 13": JavaScript b[ticket 12,12] c, 200; Python b[12,13] c, 200
#   an edit: JavaScript c, 200; Python -, 404
#   a deletion: JavaScript c, 200; Python -, 404
#   somebody joined: JavaScript c, 200; Python -, 404
#   a reaction: JavaScript -, 200; Python -, 404
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @slack/bolt@5.1.0 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'slack-bolt==1.30.0' 'slack-sdk==3.47.0'
cat >events.json <<'JSON'
{
  "\"are you ready?\"": { "type": "message", "user": "U2", "channel": "C1", "ts": "1.1", "text": "are you ready?" },
  "\"I read it\"": { "type": "message", "user": "U2", "channel": "C1", "ts": "1.2", "text": "I read it" },
  "\"ticket 12, ticket 13\"": { "type": "message", "user": "U2", "channel": "C1", "ts": "1.3", "text": "ticket 12, ticket 13" },
  "an edit": { "type": "message", "subtype": "message_changed", "channel": "C1", "ts": "1.4", "message": { "type": "message", "user": "U2", "ts": "1.1", "text": "are you?" }, "previous_message": { "type": "message", "user": "U2", "ts": "1.1", "text": "are you ready?" } },
  "a deletion": { "type": "message", "subtype": "message_deleted", "channel": "C1", "ts": "1.5", "deleted_ts": "1.1", "previous_message": { "type": "message", "user": "U2", "ts": "1.1", "text": "are you?" } },
  "somebody joined": { "type": "message", "subtype": "channel_join", "user": "U2", "channel": "C1", "ts": "1.6", "text": "<@U2> has joined the channel" },
  "a reaction": { "type": "reaction_added", "user": "U2", "reaction": "eyes", "item": { "type": "message", "channel": "C1", "ts": "1.1" } }
}
JSON
cat >try.mjs <<'JS'
import { readFileSync } from "node:fs";
import bolt from "@slack/bolt";

const receiver = new bolt.HTTPReceiver({ signingSecret: "none", signatureVerification: false, port: 0, logLevel: "error" });
const app = new bolt.App({ receiver, authorize: async () => ({ botToken: "xoxb-0", botId: "B1", botUserId: "U1" }), logLevel: "error" });
let heard;
app.message("ready?", async () => heard.push("a"));
app.message(/ticket (\d+)/, async ({ context }) => heard.push(`b[${context.matches}]`));
app.message(async () => heard.push("c"));
const server = await app.start(0);
for (const [name, event] of Object.entries(JSON.parse(readFileSync("events.json", "utf8")))) {
  heard = [];
  const { status } = await fetch(`http://127.0.0.1:${server.address().port}/slack/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "event_callback", team_id: "T1", event_id: "E1", event_time: 1, event }),
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  console.log(`${name}\tJavaScript ${heard.sort().join(" ") || "-"}, ${status}`);
}
await app.stop();
JS
cat >try.py <<'PY'
import json, logging, re, time
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

logging.disable(logging.CRITICAL)
authorize = lambda **_: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-0", bot_id="B1", bot_user_id="U1")
app = App(signing_secret="none", request_verification_enabled=False, authorize=authorize)
heard = []

# A listener that hears an event is the last, unless it is a middleware: each calls `next`.
@app.message("ready?", middleware=[lambda next: (heard.append("a"), None)[1]])
def ready(): ...

@app.message(re.compile(r"ticket (\d+)"), middleware=[lambda context: heard.append(f"b[{','.join(context['matches'])}]")])
def ticket(): ...

@app.message()
def anything():
    heard.append("c")

for name, event in json.load(open("events.json")).items():
    heard.clear()
    body = json.dumps({"type": "event_callback", "team_id": "T1", "event_id": "E1", "event_time": 1, "event": event})
    response = app.dispatch(BoltRequest(body=body, headers={"content-type": ["application/json"]}))
    time.sleep(0.1)
    print(f"{name}\tPython {' '.join(sorted(heard)) or '-'}, {response.status}")
PY
node try.mjs >javascript
env/bin/python try.py >python
paste javascript python | awk -F '\t' '{ print $1 ": " $2 "; " $4 }' | tee seen
cat >expected <<'TXT'
"are you ready?": JavaScript a c, 200; Python a c, 200
"I read it": JavaScript c, 200; Python a c, 200
"ticket 12, ticket 13": JavaScript b[ticket 12,12] c, 200; Python b[12,13] c, 200
an edit: JavaScript c, 200; Python -, 404
a deletion: JavaScript c, 200; Python -, 404
somebody joined: JavaScript c, 200; Python -, 404
a reaction: JavaScript -, 200; Python -, 404
TXT
diff expected seen && echo "as before"
