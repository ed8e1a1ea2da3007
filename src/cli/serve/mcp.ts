import { once } from "node:events";
import { readEnv } from "../../config/env.ts";
import { systemClock } from "../../engine/clock.ts";
import type { DoorSettings } from "../../serve/door.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { version } from "../version.ts";
import { DOOR_HELP, doorOf, refuseTaken } from "./door-of.ts";
import { openServed, SERVE_HELP, SERVE_OPTIONS, type Served } from "./open-served.ts";

export const help = `parley mcp [--team TEAM]... [--file FILE] [--db PATH] [--http [HOST:]PORT] [--name NAME]...

Is an MCP server, on standard input and output, or over HTTP: a tool for each team. A call works on its task and gives the answer; progress tells of
each turn; what agents ask, and what needs a yes, is put to the client's person (elicitation); transcripts are resources. See docs/mcp-server.md.

${SERVE_HELP}
${DOOR_HELP}

Limits and budgets of the team file hold; at a limit a run ends. Ctrl-C, or the end of the input, stops what goes on.

Exit codes: 0 ended when asked to; 1 an error; 2 bad usage or settings.`;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: SERVE_OPTIONS });
  if (values.name && values.http === undefined) throw new UsageError("--name belongs to --http; name both.");
  const at = values.http === undefined ? undefined : doorOf(values.http, values.name, readEnv(io.cwd, io.env));
  const { promise: asked, resolve: interrupted } = Promise.withResolvers<void>();
  const release = io.onInterrupt(() => interrupted());
  let served: Served | undefined;
  try {
    served = await openServed(values, "mcp", io);
    if (at) await overHttp(served, at, asked, io);
    else await overStdio(served, asked, io);
  } finally {
    release();
    await served?.close();
  }
  return 0;
}

async function overStdio({ conversations, log }: Served, asked: Promise<void>, io: Io): Promise<void> {
  const [{ mcpServers }, { serveStdio, StdioServerTransport }] = await Promise.all([
    import("../../serve/mcp/server.ts"),
    import("@modelcontextprotocol/server/stdio"),
  ]);
  const over = Promise.race([asked, ...["end", "close", "error"].map((event) => once(io.stdin, event).catch(() => undefined))]);
  const handle = serveStdio(mcpServers(conversations, { version: version() }), {
    transport: new StdioServerTransport(io.stdin, io.stdout),
    onerror: (error) => log(`A message was not understood: ${error.message}`),
  });
  await over;
  await handle.close();
}

async function overHttp({ conversations, log }: Served, at: DoorSettings, asked: Promise<void>, io: Io): Promise<void> {
  const [{ mcpServers }, { serveMcpOverHttp }] = await Promise.all([
    import("../../serve/mcp/server.ts"),
    import("../../serve/mcp/http.ts"),
  ]);
  const servers = mcpServers(conversations, { version: version() });
  const door = await serveMcpOverHttp({ ...at, servers, clock: systemClock, log }).catch((error: unknown) => refuseTaken(error, at));
  await print(io.stdout, `MCP is spoken at ${door.url}${at.token === undefined ? "" : ", with the token"}. Ctrl-C ends it.`);
  await asked;
  await door.close();
}
