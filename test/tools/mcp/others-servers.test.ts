import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { connectMcp, type McpServer } from "../../../src/tools/mcp/server.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { TOOL_RULES } from "../../../src/models/tool-rules/rules.ts";
import { mendedSchema } from "../../../src/models/tool-rules/schema.ts";
import { outputOf } from "../../contracts/tool.ts";
import { refusalOf } from "../../models/tool-rules/acceptance.ts";
import { aside } from "../../support/turn.ts";

/** Servers of others, pinned among the packages of the tests. */
const programOf = (name: string): string => createRequire(import.meta.url).resolve(`@modelcontextprotocol/${name}/dist/index.js`);

const never = new AbortController().signal;
const open: McpServer[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

async function started(name: string, args: readonly string[] = [], more: object = {}) {
  const kept = new Map<string, Uint8Array>();
  const keepFile = async (content: Uint8Array) => {
    const hash = createHash("sha256").update(content).digest("hex");
    kept.set(hash, content);
    return hash;
  };
  const settings = { name: "s", command: process.execPath, args: [programOf(name), ...args], ...more };
  const server = connectMcp(settings, { env: process.env, clock: systemClock, log: () => undefined, keepFile });
  open.push(server);
  const failure = await server.connect(never);
  if (failure) throw new Error(failure.message);
  const call = async (tool: string, given: object) => {
    const found = server.tools().find((one) => one.name === `s__${tool}`);
    if (!found)
      throw new Error(
        `${tool} is not among ${server
          .tools()
          .map((one) => one.name)
          .join(", ")}`,
      );
    return found.run(given, aside(never));
  };
  return { server, call, kept };
}

const everyProviderTakes = (server: McpServer): void => {
  for (const rules of Object.values(TOOL_RULES))
    for (const { name, parameters } of server.tools()) {
      const mended = mendedSchema(parameters, rules);
      expect({
        name,
        refused: mended.kind === "refused" ? mended.why : refusalOf(mended.parameters, { ...rules, charsMax: rules.schemaCharsMax }),
      }).toEqual({ name, refused: undefined });
    }
};

test("the reference server of the protocol: its tools are taken everywhere, its picture is seen", async () => {
  const { server, call, kept } = await started("server-everything");
  everyProviderTakes(server);
  expect(outputOf(await call("echo", { message: "hello" }))).toContain("hello");
  const picture = await call("get-tiny-image", {});
  expect(picture).toMatchObject({ kind: "returned", images: [{ mediaType: "image/png" }] });
  expect(kept.size).toBe(1);
});

test("the file server reads what it may, and says no to the rest", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-files-"));
  writeFileSync(join(folder, "note.txt"), "remember the milk");
  const { server, call } = await started("server-filesystem", [folder]);
  everyProviderTakes(server);
  expect(outputOf(await call("read_text_file", { path: join(folder, "note.txt") }))).toContain("remember the milk");
  expect(await call("read_text_file", { path: "/etc/passwd" })).toMatchObject({ kind: "failed" });
});

test("resources and prompts can be listed and read where the team file says so, and are not there where it does not", async () => {
  const { server, call } = await started("server-everything", [], { resources: true, prompts: true });
  const [uri = ""] = outputOf(await call("list_resources", {})).split(" - ");
  expect(uri).toMatch(/^\w+:\/\//);
  expect(outputOf(await call("read_resource", { uri })).length).toBeGreaterThan(20);
  expect(outputOf(await call("list_prompts", {}))).toContain("simple-prompt(");
  expect(outputOf(await call("get_prompt", { name: "simple-prompt" })).length).toBeGreaterThan(10);
  everyProviderTakes(server);
  const { server: plain } = await started("server-everything");
  expect(plain.tools().map(({ name }) => name)).not.toContain("s__list_resources");
});
