import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { runChild } from "../support/children.ts";
import type { Told } from "../models/servers/wires.ts";
import { chatWire } from "../models/servers/wires.ts";
import { IDLE_STAYS } from "../support/idle-connections.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const empty = mkdtempSync(join(tmpdir(), "parley-live-"));

/** What `npm run test:live` does and prints, with nothing in the environment but this. */
const live = (env: { readonly [name: string]: string }, cwd: string) =>
  runChild(process.execPath, [join(ROOT, "test/live/main.ts")], { cwd, env: { PATH: process.env["PATH"], ...env } });

test("without a key it names what is missing and does nothing", async () => {
  const { code, out } = await live({}, empty);
  expect(code).toBe(0);
  expect(out).toContain("not tested: Anthropic; set ANTHROPIC_API_KEY.");
  expect(out).toContain("No provider's key is in the environment: there is nothing to test.");
});

test("with a server it runs the whole suite; one that does as it is asked passes, and one that does not fails", async () => {
  const good = await startObeyingServer((told) => told);
  const bad = await startObeyingServer((told) => ({ ...told, text: ["Sorry?"] }));
  const at = (url: string) => live({ PARLEY_LIVE_COMPATIBLE_URL: url, PARLEY_LIVE_COMPATIBLE_MODEL: "good" }, ROOT);
  const passed = await at(good.url);
  expect(passed.out).toMatch(/tested: .*a compatible server \(good\)/);
  expect(passed.out).toMatch(/Tests .*8 passed/);
  expect(passed.code).toBe(0);
  expect((await at(bad.url)).code).toBe(1);
  good.close();
  bad.close();
});

/** Reads what it is asked, as a good model would, and does it in its own way. */
async function startObeyingServer(way: (told: Told) => Told) {
  const server = createServer(IDLE_STAYS, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      // Which models there are is asked when one is not known.
      if (request.method === "GET") {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ object: "list", data: [{ id: "good" }] }));
        return;
      }
      const { model, messages } = JSON.parse(Buffer.concat(parts).toString()) as { model: string; messages: { content: string }[] };
      if (model !== "good") {
        response.writeHead(404).end(JSON.stringify(chatWire.errors.unknown_model.body));
        return;
      }
      const asked = messages.at(-1)?.content ?? "";
      const events = chatWire.events({ ...way(toldIn(asked)), usage: { input: 20, output: 6, cached: 0, reasoning: 0 } });
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (asked.includes("three hundred")) response.write(events.slice(0, 2).join(""));
      else response.end(events.join(""));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close };
}

function toldIn(asked: string): Told {
  const text = /<<<([\s\S]*)>>>/.exec(asked)?.[1];
  if (text !== undefined) return { text: [text.slice(0, 3), text.slice(3)] };
  const calls = [...asked.matchAll(/^(\w+) with the arguments (\{.*?\})(?: \(none at all\))?$/gm)];
  return calls.length > 0
    ? { calls: calls.map(([, name = "", args = ""], index) => ({ id: `call_${index}`, name, args: [args] })) }
    : { text: ["Forty", "-two."] };
}
