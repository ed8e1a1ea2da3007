/** A server by the official SDK that keeps something for each of its sessions: a program, or with a port as its argument streamable HTTP on loopback. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";

function statefulServer(): McpServer {
  const server = new McpServer({ name: "stateful", version: "0.1.0" });
  let kept = "nothing";
  const text = (words: string) => ({ content: [{ type: "text" as const, text: words }] });
  server.registerTool("keep", { description: "Keeps it.", inputSchema: { what: z.string() } }, ({ what }) => {
    kept = what;
    return text("kept");
  });
  server.registerTool("look", { description: "Gives what is kept." }, () => text(kept));
  return server;
}

const [port] = process.argv.slice(2);
if (port === undefined) await statefulServer().connect(new StdioServerTransport());
else {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    await (known ?? (await opened())).handleRequest(request, response);
  };
  const opened = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await statefulServer().connect(transport as Transport);
    return transport;
  };
  createServer((request, response) => void handle(request, response)).listen(Number(port), "127.0.0.1");
}
