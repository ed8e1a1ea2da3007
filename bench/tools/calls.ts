import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { z } from "zod";
import { createMcpServers } from "../../src/config/mcp-servers.ts";
import { TOOLS } from "../../src/config/schema/tools.ts";
import { systemClock } from "../../src/engine/clock.ts";
import type { CallOrigin, Tool } from "../../src/engine/tool.ts";
import { outside } from "../../src/engine/turn.ts";
import { keyed } from "../../src/tools/call-key.ts";

/** Where a server is: a program, or an address. */
export type Where = { readonly command: string; readonly args: readonly string[] } | { readonly url: string };

export interface Calls {
  /** What `echo` gives back. */
  call(message: string): Promise<string>;
  close(): Promise<void>;
}

/** The official client by itself. */
export async function bareClient(where: Where): Promise<Calls> {
  const client = new Client({ name: "bare", version: "0.1.0" });
  const transport = "url" in where ? new StreamableHTTPClientTransport(new URL(where.url)) : new StdioClientTransport({ ...where, args: [...where.args], stderr: "ignore" }); // prettier-ignore
  await client.connect(transport);
  await client.listTools();
  return {
    call: async (message) => Text.parse((await client.callTool({ name: "echo", arguments: { message } })).content)[0].text,
    close: () => client.close(),
  };
}

const Text = z.tuple([z.object({ text: z.string() })]);

/** As an agent calls it: in its thread's session, under the call's key. */
export async function throughParley(where: Where): Promise<Calls> {
  const servers = serversOf({ ...where, approval: "never" });
  const { echo } = await toolsOf(servers, "bench");
  if (!echo) throw new Error("the server has no echo");
  const turn = outside(NEVER, "bench");
  let nth = 0;
  return {
    call: async (message) => output(await echo.run({ message }, turn, originOf(nth++))),
    close: () => servers.close(),
  };
}

export const NEVER = new AbortController().signal;

/** One server as the team file would have it. */
export function serversOf(written: object): ReturnType<typeof createMcpServers> {
  const marks = new Map<string, string>();
  const settings = { kind: "mcp" as const, ...TOOLS.mcp.parse(written) };
  return createMcpServers(new Map([["bench", settings]]), {
    env: process.env,
    clock: systemClock,
    log: (line) => console.error(line),
    marks: {
      note: async (key) => marks.get(key),
      editNote: async (key, edit) => void marks.set(key, edit(marks.get(key)) ?? ""),
    },
  });
}

/** By their names on the server. */
export async function toolsOf(servers: ReturnType<typeof createMcpServers>, thread: string): Promise<{ readonly [name: string]: Tool }> {
  const { tools, missing } = await servers.tools(["bench"], NEVER, { thread, agent: "Ann", run: "r" });
  if (missing.length > 0) throw new Error(missing.join(" "));
  return Object.fromEntries(tools.map((tool) => [tool.name.replace("bench__", ""), keyed(tool)]));
}

export const originOf = (nth: number): CallOrigin => ({ run: "r", agent: "Ann", call: `c${nth}`, askedBy: { id: "U1", name: "Mia" } });

export function output(result: Awaited<ReturnType<Tool["run"]>>): string {
  if (result.kind !== "returned") throw new Error(`a call gave ${JSON.stringify(result)}`);
  return result.output;
}
