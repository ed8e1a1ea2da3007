import { join } from "node:path";
import type { CallOrigin } from "../../../src/engine/tool.ts";
import { connectMcp, type McpServer } from "../../../src/tools/mcp/server.ts";
import type { McpDeps, McpHttpSettings, McpStdioSettings } from "../../../src/tools/mcp/settings.ts";
import { type FakeClock, fakeClock } from "../../../src/store/contracts/fake-clock.ts";
import { outputOf } from "../../contracts/tool.ts";
import { startHttpFixture } from "../../fixtures/mcp-http.ts";
import { aside } from "../../support/turn.ts";

const PROGRAM = join(import.meta.dirname, "../../fixtures/mcp-stdio.ts");

export const never = new AbortController().signal;

/** A connected server, what it has logged, and the clock it goes by. */
export interface McpUnderTest {
  readonly server: McpServer;
  readonly clock: FakeClock;
  readonly logged: readonly string[];
  /** The result of a tool by its name on the server. */
  call(
    tool: string,
    args?: unknown,
    signal?: AbortSignal,
    answers?: CallOrigin["answers"],
  ): ReturnType<ReturnType<McpServer["tools"]>[number]["run"]>;
  close(): Promise<void>;
}

export interface Wire {
  readonly name: string;
  open(options?: { readonly hostile?: boolean }): Promise<McpUnderTest>;
}

export const stdioSettings = (...modes: string[]): McpStdioSettings => ({
  name: "fixture",
  command: process.execPath,
  args: [PROGRAM, ...modes],
});

/** Not connected yet. */
export function mcpServer(settings: McpStdioSettings | McpHttpSettings, env: McpDeps["env"] = { PATH: process.env.PATH }): McpUnderTest {
  const clock = fakeClock();
  const logged: string[] = [];
  const server = connectMcp(settings, { env, clock, log: (line) => logged.push(line) });
  return {
    server,
    clock,
    logged,
    call: (tool, args = {}, signal = never, answers = []) => {
      const found = server.tools().find(({ name }) => name === `fixture__${tool}`);
      if (!found)
        throw new Error(
          `no ${tool} among ${server
            .tools()
            .map(({ name }) => name)
            .join(", ")}`,
        );
      const origin = { run: "r", agent: "Ana", call: "c", askedBy: { id: "U1", name: "Maria" }, answers };
      return answers.length > 0 ? found.run(args, aside(signal), origin) : found.run(args, aside(signal));
    },
    close: () => server.close(),
  };
}

export async function connected(under: McpUnderTest): Promise<McpUnderTest> {
  const failure = await under.server.connect(never);
  if (failure) throw new Error(failure.message);
  return under;
}

export const wires: readonly Wire[] = [
  {
    name: "an MCP server over stdio",
    open: ({ hostile = false } = {}) => connected(mcpServer(stdioSettings(...(hostile ? ["hostile"] : [])))),
  },
  { name: "an MCP server over streamable HTTP", open: (options) => overHttp({ ...options, json: false }) },
  { name: "an MCP server over HTTP that answers in JSON", open: (options) => overHttp({ ...options, json: true }) },
];

async function overHttp(options: { readonly hostile?: boolean; readonly json: boolean }): Promise<McpUnderTest> {
  const fixture = await startHttpFixture(options);
  const under = await connected(mcpServer({ name: "fixture", url: fixture.url }));
  return {
    ...under,
    close: async () => {
      await under.close();
      await fixture.close();
    },
  };
}

/** The server has heard of every call that was made before. */
export async function heardOf(under: McpUnderTest): Promise<void> {
  outputOf(await under.call("echo", { text: "heard" }));
}
