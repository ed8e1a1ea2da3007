import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { anthropicBody } from "../../test/models/servers/wire-anthropic.ts";
import { chatBody } from "../../test/models/servers/wire-chat.ts";

/**
 * A server in a process of its own, so that its work is not counted with a client's. The address says what it streams:
 * `/<chunks>/<pace>/v1/…`. `burst`: as fast as the connection takes it, many chunks in a packet; `trickle`: each chunk in a packet of its own.
 * It streams in the format that it is asked for. Tells its parent the port.
 */
const WORDS = ["The ", "agents ", "compared ", "both ", "answers ", "and ", "kept ", "the ", "second", ". "];
const USAGE = { input: 10, output: 10, cached: 0, reasoning: 0 };
const made = new Map<string, readonly string[]>();

const server = createServer((request, response) => {
  const [, chunks = "0", pace] = (request.url ?? "").split("/");
  const isAnthropic = request.url?.endsWith("/messages") === true;
  const key = `${chunks} ${isAnthropic}`;
  const text = Array.from({ length: Number(chunks) }, (_, nth) => WORDS[nth % WORDS.length] ?? "");
  const events = made.get(key) ?? (isAnthropic ? anthropicBody : chatBody)({ text, usage: USAGE });
  made.set(key, events);
  request.resume().on("end", () => {
    response.socket?.setNoDelay(true);
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (pace === "burst") return void response.end(events.join(""));
    let at = 0;
    const next = () => {
      if (at === events.length) return void response.end();
      response.write(events[at++] ?? "");
      setImmediate(next);
    };
    next();
  });
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
