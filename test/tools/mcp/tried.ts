import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { CallOrigin, ToolResult } from "../../../src/engine/tool.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { TOOL_RULES } from "../../../src/models/tool-rules/rules.ts";
import { mendedSchema } from "../../../src/models/tool-rules/schema.ts";
import { connectMcp, type McpServer } from "../../../src/tools/mcp/server.ts";
import type { McpStdioSettings } from "../../../src/tools/mcp/settings.ts";
import { refusalOf } from "../../models/tool-rules/acceptance.ts";
import { aside } from "../../support/turn.ts";

/** A server that others have written, as it is started and called here. */
export interface Tried {
  readonly server: McpServer;
  /** By the tool's name on the server. */
  call(tool: string, args: object, origin?: Partial<CallOrigin>): Promise<ToolResult>;
  /** What its tools gave to be seen or heard, by hash. */
  readonly kept: ReadonlyMap<string, Uint8Array>;
}

const never = new AbortController().signal;

/** Started and listed; throws with what went wrong. `ends`: where its end is put. */
export async function tried(settings: Omit<McpStdioSettings, "name">, ends: (() => Promise<unknown>)[]): Promise<Tried> {
  const kept = new Map<string, Uint8Array>();
  const keepFile = async (content: Uint8Array) => {
    const hash = createHash("sha256").update(content).digest("hex");
    kept.set(hash, content);
    return hash;
  };
  const deps = { env: process.env, clock: systemClock, log: () => undefined, keepFile };
  const server = connectMcp({ ...settings, name: "s" }, deps);
  ends.push(() => server.close());
  const failure = await server.connect(never);
  if (failure) throw new Error(failure.message);
  return {
    server,
    kept,
    async call(tool, args, origin) {
      const found = server.tool(tool);
      const names = server.tools().map(({ name }) => name);
      if (!found) throw new Error(`${tool} is not among ${names.join(", ")}`);
      const whole = { run: "r", agent: "Ana", call: "c", askedBy: { id: "U1", name: "Maria" }, ...origin };
      return found.run(args, aside(never), whole);
    },
  };
}

/** Whether each provider takes what is made of each tool's schema, with names that it takes and that are no two alike. */
export function everyProviderTakes(server: McpServer): void {
  const names = server.tools().map(({ name }) => name);
  expect(names.filter((name) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  for (const [provider, rules] of Object.entries(TOOL_RULES))
    for (const { name, parameters } of server.tools()) {
      const mended = mendedSchema(parameters, rules);
      const refused = mended.kind === "refused" ? mended.why : refusalOf(mended.parameters, { ...rules, charsMax: rules.schemaCharsMax });
      expect({ provider, name, refused }).toEqual({ provider, name, refused: undefined });
    }
}

/** A small picture that every provider takes. */
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

/** A folder with a note, a picture and a script in it. */
export function folderToRead(): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-files-"));
  writeFileSync(join(folder, "note.txt"), "remember the milk");
  writeFileSync(join(folder, "picture.png"), PICTURE);
  writeFileSync(join(folder, "eslint.config.mjs"), 'export default [{ rules: { "no-var": "error" } }];\n');
  writeFileSync(join(folder, "script.js"), "var milk = 1;\n");
  mkdirSync(join(folder, "home"));
  return folder;
}

/** A page on loopback, for browsers to look at: its address. */
export async function pageToSee(ends: (() => Promise<unknown>)[]): Promise<string> {
  const server = createServer((_request, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<title>Shop</title><h1>Milk is out</h1>"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
