import { afterEach, expect, test } from "vitest";
import { wholeGreeting } from "../../../src/tools/mcp/greeting.ts";
import { outputOf } from "../../contracts/tool.ts";
import { connected, mcpServer, type McpUnderTest } from "./setup.ts";

const opened: McpUnderTest[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((under) => under.close()));
});

const greeting = (result: object) => ({ jsonrpc: "2.0" as const, id: 1, result: { protocolVersion: "2025-06-18", ...result } });
const INFO = { name: "crm", version: "1" };

test.for([
  [
    { serverInfo: INFO, capabilities: { tools: {} } },
    { serverInfo: INFO, capabilities: { tools: {} } },
  ],
  [{ capabilities: { tools: {} } }, { serverInfo: { name: "", version: "" }, capabilities: { tools: {} } }],
  [
    { serverInfo: { name: "crm" }, capabilities: { tools: {} } },
    { serverInfo: { name: "crm", version: "" }, capabilities: { tools: {} } },
  ],
  [{ serverInfo: { name: 7, version: 1 } }, { serverInfo: { name: "", version: "" }, capabilities: {} }],
  [
    { serverInfo: INFO, capabilities: { tools: null, prompts: {} } },
    { serverInfo: INFO, capabilities: { prompts: {} } },
  ],
  [
    { serverInfo: { ...INFO, title: null }, capabilities: [], instructions: null },
    { serverInfo: INFO, capabilities: {} },
  ],
  [
    { serverInfo: INFO, capabilities: { tools: true, prompts: false, resources: { subscribe: 1, listChanged: true } } },
    { serverInfo: INFO, capabilities: { tools: {}, resources: { listChanged: true } } },
  ],
  [
    { serverInfo: INFO, capabilities: {}, instructions: ["Look first.", "Then act."] },
    { serverInfo: INFO, capabilities: {}, instructions: "Look first.\nThen act." },
  ],
  [
    { serverInfo: INFO, capabilities: {}, instructions: { en: "Look" } },
    { serverInfo: INFO, capabilities: {} },
  ],
] as const)("what is missing in a server's greeting is filled in, and what is odd made whole: %j", ([said, whole]) => {
  expect(wholeGreeting(greeting(said))).toEqual(greeting(whole));
});

test("what is no greeting stays as it came", () => {
  for (const message of [
    { jsonrpc: "2.0" as const, id: 1, result: { tools: null } },
    { jsonrpc: "2.0" as const, method: "notifications/x" },
  ])
    expect(wholeGreeting(message)).toBe(message);
});

/** A program that does hardly anything as it should, but answers. */
const PROGRAM = `
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
process.stdout.write("\\ufeff");
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const result = {
    initialize: { protocolVersion: params.protocolVersion, serverInfo: { name: "odd" } },
    "tools/list": { tools: [{ name: "words" }, { name: "one" }], nextCursor: "" },
    "tools/call": { content: params.name === "words" ? "plain words" : { text: 42 } },
  }[method];
  say(result ? { id, result } : { id, error: { code: -32601, message: "no" } });
});`;

test("a program that begins with a mark of byte order, says nothing of itself and gives words where a list is wanted is used all the same", async () => {
  const under = mcpServer({ name: "fixture", command: process.execPath, args: ["-e", PROGRAM] });
  opened.push(under);
  await connected(under);
  expect(under.logged).toEqual([]);
  expect(outputOf(await under.call("words"))).toBe("plain words");
  expect(outputOf(await under.call("one"))).toBe("42");
});
