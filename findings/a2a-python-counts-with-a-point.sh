#!/usr/bin/env bash
# a2a-sdk 1.3.0 (Python) beside @a2a-js/sdk 1.3.0: a whole number in data is none any more, and a long one is another.
#
# One would guess: `new_data_message({"count": 2})` puts JSON into a message, and the agent that is sent it reads 2. Python has whole numbers of any length,
# JSON writes them as they are, and both sides are Python.
# What happens: data is held as protobuf's Value, whose only number is a float, from where it is put in to where it is taken out. 2 is 2.0 there, so that
# `range()` and a list's index fail, and a model that is shown the data as JSON reads "quantity: 2.0". Of a number with more than 15 digits, as ids of
# posts, messages and orders are, the last are others. The one of JavaScript has the data beside protobuf, and writes 2 and every id that JavaScript can
# hold. Whoever sends ids in data sends them as text, and reads a count by `int()`.
#
# Seen ({"count": 2, "id": 1234567890123456789}):
#   a2a-sdk 1.3.0, written: {"count": 2.0, "id": 1.2345678901234568e+18}
#   a2a-sdk 1.3.0, read as whole numbers: 2 1234567890123456768
#   @a2a-js/sdk 1.3.0, {"count":2,"id":"1234567890123456789"} written: {"count":2,"id":"1234567890123456789"}
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @a2a-js/sdk@1.3.0 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --only-binary :all: 'a2a-sdk==1.3.0'
cat >try.py <<'PY'
import json
from a2a.helpers.proto_helpers import new_data_message
from a2a.types.a2a_pb2 import Message
from google.protobuf.json_format import MessageToDict, MessageToJson, Parse

sent = MessageToJson(new_data_message({"count": 2, "id": 1234567890123456789}))
written = json.loads(sent)["parts"][0]["data"]
print("a2a-sdk 1.3.0, written:", json.dumps(written, sort_keys=True))
data = MessageToDict(Parse(sent, Message()).parts[0].data)
print("a2a-sdk 1.3.0, read as whole numbers:", int(data["count"]), int(data["id"]))
try:
    range(data["count"])
except TypeError:
    pass
else:
    raise SystemExit("it is a whole number")
PY
cat >try.mjs <<'JS'
import { Part } from "@a2a-js/sdk";

const value = { count: 2, id: "1234567890123456789" };
const { data } = Part.toJSON({ content: { $case: "data", value }, metadata: undefined, filename: "", mediaType: "" });
console.log(`@a2a-js/sdk 1.3.0, ${JSON.stringify(value)} written: ${JSON.stringify(data)}`);
JS
{
  env/bin/python try.py
  node try.mjs
} | tee seen
cat >expected <<'TXT'
a2a-sdk 1.3.0, written: {"count": 2.0, "id": 1.2345678901234568e+18}
a2a-sdk 1.3.0, read as whole numbers: 2 1234567890123456768
@a2a-js/sdk 1.3.0, {"count":2,"id":"1234567890123456789"} written: {"count":2,"id":"1234567890123456789"}
TXT
diff expected seen && echo "as before"
