import { resolve } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, test } from "vitest";
import { teamFolder } from "./served.ts";

const PROGRAM = resolve(import.meta.dirname, "../../src/cli/main.ts");

test("over standard input and output, as a program of a client's own", async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROGRAM, "mcp", "--team", "pair", "--team", "asker"],
    cwd: teamFolder(),
    stderr: "pipe",
  });
  const own = new Client({ name: "tester", version: "1.0.0" }, { capabilities: { elicitation: { form: {} } } });
  own.setRequestHandler("elicitation/create", async () => ({ action: "accept", content: { answer: "milk" } }));
  await own.connect(transport);
  expect((await own.listTools()).tools.map(({ name }) => name)).toEqual(["pair", "asker"]);
  const told: (string | undefined)[] = [];
  const result = await own.callTool(
    { name: "asker", arguments: { task: "Bring something." } },
    { onprogress: ({ message }) => void told.push(message) },
  );
  expect(result.content[0]).toMatchObject({ type: "text", text: "milk it is." });
  expect(told).toContain("Cleo asks a person.");
  const { resources } = await own.listResources();
  expect(resources).toHaveLength(1);
  expect(JSON.stringify(await own.readResource({ uri: resources[0]?.uri ?? "" }))).toContain("Which drink?");
  await own.close();
});
